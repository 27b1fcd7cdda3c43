package api

import (
	"context"
	"net/http"

	"umbra/app/event"
)

// newEvent is what a new event is made from: the same fields, with a title and a start.
type newEvent event.Update

type eventFilter struct {
	ListInput
	Start      string `query:"start" maxLength:"40" doc:"With end: lists the occurrences that touch the time from here on, by their start, instead of the events. An instant, or a local time or date in your zone." example:"2025-01-01"`
	End        string `query:"end" maxLength:"40" doc:"Where that time ends, exclusive; at most 732 days after start." example:"2025-02-01"`
	CalendarID int64  `query:"calendar_id" minimum:"1" maximum:"9007199254740991" doc:"Only those in this calendar."`
	PersonID   int64  `query:"person_id" minimum:"1" maximum:"9007199254740991" doc:"Only those with this person."`
	LocationID int64  `query:"location_id" minimum:"1" maximum:"9007199254740991" doc:"Only those at this place."`
	Starred    string `query:"starred" enum:"true,false" doc:"Only those that are marked as important, or only those that are not."`
	Sort       string `query:"sort" enum:"start,-start,title,-title,created_at,-created_at,updated_at,-updated_at" default:"start" doc:"The order; - turns it round. Occurrences (start and end given) come by start alone."`
}

func (f eventFilter) filter() event.Filter {
	out := event.Filter{CalendarID: f.CalendarID, PersonID: f.PersonID, LocationID: f.LocationID, Query: f.Q, Start: f.Start, End: f.End, Sort: f.Sort}
	if f.Starred != "" {
		starred := f.Starred == "true"
		out.Starred = &starred
	}
	return out
}

type readEventInput struct {
	OneInput
	CacheInput
	Occurrence string `query:"occurrence" maxLength:"40" doc:"Reads this occurrence of a series, by its recurrence id as lists give it." example:"2025-01-31T19:00:00"`
}

// PartInput says which part of a series is meant.
type PartInput struct {
	Scope      string `query:"scope" enum:"this,following,all" default:"all" doc:"Which part of a series: this occurrence, it and those that follow, or all. An event that does not repeat is meant whole."`
	Occurrence string `query:"occurrence" maxLength:"40" doc:"Which occurrence, by its recurrence id as lists give it. Needed for this and following; with all, the times sent are that occurrence's and the series moves along." example:"2025-01-31T19:00:00"`
}

func (p PartInput) part() event.Part { return event.Part{Scope: p.Scope, Occurrence: p.Occurrence} }

type changeEventInput struct {
	OneInput
	MatchInput
	PartInput
	Body event.Update
}

type deleteEventInput struct {
	OneInput
	MatchInput
	PartInput
}

func eventKey(e event.Event) (id, rev int64) { return e.ID, e.Rev }

const eventsPath = "/api/events"

func (a *API) registerEvents() {
	const tag, one = "Events", eventsPath + "/{id}"
	register(a, op{id: "listEvents", method: http.MethodGet, path: eventsPath, tag: tag, summary: "List events, or their occurrences within a time",
		description: "Those of calendars that others share with you are among them, without their owners' people and places. Without start and end: the events, a series once. With both: each occurrence that touches that time, with its own start and end, and, in a series, its recurrence id in occurrence."},
		func(ctx context.Context, in *eventFilter) (*many[event.Event], error) {
			p, err := a.Events.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Events.Count(ctx, who(ctx), in.filter()) })
		})
	register(a, op{id: "createEvent", method: http.MethodPost, path: eventsPath, tag: tag, summary: "Make an event",
		status: http.StatusCreated, required: []string{"title", "start"}},
		func(ctx context.Context, in *createInput[newEvent]) (*created[event.Event], error) {
			ctx, err := a.filed(ctx, event.Update(in.Body))
			if err != nil {
				return nil, err
			}
			return once(ctx, a, "createEvent", in.IdempotencyKey, in.Body, func(ctx context.Context) (*created[event.Event], error) {
				return a.createEvent(ctx, event.Update(in.Body))
			})
		})
	register(a, op{id: "getEvent", shared: event.KindName, method: http.MethodGet, path: one, tag: tag, summary: "Read an event"},
		func(ctx context.Context, in *readEventInput) (*record[event.Event], error) {
			e, err := a.Events.Find(ctx, who(ctx), in.ID, in.Occurrence)
			if err != nil {
				return nil, err
			}
			return found(who(ctx), in.IfNoneMatch, e.Rev, e)
		})
	update := func(ctx context.Context, in *changeEventInput) (*record[event.Event], error) {
		m, err := in.match(who(ctx))
		if err != nil {
			return nil, err
		}
		e, err := a.Events.Update(ctx, who(ctx), in.ID, in.part(), m, in.Body)
		return changed(who(ctx), e, eventKey, err)
	}
	register(a, op{id: "updateEvent", shared: event.KindName, method: http.MethodPut, path: one, tag: tag, summary: "Change an event, or part of a series",
		description: "Sets the fields given and leaves the rest; null clears. Answers the event; with the scope this, the occurrence; " +
			"with following, the new series that goes on from that occurrence, with an id of its own, while the old one ends before it. " +
			"One occurrence cannot differ in calendar_id, person_ids, location_id (but for null), all_day, time_zone and its recurrence. " +
			"When a series moves, its exceptions and changed occurrences move along."}, update)
	register(a, op{id: "patchEvent", shared: event.KindName, method: http.MethodPatch, path: one, tag: tag, summary: "Change an event, or part of a series (PATCH)",
		description: "The same as PUT (RFC 7396)."}, update)
	register(a, op{id: "deleteEvent", shared: event.KindName, method: http.MethodDelete, path: one, tag: tag, summary: "Delete an event, or part of a series",
		status: http.StatusNoContent, description: "The event goes to the trash. An occurrence becomes an exception, and a series that has none left goes to the trash."},
		func(ctx context.Context, in *deleteEventInput) (*struct{}, error) {
			m, err := in.match(who(ctx))
			if err != nil {
				return nil, err
			}
			return nil, a.Events.Delete(ctx, who(ctx), in.ID, in.part(), m)
		})
}

func (a *API) createEvent(ctx context.Context, u event.Update) (*created[event.Event], error) {
	e, err := a.Events.Create(ctx, who(ctx), u)
	if err != nil {
		return nil, err
	}
	return createdAt(who(ctx), eventsPath, e, eventKey), nil
}
