package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/share"
)

// guest is what somebody may do with whom a record is shared: by default look, and,
// where the share lets them, change.
type guest string

const (
	guestAsShared guest = ""      // GET with any share, everything else with one to write
	guestAny      guest = "any"   // with any share: what is the guest's own, such as leaving
	guestNever    guest = "never" // what stays with the owner
)

type withinKey struct{}

// inShare is the caller within the share that a request was found to act in.
func inShare(ctx context.Context, c caller.Caller) caller.Caller {
	if s, ok := ctx.Value(withinKey{}).(caller.Share); ok {
		return c.In(s)
	}
	return c
}

// within is huma middleware, and the one place where a request for somebody else's
// record becomes one within a share (docs/adr/0009): the handlers behind it ask who
// and never look whose a record is. Whoever has no share of it goes on as
// themselves, and is answered as for a record that does not exist.
func (a *API) within(ctx huma.Context, next func(huma.Context)) {
	kind, _ := ctx.Operation().Metadata["shared"].(string)
	c := callerOf(principal(ctx.Context()))
	if kind == "" || c.Shared == nil {
		next(ctx)
		return
	}
	id, err := strconv.ParseInt(ctx.Param("id"), 10, 64)
	if err != nil {
		next(ctx) // which says what is wrong with it
		return
	}
	if kind == event.KindName {
		if kind = caller.Calendars; len(c.Of(kind)) > 0 {
			if id, err = a.Events.CalendarOf(ctx.Context(), id); err != nil {
				a.refuse(ctx, err)
				return
			}
		}
	}
	s := c.Share(kind, id)
	if s == (caller.Share{}) {
		next(ctx)
		return
	}
	rule, _ := ctx.Operation().Metadata["guest"].(guest)
	if err := allow(s, rule, ctx.Method() == http.MethodGet); err != nil {
		a.refuse(ctx, err)
		return
	}
	next(huma.WithValue(ctx, withinKey{}, s))
}

func allow(s caller.Share, rule guest, reads bool) error {
	switch {
	case rule == guestNever:
		return share.OwnerOnly("do this")
	case rule == guestAny || reads || s.Access == caller.Write:
		return nil
	}
	return share.ReadOnly()
}

// filed is ctx within the share of a calendar that a new event is to lie in, where
// it is somebody else's; Forbidden where the user may only look.
func (a *API) filed(ctx context.Context, u event.Update) (context.Context, error) {
	s := who(ctx).Share(caller.Calendars, u.CalendarID.Value)
	if !u.CalendarID.Has() || s == (caller.Share{}) {
		return ctx, nil
	}
	return context.WithValue(ctx, withinKey{}, s), allow(s, guestAsShared, false)
}
