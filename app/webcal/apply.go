package webcal

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/ical"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/resource"
	"umbra/app/vobject"
)

// counts are what a fetch held.
type counts struct{ events, refused int64 }

// apply makes a calendar hold what was fetched: events by their uid, those that
// say the same untouched, and those that are not there any more deleted. Where
// all is so already nothing is written, not even the journal's number.
func (s *Service) apply(ctx context.Context, c caller.Caller, cal calendar.Calendar, f *feed) (n counts, err error) {
	col := &resource.Collection{Kind: resource.Calendar, ID: cal.ID}
	have, objects, err := s.have(ctx, c.UserID, col)
	if err != nil {
		return n, err
	}
	var writes []write
	for _, g := range f.groups {
		n.events++
		w := write{group: g, was: have[g.uid], data: f.object(g)}
		delete(have, g.uid) // also where it cannot be read: it is there all the same
		if w.was.ID != 0 && w.was.Verbatim() && objects[w.was.ID] == fingerprint(w.data) {
			continue
		}
		if w.form, err = f.reader.Event(g.parts); err != nil {
			n.refused++
			continue
		}
		writes = append(writes, w)
	}
	gone := slices.SortedFunc(maps.Values(have), func(a, b resource.Item) int { return cmp.Compare(a.ID, b.ID) })
	if len(writes) == 0 && len(gone) == 0 {
		return n, nil
	}
	readable := n
	err = s.Journal.Write(ctx, c, func(ctx context.Context, _ *journal.Writer) error {
		n = readable // it may run again
		for _, w := range writes {
			switch err := s.put(ctx, c, cal, col, w); {
			case fault.Is(err, fault.Invalid):
				n.refused++
			case err != nil:
				return err
			}
		}
		for _, it := range gone {
			if err := s.Events.Delete(ctx, c, it.ID, event.Part{}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// write is an event to be written in place of what was, if anything.
type write struct {
	group *group
	was   resource.Item
	form  vobject.EventForm
	data  []byte // its object
}

// have answers what is there, by uid, and the fingerprints of its objects, by id.
func (s *Service) have(ctx context.Context, userID int64, col *resource.Collection) (map[string]resource.Item, map[int64]string, error) {
	items, prints := map[string]resource.Item{}, map[int64]string{}
	err := s.resources.Each(ctx, userID, col, func(some []resource.Item) error {
		ids := make([]int64, len(some))
		for i, it := range some {
			items[it.UID], ids[i] = it, it.ID
		}
		objects, err := s.resources.Objects(ctx, userID, col.Member(), ids)
		for id, o := range objects {
			prints[id] = fingerprint(o.Data)
		}
		return err
	})
	return items, prints, err
}

// put writes one event. What only Umbra knows of one that is there stays.
func (s *Service) put(ctx context.Context, c caller.Caller, cal calendar.Calendar, col *resource.Collection, w write) error {
	u, origin := w.form.Update, journal.Origin{UID: w.group.uid}
	u.Reminders = opt.Some([]string{})
	changed := slices.Clone(w.form.Changed)
	for i := range changed {
		changed[i].Reminders = []string{}
	}
	if w.was.ID == 0 {
		u.CalendarID = opt.Some(cal.ID)
		taken, err := s.resources.UIDTaken(ctx, c.UserID, col.Member(), w.group.uid)
		if err != nil {
			return err
		}
		if taken { // in another calendar: this one holds a copy
			origin.UID = journal.UIDOf(cal.UID + " " + w.group.uid)
		}
	}
	e, err := s.Events.Put(ctx, c, w.was.ID, origin, nil, u, changed)
	if err != nil || len(w.data) > ical.MaxSize {
		return err
	}
	name := w.was.Name
	if w.was.ID == 0 {
		name = e.UID + ".ics"
	}
	return s.resources.Save(ctx, c.UserID, col.Member(), resource.Object{ID: e.ID, Name: name, UID: w.group.uid, Rev: e.Rev, Marks: vobject.EventMarks(&e).String(), Data: w.data})
}
