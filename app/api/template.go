package api

import (
	"context"
	"fmt"
	"net/http"

	"umbra/app/event"
	"umbra/app/opt"
	"umbra/app/template"
)

// newTemplate is what a new template is made from: the same fields, with a name.
type newTemplate template.Update

type templateFilter struct {
	ListInput
	Sort string `query:"sort" enum:"name,-name,created_at,-created_at,updated_at,-updated_at" default:"name" doc:"The order; - turns it round."`
}

func (f templateFilter) filter() template.Filter { return template.Filter{Query: f.Q, Sort: f.Sort} }

// instantiation is when the event begins that a template makes.
type instantiation struct {
	Start string `json:"start" maxLength:"40" doc:"A date (at the template's start_time, or all-day), a local time in the template's zone, or an instant with offset." example:"2025-01-31"`
}

type instantiateInput struct {
	OneInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"Any text of the client's: the same request with the same key within a day is carried out once, and answered alike." example:"7c9e6679-7425-40de-944b-e07fc1f90ae7"`
	Body           instantiation
}

func (a *API) registerTemplates() {
	const tag, path = "Event templates", "/api/event-templates"
	register(a, op{id: "listEventTemplates", method: http.MethodGet, path: path, tag: tag, summary: "List event templates"},
		func(ctx context.Context, in *templateFilter) (*many[template.Template], error) {
			p, err := a.Templates.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Templates.Count(ctx, who(ctx), in.filter()) })
		})
	registerResource(a, resource[template.Template, template.Update, newTemplate]{
		name: "EventTemplate", article: "an event template", tag: tag, path: path, required: []string{"name"}, deletes: "Events made from it stay.",
		create: a.Templates.Create, find: a.Templates.Find, update: a.Templates.Update, remove: a.Templates.Delete,
		from: func(n newTemplate) template.Update { return template.Update(n) },
		key:  func(t template.Template) (id, rev int64) { return t.ID, t.Rev },
	})
	register(a, op{id: "instantiateEventTemplate", method: http.MethodPost, path: path + "/{id}/instantiate", tag: tag, summary: "Make an event from a template",
		status: http.StatusCreated, required: []string{"start"}, description: "Answers the event, which knows nothing of its template from then on."},
		func(ctx context.Context, in *instantiateInput) (*created[event.Event], error) {
			opID := fmt.Sprintf("instantiateEventTemplate %d", in.ID)
			return once(ctx, a, opID, in.IdempotencyKey, in.Body, func(ctx context.Context) (*created[event.Event], error) {
				d, err := a.Templates.Draft(ctx, who(ctx), in.ID, in.Body.Start)
				if err != nil {
					return nil, err
				}
				return a.createEvent(ctx, drafted(d))
			})
		})
}

// drafted says a template's draft as an event's fields.
func drafted(d template.Draft) event.Update {
	u := event.Update{
		Title: opt.Some(d.Title), Description: opt.Some(d.Description), Start: opt.Some(d.Start), End: opt.Some(d.End), AllDay: opt.Some(d.AllDay),
		Location: opt.Some(d.Location), PersonIDs: opt.Some(d.PersonIDs), Color: opt.Some(d.Color), Starred: opt.Some(d.Starred),
		RecurrenceRule: opt.Some(d.RecurrenceRule), Reminders: opt.Some(d.Reminders), Status: opt.Some(d.Status), URL: opt.Some(d.URL),
	}
	if d.TimeZone != "" {
		u.TimeZone = opt.Some(d.TimeZone)
	}
	if d.CalendarID != nil {
		u.CalendarID = opt.Some(*d.CalendarID)
	}
	if d.LocationID != nil {
		u.LocationID = opt.Some(*d.LocationID)
	}
	return u
}
