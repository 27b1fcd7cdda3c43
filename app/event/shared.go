package event

import (
	"context"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fault"
)

// wheres are the conditions of a filter: on the caller's own events, then on those
// of each calendar that others share with them. Whose people and places they are
// told apart by are the caller's own, so that those filters show own events alone.
func (s *Service) wheres(c caller.Caller, f Filter) []*db.Where {
	shared := c.Of(caller.Calendars)
	if c.Guest() || len(shared) == 0 || f.PersonID != 0 || f.LocationID != 0 {
		return []*db.Where{s.where(c, f)}
	}
	var out []*db.Where
	if c.Share(caller.Calendars, f.CalendarID) == (caller.Share{}) {
		out = append(out, s.where(c, f))
	}
	for _, share := range shared {
		if f.CalendarID == 0 || f.CalendarID == share.Record {
			one := f
			one.CalendarID = share.Record
			out = append(out, s.where(c.In(share), one))
		}
	}
	return out
}

// CalendarOf says in whose calendar an event lies, whoever's it is; 0 where there
// is no such event. What the caller may see of it is asked elsewhere.
func (s *Service) CalendarOf(ctx context.Context, id int64) (int64, error) {
	calendar, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT calendar_id FROM calendar_events WHERE id = $1", id)
	return calendar, err
}

// findFor is find for a caller: a guest reaches what lies in the shared calendar.
func (s *Service) findFor(ctx context.Context, c caller.Caller, id int64) (Event, error) {
	e, err := s.find(ctx, c.UserID, id)
	if err == nil && !c.May(caller.Calendars, e.CalendarID) {
		return Event{}, fault.Missing(KindName, id)
	}
	return e, err
}

// fromGuest keeps a guest's update off the owner's people and places, which a
// guest does not see: what is empty, as they read it, changes nothing.
func (u *Update) fromGuest(c caller.Caller) error {
	if !c.Guest() {
		return nil
	}
	if u.LocationID.Has() {
		return fault.BadField("location_id", "reference", "must be left out: a shared event has its owner's places alone; write the place into location")
	}
	if len(u.PersonIDs.Value) > 0 {
		return fault.BadField("person_ids", "reference", "must be left out: a shared event has its owner's people alone")
	}
	u.LocationID.Set, u.LocationID.Null = false, false
	u.PersonIDs.Set, u.PersonIDs.Null = false, false
	return nil
}
