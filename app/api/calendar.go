package api

import (
	"context"
	"net/http"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/journal"
	"umbra/app/share"
)

// newCalendar is what a new calendar is made from: the same fields, with a name.
type newCalendar calendar.Update

type calendarFilter struct {
	ListInput
	Visible string `query:"visible" enum:"true,false" doc:"Only those that are shown, or only those that are not." example:"true"`
	Sort    string `query:"sort" enum:"name,-name,created_at,-created_at,updated_at,-updated_at" default:"name" doc:"The order; - turns it round."`
}

func (f calendarFilter) filter() calendar.Filter {
	out := calendar.Filter{Query: f.Q, Sort: f.Sort}
	if f.Visible != "" {
		visible := f.Visible == "true"
		out.Visible = &visible
	}
	return out
}

func (a *API) registerCalendars() {
	const tag = "Calendars"
	register(a, op{id: "listCalendars", method: http.MethodGet, path: "/api/calendars", tag: tag, summary: "List calendars",
		description: "Yours, and those that others share with you, which have an owner."},
		func(ctx context.Context, in *calendarFilter) (*many[calendar.Calendar], error) {
			p, err := a.Calendars.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Calendars.Count(ctx, who(ctx), in.filter()) })
		})
	registerResource(a, resource[calendar.Calendar, calendar.Update, newCalendar]{
		name: "Calendar", article: "a calendar", tag: tag, path: "/api/calendars", required: []string{"name"}, derived: true,
		shared: caller.Calendars, changes: guestAny,
		deletes: "Its events go with it. When it was the default one, the oldest of the others becomes that; the last one cannot be deleted (409).",
		create:  a.Calendars.Create, find: a.Calendars.Find, update: a.updateCalendar, remove: a.Calendars.Delete,
		from: func(n newCalendar) calendar.Update { return calendar.Update(n) },
		key:  func(c calendar.Calendar) (id, rev int64) { return c.ID, c.Rev },
	})
}

// updateCalendar changes a calendar, or, where somebody shares it with the caller,
// how it looks to them: the rest of it is its owner's.
func (a *API) updateCalendar(ctx context.Context, c caller.Caller, id int64, m journal.Match, u calendar.Update) (calendar.Calendar, error) {
	if !c.Guest() {
		return a.Calendars.Update(ctx, c, id, m, u)
	}
	cal, err := a.Calendars.Find(ctx, c, id)
	if err != nil {
		return cal, err
	}
	if err := m.Check(cal.Rev); err != nil {
		return cal, err
	}
	if u.Name.Set && u.Name.Value != cal.Name || u.Default.Set && u.Default.Value || u.Source.Value != "" {
		return cal, share.OwnerOnly("rename it, or fill it from an address; you can give it a colour of your own, and hide it. Only a calendar of your own can be your default one")
	}
	l := share.Look{Color: u.Color, Visible: u.Visible}
	if l.Color.Value == cal.Color { // as its owner has it
		l.Color.Value = ""
	}
	if l != (share.Look{}) {
		err = a.Shares.SetLook(ctx, c, l)
	}
	said := c
	l.Color.Into(&said.Within.Color)
	l.Visible.Into(&said.Within.Visible)
	cal.Say(said)
	return cal, err
}
