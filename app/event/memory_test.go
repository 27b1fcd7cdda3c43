package event_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
)

// Series are remembered: whoever changes one, by whatever way, the next list has
// the change.
func TestRememberedSeriesAreThoseStored(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		j := journal.New(h.d, h.clock) // as another process on the same database has it
		other := event.New(h.d, j)
		journaltest.Kinds(j, "calendar", "calendars", "person", "people", "location", "locations")
		ann, place := h.person(t), h.location(t)
		u := zoned(rule(at("choir", "2025-04-04T19:00:00", ""), "FREQ=WEEKLY"), "Europe/Berlin")
		u.PersonIDs, u.LocationID = opt.Some([]int64{ann}), opt.Some(place)
		e := h.make(t, u)
		first, second := "choir 2025-04-04T19:00:00+02:00", "choir 2025-04-11T19:00:00+02:00"
		want := func(what, want string) {
			t.Helper()
			for range 2 { // the second time from memory
				if got := h.in(t, "2025-04-01", "2025-04-14"); got != want {
					t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
				}
			}
		}
		change := func(s *event.Service, u event.Update, part event.Part) {
			t.Helper()
			if _, err := s.Update(t.Context(), h.ann, e.ID, part, nil, u); err != nil {
				t.Fatal(err)
			}
		}
		want("made", lines(first, second))
		change(other, event.Update{Title: opt.Some("Choir!")}, event.Part{})
		want("renamed by another process", lines("Choir!"+first[5:], "Choir!"+second[5:]))
		change(h.Service, event.Update{Title: opt.Some("choir")}, event.Part{})
		want("renamed back", lines(first, second))
		change(other, event.Update{Start: opt.Some("2025-04-12T10:00:00")}, event.Part{Occurrence: "2025-04-11T19:00:00", Scope: event.This})
		want("one moved", lines(first, "choir 2025-04-12T10:00:00+02:00"))
		stop := errors.New("stop")
		err := h.d.Tx(t.Context(), func(ctx context.Context) error {
			if _, err := h.Update(ctx, h.ann, e.ID, event.Part{}, nil, event.Update{Title: opt.Some("never")}); err != nil {
				return err
			}
			if got, err := h.Occurrences(ctx, h.ann, e.CreatedAt, e.CreatedAt.AddDate(0, 1, 0), 10, event.Filter{}); err != nil || len(got) == 0 || got[0].Title != "never" {
				t.Error("a transaction does not see what it wrote", got, err)
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		change(other, event.Update{Description: opt.Some("with the same revision as what was undone")}, event.Part{})
		want("a change that never came to be", lines(first, "choir 2025-04-12T10:00:00+02:00"))
		if err := h.Delete(t.Context(), h.ann, e.ID, event.Part{}, nil); err != nil {
			t.Fatal(err)
		}
		want("deleted", "")
	})
}

// A month alone shows what the same month shows in a list of two years, which
// looks at every series.
func TestMonthsMissNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		r := rand.New(rand.NewPCG(7, 11))
		pick := func(list ...string) string { return list[r.IntN(len(list))] }
		for range 150 {
			day := time.Date(2019+r.IntN(7), time.Month(1+r.IntN(12)), pickDay(r), r.IntN(24), 30*r.IntN(2), 0, 0, time.UTC)
			u := at("x", day.Format("2006-01-02T15:04:05"), day.Add(time.Duration(r.IntN(90*24))*time.Hour).Format("2006-01-02T15:04:05"))
			switch r.IntN(3) {
			case 0:
				u = at("x", day.Format(time.DateOnly), day.AddDate(0, 0, 1+r.IntN(3)).Format(time.DateOnly))
			case 1:
				u = zoned(u, pick("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "America/St_Johns"))
			}
			u = rule(u, pick("FREQ=YEARLY", "FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=2", "FREQ=YEARLY;BYMONTH=1,7", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", "FREQ=YEARLY;BYWEEKNO=1",
				"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=1", "FREQ=YEARLY;BYYEARDAY=-1,60", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=-1", "FREQ=WEEKLY;BYMONTH=2,8",
				"FREQ=MONTHLY;INTERVAL=5", "FREQ=WEEKLY;INTERVAL=9", "FREQ=YEARLY;BYMONTHDAY=1"))
			if r.IntN(4) == 0 && !u.Start.Null {
				added := day.AddDate(0, r.IntN(30), r.IntN(30))
				u.RDates = opt.Some([]string{added.Format("2006-01-02T15:04:05")})
				if len(u.Start.Value) == len(time.DateOnly) {
					u.RDates = opt.Some([]string{added.Format(time.DateOnly)})
				}
			}
			e := h.make(t, u)
			if r.IntN(3) == 0 { // one of them elsewhere
				all, err := h.Occurrences(t.Context(), h.ann, day.AddDate(0, 0, -1), day.AddDate(9, 0, 0), 5, event.Filter{})
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range all {
					if o.ID == e.ID {
						moved := opt.Some(o.StartsAt.AddDate(0, r.IntN(5)-2, 0).Format("2006-01-02T15:04:05"))
						if e.AllDay {
							moved.Value = moved.Value[:len(time.DateOnly)]
						}
						if _, err := h.Update(t.Context(), h.ann, e.ID, event.Part{Occurrence: *o.Occurrence, Scope: event.This}, nil, event.Update{Start: moved}); err != nil {
							t.Fatal(err)
						}
						break
					}
				}
			}
		}
		said := func(list []event.Event, from, to time.Time) (out []string) {
			for _, o := range list {
				if o.StartsAt.Before(to) && (o.EndsAt.After(from) || !o.StartsAt.Before(from)) {
					out = append(out, fmt.Sprint(o.ID, " ", *o.Occurrence, " ", o.Start, " ", o.End))
				}
			}
			return out
		}
		begin, seen := time.Date(2025, 1, 1, 0, 0, 0, 0, h.ann.Location()), 0
		all, err := h.Occurrences(t.Context(), h.ann, begin, begin.AddDate(2, 0, 0), 100_000, event.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for m := range 24 {
			from, to := begin.AddDate(0, m, 0), begin.AddDate(0, m+1, 0)
			month, err := h.Occurrences(t.Context(), h.ann, from, to, 100_000, event.Filter{})
			got, want := said(month, from, to), said(all, from, to)
			if !slices.Equal(got, want) || err != nil {
				t.Errorf("%s: %d occurrences, want %d: %q, want %q; %v", from.Format("2006-01"), len(got), len(want), got, want, err)
			}
			seen += len(got)
		}
		if seen < 500 {
			t.Errorf("only %d occurrences were looked at", seen)
		}
	})
}

func pickDay(r *rand.Rand) int {
	return []int{1, 1, 2, 14, 15, 27, 28, 29, 30, 31}[r.IntN(10)]
}
