package event

import (
	"context"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Events of a calendar that is filled from an address are written by what fetches
// it, and by what brings back what was: undo, and an import of one's own export.

// ReadOnly is the answer to whoever would change what is fetched from elsewhere.
func ReadOnly() error {
	return fault.New(fault.Forbidden, "read_only", "This calendar is filled from an address, and can only be looked at. To change its events, take the address away in its settings, or copy them to a calendar of your own.")
}

func fills(c caller.Caller) bool {
	return c.Source == caller.Fetch || c.Source == caller.Undo || c.Source == caller.Import
}

// mayChange refuses a change of an event that is fetched.
func (e *Event) mayChange(c caller.Caller) error {
	if e.fetched && !fills(c) {
		return ReadOnly()
	}
	return nil
}

// takes asks whether a calendar takes events; the question travels with the next one.
func (s *Service) takes(ctx context.Context, w *journal.Writer, calendarID int64) func() error {
	asked := db.Ask(ctx, s.db, db.Value[string], "SELECT source FROM calendars WHERE user_id = $1 AND id = $2", w.Caller.UserID, calendarID)
	return func() error {
		source, _, err := asked()
		if err == nil && source != "" && !fills(w.Caller) {
			err = ReadOnly()
		}
		return err
	}
}
