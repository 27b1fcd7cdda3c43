package event_test

import (
	"slices"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/opt"
)

func part(scope, occurrence string) event.Part {
	return event.Part{Scope: scope, Occurrence: occurrence}
}

// series is a weekly one over a change to summer time.
func (h house) series(t testing.TB, r string) event.Event {
	return h.make(t, rule(at("s", "2025-03-17T09:00:00+01:00", ""), r))
}

const (
	s17 = "s 2025-03-17T09:00:00+01:00"
	s24 = "s 2025-03-24T09:00:00+01:00"
	s31 = "s 2025-03-31T09:00:00+02:00"
	s07 = "s 2025-04-07T09:00:00+02:00"
)

func TestScopes(t *testing.T) {
	str := opt.Some[string]
	const weekly = "FREQ=WEEKLY;COUNT=4"
	for _, tc := range []struct {
		name string
		part event.Part
		u    event.Update
		want string
	}{
		{"this: another title", part(event.This, "2025-03-24T09:00:00"), event.Update{Title: str("t")}, lines(s17, "t 2025-03-24T09:00:00+01:00", s31, s07)},
		{"this: moved past the next", part(event.This, "2025-03-24T09:00:00"), event.Update{Start: str("2025-04-01T09:00:00")}, lines(s17, s31, "s 2025-04-01T09:00:00+02:00", s07)},
		{"this: moved by an instant", part(event.This, "2025-03-31T09:00:00"), event.Update{Start: str("2025-03-31T10:00:00Z")}, lines(s17, s24, "s 2025-03-31T12:00:00+02:00", s07)},
		{"this: the first", part(event.This, "2025-03-17T09:00:00"), event.Update{Start: str("2025-03-01T09:00:00")}, lines("s 2025-03-01T09:00:00+01:00", s24, s31, s07)},
		{"all: another title", part(event.All, ""), event.Update{Title: str("t")}, lines("t 2025-03-17T09:00:00+01:00", "t 2025-03-24T09:00:00+01:00", "t 2025-03-31T09:00:00+02:00", "t 2025-04-07T09:00:00+02:00")},
		{"all: moved by its start", event.Part{}, event.Update{Start: str("2025-03-18T10:00:00")}, lines("s 2025-03-18T10:00:00+01:00", "s 2025-03-25T10:00:00+01:00", "s 2025-04-01T10:00:00+02:00", "s 2025-04-08T10:00:00+02:00")},
		{"all: moved by an occurrence", part(event.All, "2025-03-31T09:00:00"), event.Update{Start: str("2025-04-01T10:00:00")}, lines("s 2025-03-18T10:00:00+01:00", "s 2025-03-25T10:00:00+01:00", "s 2025-04-01T10:00:00+02:00", "s 2025-04-08T10:00:00+02:00")},
		{"all: to all day", part(event.All, "2025-03-31T09:00:00"), event.Update{AllDay: opt.Some(true)}, lines("s 2025-03-17", "s 2025-03-24", "s 2025-03-31", "s 2025-04-07")},
		{"all: once", event.Part{}, event.Update{RecurrenceRule: opt.Null[string]()}, s17},
		{"following: another title", part(event.Following, "2025-03-31T09:00:00"), event.Update{Title: str("t")}, lines(s17, s24, "t 2025-03-31T09:00:00+02:00", "t 2025-04-07T09:00:00+02:00")},
		{"following: another hour", part(event.Following, "2025-03-31T09:00:00"), event.Update{Start: str("2025-03-31T08:00:00")}, lines(s17, s24, "s 2025-03-31T08:00:00+02:00", "s 2025-04-07T08:00:00+02:00")},
		{"following: all day", part(event.Following, "2025-03-24T09:00:00"), event.Update{Start: str("2025-03-25")}, lines(s17, "s 2025-03-25", "s 2025-04-01", "s 2025-04-08")},
		{"following: another rule", part(event.Following, "2025-03-24T09:00:00"), event.Update{RecurrenceRule: str("FREQ=DAILY;COUNT=2")}, lines(s17, s24, "s 2025-03-25T09:00:00+01:00")},
		{"following from the first is all", part(event.Following, "2025-03-17T09:00:00"), event.Update{RecurrenceRule: str("FREQ=DAILY;COUNT=2")}, lines(s17, "s 2025-03-18T09:00:00+01:00")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				made := h.series(t, weekly)
				before := h.in(t, "2025-02-01", "2025-06-01")
				got, err := h.Update(t.Context(), h.ann, made.ID, tc.part, nil, tc.u)
				if err != nil {
					t.Fatal(err)
				}
				if s := h.in(t, "2025-02-01", "2025-06-01"); s != tc.want {
					t.Errorf("%s\nwant\n%s", s, tc.want)
				}
				if (tc.part.Scope == event.This) != (got.Occurrence != nil && *got.Occurrence == tc.part.Occurrence) {
					t.Errorf("answers %+v", got)
				}
				h.undo(t)
				if s := h.in(t, "2025-02-01", "2025-06-01"); s != before {
					t.Errorf("undone:\n%s", s)
				}
			})
		})
	}
}

func TestDeletingParts(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, tc := range []struct {
			name string
			part event.Part
			want string
		}{
			{"this", part(event.This, "2025-03-24T09:00:00"), lines(s17, s31, s07)},
			{"the first", part(event.This, "2025-03-17T09:00:00"), lines(s24, s31, s07)},
			{"following", part(event.Following, "2025-03-31T09:00:00"), lines(s17, s24)},
			{"following from the first", part(event.Following, "2025-03-17T09:00:00"), ""},
			{"all", part(event.All, "2025-03-31T09:00:00"), ""},
		} {
			made := h.series(t, "FREQ=WEEKLY;COUNT=4")
			before := h.in(t, "2025-02-01", "2025-06-01")
			if err := h.Delete(t.Context(), h.ann, made.ID, tc.part, nil); err != nil {
				t.Fatal(err)
			}
			if s := h.in(t, "2025-02-01", "2025-06-01"); s != tc.want {
				t.Errorf("%s:\n%s\nwant\n%s", tc.name, s, tc.want)
			}
			if _, err := h.Find(t.Context(), h.ann, made.ID, ""); fault.Is(err, fault.NotFound) != (tc.want == "") {
				t.Errorf("%s: %v", tc.name, err)
			}
			h.undo(t)
			if s := h.in(t, "2025-02-01", "2025-06-01"); s != before {
				t.Errorf("%s, undone:\n%s", tc.name, s)
			}
			h.undo(t) // which undoes the undoing
			_ = h.Delete(t.Context(), h.ann, made.ID, event.Part{}, nil)
		}
		two := h.series(t, "FREQ=WEEKLY;COUNT=2")
		for _, o := range []string{"2025-03-17T09:00:00", "2025-03-24T09:00:00"} {
			if err := h.Delete(t.Context(), h.ann, two.ID, part(event.This, o), nil); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.Find(t.Context(), h.ann, two.ID, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a series without occurrences is left: %v", err)
		}
	})
}

func TestChangedOccurrencesFollowTheirSeries(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		str := opt.Some[string]
		made := h.series(t, "FREQ=WEEKLY;UNTIL=20250407T070000Z")
		change := func(p event.Part, u event.Update, want ...string) {
			t.Helper()
			if _, err := h.Update(t.Context(), h.ann, made.ID, p, nil, u); err != nil {
				t.Fatal(err)
			}
			if s := h.in(t, "2025-02-01", "2025-06-01"); s != lines(want...) {
				t.Errorf("%s\nwant\n%s", s, lines(want...))
			}
		}
		change(part(event.This, "2025-03-24T09:00:00"), event.Update{Title: str("t"), Start: str("2025-03-24T11:00:00")},
			s17, "t 2025-03-24T11:00:00+01:00", s31, s07)
		change(part(event.This, "2025-03-24T09:00:00"), event.Update{Location: str("here")},
			s17, "t 2025-03-24T11:00:00+01:00", s31, s07)
		// The series moves, with its end, its exception and the changed one.
		if err := h.Delete(t.Context(), h.ann, made.ID, part(event.This, "2025-03-31T09:00:00"), nil); err != nil {
			t.Fatal(err)
		}
		change(event.Part{}, event.Update{Start: str("2025-03-17T08:00:00")},
			"s 2025-03-17T08:00:00+01:00", "t 2025-03-24T10:00:00+01:00", "s 2025-04-07T08:00:00+02:00")
		change(event.Part{}, event.Update{TimeZone: str("America/New_York")},
			"s 2025-03-17T08:00:00-04:00", "t 2025-03-24T10:00:00-04:00", "s 2025-04-07T08:00:00-04:00")
		change(event.Part{}, event.Update{TimeZone: opt.Null[string]()},
			"s 2025-03-17T08:00:00", "t 2025-03-24T10:00:00", "s 2025-04-07T08:00:00")
		// A change of all from the changed one shows in it.
		change(part(event.All, "2025-03-24T08:00:00"), event.Update{Title: str("u"), Start: str("2025-03-24T11:00:00")},
			"u 2025-03-17T09:00:00", "u 2025-03-24T11:00:00", "u 2025-04-07T09:00:00")
		// What follows takes its changed ones along.
		change(part(event.This, "2025-04-07T09:00:00"), event.Update{Title: str("v")},
			"u 2025-03-17T09:00:00", "u 2025-03-24T11:00:00", "v 2025-04-07T09:00:00")
		next, err := h.Update(t.Context(), h.ann, made.ID, part(event.Following, "2025-03-24T09:00:00"), nil, event.Update{Color: str("#ff0000")})
		if err != nil || next.ID == made.ID || next.UID == made.UID {
			t.Fatalf("%+v, %v", next, err)
		}
		if s := h.in(t, "2025-02-01", "2025-06-01"); s != lines("u 2025-03-17T09:00:00", "u 2025-03-24T11:00:00", "v 2025-04-07T09:00:00") {
			t.Error(s)
		}
		// With another rule there is no such occurrence any more.
		if _, err := h.Update(t.Context(), h.ann, next.ID, event.Part{}, nil, event.Update{RecurrenceRule: str("FREQ=WEEKLY;INTERVAL=3;COUNT=2")}); err != nil {
			t.Fatal(err)
		}
		if s := h.in(t, "2025-02-01", "2025-06-01"); s != lines("u 2025-03-17T09:00:00", "u 2025-03-24T11:00:00", "u 2025-04-14T09:00:00") {
			t.Error(s)
		}
		found, err := h.Find(t.Context(), h.ann, next.ID, "2025-03-24T09:00:00")
		if err != nil || found.Location != "here" || found.Color != "#ff0000" || found.End != "2025-03-24T12:00:00" {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

func TestAddedDates(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := at("r", "2025-05-01", "")
		u.RDates, u.Exceptions = opt.Some([]string{"2025-05-20", "2025-04-10", "2025-05-20"}), opt.Some([]string{"2025-05-01"})
		made := h.make(t, u)
		if s := h.in(t, "2025-01-01", "2026-01-01"); s != lines("r 2025-04-10", "r 2025-05-20") {
			t.Error(s)
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, event.Part{}, nil, event.Update{Start: opt.Some("2025-05-02")}); err != nil {
			t.Fatal(err)
		}
		if s := h.in(t, "2025-01-01", "2026-01-01"); s != lines("r 2025-04-11", "r 2025-05-21") {
			t.Error(s)
		}
		weekly := rule(at("w", "2025-06-02", ""), "FREQ=WEEKLY")
		weekly.RDates = opt.Some([]string{"2025-06-05"})
		series := h.make(t, weekly)
		if _, err := h.Update(t.Context(), h.ann, series.ID, part(event.Following, "2025-06-05"), nil, event.Update{Title: opt.Some("x")}); !slices.Equal(fields(err), []string{"occurrence"}) {
			t.Errorf("following from an added date: %v", err)
		}
	})
}

func TestPartsThatAreRefused(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	made := h.series(t, "FREQ=WEEKLY;COUNT=4")
	place, person := h.location(t), h.person(t)
	const o = "2025-03-24T09:00:00"
	for _, tc := range []struct {
		name   string
		part   event.Part
		u      event.Update
		fields []string
	}{
		{"no such scope", part("some", ""), event.Update{}, []string{"scope"}},
		{"no occurrence", part(event.This, ""), event.Update{}, []string{"occurrence"}},
		{"no occurrence", part(event.Following, ""), event.Update{}, []string{"occurrence"}},
		{"not an occurrence", part(event.This, "2025-03-25T09:00:00"), event.Update{}, []string{"occurrence"}},
		{"not an id", part(event.All, "next"), event.Update{}, []string{"occurrence"}},
		{"what cannot differ", part(event.This, o), event.Update{CalendarID: opt.Some(h.work), PersonIDs: opt.Some([]int64{person}), LocationID: opt.Some(place),
			RecurrenceRule: opt.Some("FREQ=DAILY"), TimeZone: opt.Some("UTC"), Exceptions: opt.Some([]string{o})},
			[]string{"calendar_id", "time_zone", "person_ids", "location_id", "recurrence_rule", "exceptions"}},
		{"all day for once", part(event.This, o), event.Update{Start: opt.Some("2025-03-24")}, []string{"all_day"}},
		{"backwards", part(event.This, o), event.Update{End: opt.Some("2025-03-23T09:00:00")}, []string{"end"}},
		{"no title", part(event.This, o), event.Update{Title: opt.Some("")}, []string{"title"}},
	} {
		if _, err := h.Update(t.Context(), h.ann, made.ID, tc.part, nil, tc.u); !slices.Equal(fields(err), tc.fields) {
			t.Errorf("%s: names %v, want %v; %v", tc.name, fields(err), tc.fields, err)
		}
	}
	if s := h.in(t, "2025-02-01", "2025-06-01"); s != lines(s17, s24, s31, s07) {
		t.Error(s)
	}
	// What does not repeat is changed whole, whatever the scope.
	one := h.make(t, at("one", "2025-01-01", ""))
	if up, err := h.Update(t.Context(), h.ann, one.ID, part(event.This, "2025-01-01"), nil, event.Update{Title: opt.Some("1")}); err != nil || up.Title != "1" || up.Occurrence != nil {
		t.Errorf("%+v, %v", up, err)
	}
}
