package event_test

import (
	"slices"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/opt"
)

// written is an event's times as the API shows them.
func written(e event.Event) string {
	zone := "-"
	if e.TimeZone != nil {
		zone = *e.TimeZone
	}
	day := ""
	if e.AllDay {
		day = " all day"
	}
	return e.Start + " " + e.End + " " + zone + day
}

func zoned(u event.Update, zone string) event.Update {
	u.TimeZone = opt.Some(zone)
	return u
}

func allDay(u event.Update, v bool) event.Update {
	u.AllDay = opt.Some(v)
	return u
}

func TestFormsOfTime(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	floating := at("", "2025-03-30T09:00:00", "2025-03-30T10:00:00")
	for _, tc := range []struct {
		name string
		u    event.Update
		want string
	}{
		{"an instant is placed in the caller's zone", at("", "2025-03-30T09:00:00Z", ""), "2025-03-30T11:00:00+02:00 2025-03-30T12:00:00+02:00 Europe/Berlin"},
		{"an instant in a zone", zoned(at("", "2025-03-30T09:00:00Z", "2025-03-30T10:00:00.999Z"), "Asia/Tokyo"), "2025-03-30T18:00:00+09:00 2025-03-30T19:00:00+09:00 Asia/Tokyo"},
		{"a local time floats", floating, "2025-03-30T09:00:00 2025-03-30T10:00:00 -"},
		{"without seconds", at("", "2025-03-30T09:00", ""), "2025-03-30T09:00:00 2025-03-30T10:00:00 -"},
		{"a local time in a zone", zoned(floating, "America/New_York"), "2025-03-30T09:00:00-04:00 2025-03-30T10:00:00-04:00 America/New_York"},
		{"a date is all day", at("", "2025-03-30", ""), "2025-03-30 2025-03-31 - all day"},
		{"dates", at("", "2025-03-30", "2025-04-02"), "2025-03-30 2025-04-02 - all day"},
		{"29 February", at("", "2024-02-29", ""), "2024-02-29 2024-03-01 - all day"},
		{"all day said of times", allDay(at("", "2025-03-30T09:00:00", "2025-03-31T10:00:00"), true), "2025-03-30 2025-04-01 - all day"},
		{"all day ends at midnight", allDay(at("", "2025-03-30T09:00:00", "2025-03-31T00:00:00"), true), "2025-03-30 2025-03-31 - all day"},
		{"no duration", at("", "2025-03-30T09:00:00Z", "2025-03-30T09:00:00Z"), "2025-03-30T11:00:00+02:00 2025-03-30T11:00:00+02:00 Europe/Berlin"},
		{"a time that the zone skips", zoned(at("", "2025-03-30T02:30:00", ""), "Europe/Berlin"), "2025-03-30T03:30:00+02:00 2025-03-30T04:30:00+02:00 Europe/Berlin"},
		{"the first of two", zoned(at("", "2025-10-26T02:30:00+02:00", ""), "Europe/Berlin"), "2025-10-26T02:30:00+02:00 2025-10-26T02:30:00+01:00 Europe/Berlin"},
		{"the second of two", zoned(at("", "2025-10-26T02:30:00+01:00", ""), "Europe/Berlin"), "2025-10-26T02:30:00+01:00 2025-10-26T03:30:00+01:00 Europe/Berlin"},
		{"across the dateline", zoned(at("", "2025-01-01T00:30:00Z", ""), "Pacific/Kiritimati"), "2025-01-01T14:30:00+14:00 2025-01-01T15:30:00+14:00 Pacific/Kiritimati"},
	} {
		tc.u.Title = opt.Some(tc.name)
		e, err := h.Create(t.Context(), h.ann, tc.u)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if got := written(e); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
		if found, err := h.Find(t.Context(), h.ann, e.ID, ""); err != nil || written(found) != tc.want {
			t.Errorf("%s: stored as %s, %v", tc.name, written(found), err)
		}
	}
}

func TestChangesOfTime(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	const berlin = "2025-03-29T09:00:00+01:00 2025-03-29T11:00:00+01:00 Europe/Berlin"
	str := opt.Some[string]
	for _, tc := range []struct {
		name  string
		start string
		u     event.Update
		want  string
	}{
		{"nothing", "", event.Update{Title: str("y")}, berlin},
		{"moving keeps the duration", "", event.Update{Start: str("2025-04-01T09:00:00Z")}, "2025-04-01T11:00:00+02:00 2025-04-01T13:00:00+02:00 Europe/Berlin"},
		{"a local time stays in its zone", "", event.Update{Start: str("2025-04-01T09:00:00")}, "2025-04-01T09:00:00+02:00 2025-04-01T11:00:00+02:00 Europe/Berlin"},
		{"the end alone", "", event.Update{End: str("2025-03-29T12:00:00")}, "2025-03-29T09:00:00+01:00 2025-03-29T12:00:00+01:00 Europe/Berlin"},
		{"no end any more", "", event.Update{End: opt.Null[string]()}, "2025-03-29T09:00:00+01:00 2025-03-29T10:00:00+01:00 Europe/Berlin"},
		{"the zone alone keeps the clock", "", event.Update{TimeZone: str("Asia/Tokyo")}, "2025-03-29T09:00:00+09:00 2025-03-29T11:00:00+09:00 Asia/Tokyo"},
		{"floating", "", event.Update{TimeZone: opt.Null[string]()}, "2025-03-29T09:00:00 2025-03-29T11:00:00 -"},
		{"to all day", "", event.Update{AllDay: opt.Some(true)}, "2025-03-29 2025-03-30 - all day"},
		{"to a date", "", event.Update{Start: str("2025-05-01")}, "2025-05-01 2025-05-02 - all day"},
		{"all day moves", "2025-03-01", event.Update{Start: str("2025-04-01")}, "2025-04-01 2025-04-03 - all day"},
		{"all day to an instant", "2025-03-01", event.Update{Start: str("2025-04-01T09:00:00Z")}, "2025-04-01T11:00:00+02:00 2025-04-01T12:00:00+02:00 Europe/Berlin"},
		{"all day to a local time", "2025-03-01", event.Update{Start: str("2025-04-01T09:00:00")}, "2025-04-01T09:00:00 2025-04-01T10:00:00 -"},
		{"all day, no end any more", "2025-03-01", event.Update{End: opt.Null[string]()}, "2025-03-01 2025-03-02 - all day"},
	} {
		u := at("x", "2025-03-29T09:00:00+01:00", "2025-03-29T11:00:00+01:00")
		if tc.start != "" {
			u = at("x", tc.start, "2025-03-03")
		}
		e := h.make(t, u)
		e, err := h.Update(t.Context(), h.ann, e.ID, event.Part{}, nil, tc.u)
		if err != nil || written(e) != tc.want {
			t.Errorf("%s: %s, want %s; %v", tc.name, written(e), tc.want, err)
		}
	}
}

func TestTimesThatAreRefused(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	for _, tc := range []struct {
		name  string
		u     event.Update
		field string
	}{
		{"no start", event.Update{Title: opt.Some("x")}, "start"},
		{"a day that does not exist", at("", "2025-02-29", ""), "start"},
		{"an hour that does not", at("", "2025-02-28T25:00:00", ""), "start"},
		{"a word", at("", "tomorrow", ""), "start"},
		{"year 0", at("", "0000-01-01", ""), "start"},
		{"at the end of time", at("", "9999-12-31T23:00:00Z", ""), "start"},
		{"one that is too early", at("", "0001-01-01", ""), "start"},
		{"end before start", at("", "2025-03-30T09:00:00", "2025-03-30T08:00:00"), "end"},
		{"an all-day one without a day", at("", "2025-03-30", "2025-03-30"), "end"},
		{"eleven years", at("", "2025-03-30", "2036-03-30"), "end"},
		{"a date that ends a time", at("", "2025-03-30T09:00:00", "2025-03-31"), "end"},
		{"a date that is not all day", allDay(at("", "2025-03-30", ""), false), "start"},
		{"an instant that ends a floating one", at("", "2025-03-30T09:00:00", "2025-03-30T10:00:00Z"), "time_zone"},
		{"an instant that is to float", zoned(at("", "2025-03-30T09:00:00Z", ""), ""), "time_zone"},
		{"no zone", zoned(at("", "2025-03-30T09:00:00", ""), "Local"), "time_zone"},
		{"exceptions of one that does not repeat", event.Update{Start: opt.Some("2025-03-30"), Exceptions: opt.Some([]string{"2025-03-30"})}, "exceptions"},
		{"an exception that is no date", event.Update{Start: opt.Some("2025-03-30"), RecurrenceRule: opt.Some("FREQ=DAILY"), Exceptions: opt.Some([]string{"x"})}, "exceptions[0]"},
		{"an added time that is a date", event.Update{Start: opt.Some("2025-03-30T09:00:00"), RDates: opt.Some([]string{"2025-03-31"})}, "rdates[0]"},
		{"too many", event.Update{Start: opt.Some("2025-03-30"), RDates: opt.Some(make([]string, 1001))}, "rdates"},
	} {
		tc.u.Title = opt.Some("x")
		_, err := h.Create(t.Context(), h.ann, tc.u)
		if got := fields(err); !slices.Equal(got, []string{tc.field}) {
			t.Errorf("%s: names %s, want %s; %v", tc.name, strings.Join(got, ","), tc.field, err)
		}
	}
	e := h.make(t, at("x", "2025-03-30", ""))
	if _, err := h.Update(t.Context(), h.ann, e.ID, event.Part{}, nil, allDay(event.Update{}, false)); !slices.Equal(fields(err), []string{"start"}) {
		t.Errorf("all day no more, at no time: %v", err)
	}
}
