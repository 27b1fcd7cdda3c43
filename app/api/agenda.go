package api

import (
	"context"
	"net/http"
	"time"

	"umbra/app/agenda"
	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/page"
	"umbra/app/search"
)

// agendaEvents is the events' feature as the agenda asks for it: features do not
// know each other.
type agendaEvents struct{ events *event.Service }

func (a agendaEvents) Between(ctx context.Context, c caller.Caller, from, to time.Time, limit int) ([]agenda.Event, bool, error) {
	all, err := a.events.Occurrences(ctx, c, from, to, limit+1, event.Filter{})
	more := len(all) > limit
	return agendaEventsOf(all[:min(len(all), limit)]), more, err
}

func (a agendaEvents) Starred(ctx context.Context, c caller.Caller, from time.Time, limit int) ([]agenda.Event, error) {
	all, err := a.events.Starred(ctx, c, from, limit)
	return agendaEventsOf(all), err
}

func agendaEventsOf(all []event.Event) []agenda.Event {
	out := make([]agenda.Event, len(all))
	for i, e := range all {
		out[i] = agenda.Event{ID: e.ID, Occurrence: e.Occurrence, CalendarID: e.CalendarID, Title: e.Title, Start: e.Start, End: e.End, AllDay: e.AllDay,
			Location: e.Location, Color: e.Color, Starred: e.Starred, Status: e.Status, StartsAt: e.StartsAt, EndsAt: e.EndsAt}
		if e.RecurrenceRule == "" && len(e.RDates) == 0 {
			out[i].Occurrence = nil
		}
	}
	return out
}

type upcomingInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most." example:"50"`
	Cursor string `query:"cursor" maxLength:"4000" doc:"Where the page begins, from the Link header of the one before."`
	From   string `query:"from" format:"date" doc:"The first day, of the years 1900 to 2200; left out: today in the user's zone." example:"2025-01-27"`
	Days   int    `query:"days" minimum:"1" maximum:"90" doc:"How many days, the first included; left out: the setting upcoming_days." example:"7"`
}

type searchInput struct {
	Q     string `query:"q" required:"true" minLength:"1" maxLength:"200" pattern:"\\S" patternDescription:"more than blanks" doc:"Text to find, whatever its case and accents." example:"plants"`
	Kind  string `query:"kind" enum:"todo,event,event_template,reminder,project,task,person,location,calendar" doc:"Only records of this kind." example:"todo"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most." example:"20"`
}

func (a *API) registerAgenda() {
	const tag = "Agenda"
	register(a, op{id: "dashboard", method: http.MethodGet, path: "/api/dashboard", tag: tag, summary: "Read the dashboard",
		description: "Today's events, to-dos, reminders, projects, birthdays, people not heard from, totals, and to-dos done a day. Counts stop at 100."},
		func(ctx context.Context, _ *struct{}) (*struct{ Body agenda.Dashboard }, error) {
			d, err := a.Agenda.Dashboard(ctx, who(ctx))
			return &struct{ Body agenda.Dashboard }{d}, err
		})
	register(a, op{id: "upcoming", method: http.MethodGet, path: "/api/upcoming", tag: tag, summary: "List what the next days bring, or those of any month",
		description: "Open to-dos and tasks, occurrences of events, active reminders, birthdays and anniversaries in one order: by day, what lasts all day first, then by time. " +
			"On days past: what was left open on them, and their events, birthdays and anniversaries."},
		func(ctx context.Context, in *upcomingInput) (*many[agenda.Item], error) {
			p, err := a.Agenda.Upcoming(ctx, who(ctx), agenda.Days{From: in.From, N: in.Days}, page.Request{Limit: in.Limit, Cursor: in.Cursor})
			if err != nil {
				return nil, err
			}
			return answer(ctx, PageInput{}, p, nil)
		})
	register(a, op{id: "search", method: http.MethodGet, path: "/api/search", tag: tag, summary: "Find records of every kind",
		description: "Those whose title begins with the text come first, then those changed last."},
		func(ctx context.Context, in *searchInput) (*struct{ Body []search.Hit }, error) {
			hits, err := a.Search.Search(ctx, who(ctx), in.Q, in.Kind, in.Limit)
			return &struct{ Body []search.Hit }{hits}, err
		})
}
