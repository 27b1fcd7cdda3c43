package api

import (
	"context"
	"net/http"

	"umbra/app/caller"
	"umbra/app/webcal"
)

// registerSources adds what is known of the fetches of calendars that are filled
// from addresses.
func (a *API) registerSources() {
	const tag, path = "Calendars", "/api/calendars/{id}/fetch"
	register(a, op{id: "findCalendarFetch", method: http.MethodGet, path: path, tag: tag, shared: caller.Calendars, guest: guestNever, errors: []int{http.StatusConflict},
		summary: "Say what came of the last fetch of a calendar that is filled from an address", description: "409 for one that is filled by people."},
		func(ctx context.Context, in *OneInput) (*struct{ Body webcal.Status }, error) {
			st, err := a.Sources.Status(ctx, who(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &struct{ Body webcal.Status }{st}, nil
		})
	register(a, op{id: "fetchCalendar", method: http.MethodPost, path: path, tag: tag, shared: caller.Calendars, guest: guestNever, status: http.StatusOK,
		summary:     "Fetch a calendar from its address now",
		description: "Answers what came of it, also where it failed: then what was there stays. Changes are one change-set. At most 6 within a minute, together with tests of channels."},
		func(ctx context.Context, in *OneInput) (*struct{ Body webcal.Status }, error) {
			p := principal(ctx)
			if err := a.tests.take(p.UserID, a.Clock.Now()); err != nil {
				return nil, err
			}
			st, err := a.Sources.Fetch(ctx, who(ctx).UserID, in.ID)
			if err != nil {
				return nil, err
			}
			return &struct{ Body webcal.Status }{st}, nil
		})
}
