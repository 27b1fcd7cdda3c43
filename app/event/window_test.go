package event_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
)

func lines(s ...string) string { return strings.Join(s, "\n") }

func TestWindows(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.make(t, zoned(rule(at("spring", "2025-03-29T02:30:00", ""), "FREQ=DAILY;COUNT=3"), "Europe/Berlin"))
		h.make(t, zoned(rule(at("autumn", "2025-10-25T02:30:00", "2025-10-25T02:45:00"), "FREQ=DAILY;COUNT=3"), "Europe/Berlin"))
		h.make(t, zoned(rule(at("tokyo", "2025-06-01T00:30:00", ""), "FREQ=DAILY;COUNT=2"), "Asia/Tokyo"))
		h.make(t, rule(at("leap", "2024-02-29", ""), "FREQ=YEARLY"))
		h.make(t, rule(at("31st", "2025-07-31", ""), "FREQ=MONTHLY;COUNT=3"))
		h.make(t, at("float", "2025-07-15T00:00:00", "2025-07-15T01:00:00"))
		h.make(t, at("holiday", "2025-07-10", "2025-07-14"))
		h.make(t, at("moment", "2025-05-05T12:00:00Z", "2025-05-05T12:00:00Z"))
		h.make(t, rule(at("long", "2025-08-01T00:00:00Z", "2025-09-20T00:00:00Z"), "FREQ=YEARLY;COUNT=2"))
		for _, tc := range []struct{ name, from, to, want string }{
			{"spring forward", "2025-03-29", "2025-04-01", lines("spring 2025-03-29T02:30:00+01:00", "spring 2025-03-30T03:30:00+02:00", "spring 2025-03-31T02:30:00+02:00")},
			{"fall back", "2025-10-25", "2025-10-28", lines("autumn 2025-10-25T02:30:00+02:00", "autumn 2025-10-26T02:30:00+02:00", "autumn 2025-10-27T02:30:00+01:00")},
			{"another zone's day", "2025-05-31", "2025-06-01", lines("tokyo 2025-06-01T00:30:00+09:00")},
			{"29 February comes every fourth year", "2026-01-01", "2028-01-01", lines("long 2026-08-01T02:00:00+02:00")},
			{"29 February", "2028-02-01", "2028-04-01", "leap 2028-02-29"},
			{"far ahead", "2400-02-01", "2400-04-01", "leap 2400-02-29"},
			{"before a series", "2020-02-01", "2020-04-01", ""},
			{"months without a 31st", "2025-07-31", "2025-12-31", lines("31st 2025-07-31", "long 2025-08-01T02:00:00+02:00", "31st 2025-08-31", "autumn 2025-10-25T02:30:00+02:00",
				"autumn 2025-10-26T02:30:00+02:00", "autumn 2025-10-27T02:30:00+01:00", "31st 2025-10-31")},
			{"begun before", "2025-09-19", "2025-09-20", "long 2025-08-01T02:00:00+02:00"},
			{"a floating one is the caller's", "2025-07-14T22:00:00Z", "2025-07-14T22:00:01Z", "float 2025-07-15T00:00:00"},
			{"and not the day before", "2025-07-14T10:00:00Z", "2025-07-14T22:00:00Z", ""},
			{"its end is exclusive", "2025-07-15T01:00:00", "2025-07-16", ""},
			{"all day until the next midnight", "2025-07-13T21:59:59Z", "2025-07-13T22:00:00Z", "holiday 2025-07-10"},
			{"and not longer", "2025-07-13T22:00:00Z", "2025-07-15", ""},
			{"without duration", "2025-05-05T12:00:00Z", "2025-05-05T12:00:01Z", "moment 2025-05-05T14:00:00+02:00"},
			{"without duration, after", "2025-05-05T12:00:01Z", "2025-05-06", ""},
		} {
			if got := h.in(t, tc.from, tc.to); got != tc.want {
				t.Errorf("%s:\n%s\nwant\n%s", tc.name, got, tc.want)
			}
		}
	})
}

func TestOccurrencesSayWhichTheyAre(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made := h.make(t, zoned(rule(at("x", "2025-03-29T02:30:00", "2025-03-29T05:00:00"), "FREQ=DAILY"), "Europe/Berlin"))
		days := h.make(t, rule(at("y", "2025-03-29", "2025-03-31"), "FREQ=DAILY;INTERVAL=2"))
		from := time.Date(2025, 3, 29, 23, 0, 0, 0, time.UTC)
		got, err := h.Occurrences(t.Context(), h.ann, from, from.Add(23*time.Hour), 10, event.Filter{})
		if err != nil || len(got) != 2 || got[0].ID != days.ID || got[1].ID != made.ID {
			t.Fatalf("%+v, %v", got, err)
		}
		// The night is an hour shorter, the event is not.
		if *got[1].Occurrence != "2025-03-30T02:30:00" || got[1].Start != "2025-03-30T03:30:00+02:00" || got[1].End != "2025-03-30T06:00:00+02:00" ||
			!got[1].StartsAt.Equal(time.Date(2025, 3, 30, 1, 30, 0, 0, time.UTC)) || got[1].EndsAt.Sub(got[1].StartsAt) != 150*time.Minute {
			t.Errorf("%+v", got[1])
		}
		if *got[0].Occurrence != "2025-03-29" || got[0].End != "2025-03-31" || got[0].EndsAt.Sub(got[0].StartsAt) != 47*time.Hour {
			t.Errorf("%+v", got[0])
		}
		one, err := h.Find(t.Context(), h.ann, made.ID, "2025-03-30T02:30:00")
		if err != nil || one.Start != got[1].Start || *one.Occurrence != *got[1].Occurrence {
			t.Errorf("%+v, %v", one, err)
		}
		for _, occurrence := range []string{"2025-03-30T02:31:00", "2025-03-28T02:30:00", "x"} {
			if _, err := h.Find(t.Context(), h.ann, made.ID, occurrence); !slices.Equal(fields(err), []string{"occurrence"}) {
				t.Errorf("%s: %v", occurrence, err)
			}
		}
	})
}

func TestPagesOfAWindowHoldEachOccurrenceOnce(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		day := time.Date(2025, 1, 1, 9, 0, 0, 0, time.UTC)
		for i := range 400 { // more than one chunk of short ones
			h.make(t, at("s", day.Add(time.Duration(i/2)*6*time.Hour).Format(time.RFC3339), ""))
		}
		h.make(t, rule(at("d", "2025-01-01T09:00:00Z", ""), "FREQ=DAILY"))
		h.make(t, rule(at("w", "2020-01-01", ""), "FREQ=WEEKLY"))
		h.make(t, rule(at("o", "2024-12-01", "2025-01-20"), "FREQ=DAILY;COUNT=40")) // all begun before
		f := event.Filter{Start: "2025-01-01", End: "2025-03-01"}
		whole, err := h.Occurrences(t.Context(), h.ann, day.Add(-10*time.Hour), day.AddDate(0, 2, 0).Add(-10*time.Hour), 5000, event.Filter{})
		if err != nil || len(whole) < 480 {
			t.Fatal(len(whole), err)
		}
		for _, size := range []int{1, 7, 60, 500} {
			var got []event.Event
			req := page.Request{Limit: size}
			for {
				p, err := h.List(t.Context(), h.ann, f, req)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, p.Items...)
				if req.Cursor = p.Next; p.Next == "" || size == 1 && len(got) > 60 {
					break
				}
			}
			if size > 1 && len(got) != len(whole) {
				t.Errorf("pages of %d: %d occurrences of %d", size, len(got), len(whole))
			}
			for i := range got {
				if got[i].ID != whole[i].ID || got[i].Start != whole[i].Start {
					t.Fatalf("pages of %d: the %d-th is %d %s, want %d %s", size, i, got[i].ID, got[i].Start, whole[i].ID, whole[i].Start)
				}
			}
		}
		if n, err := h.Count(t.Context(), h.ann, f); err != nil || n != int64(len(whole)) {
			t.Errorf("counts %d, %v", n, err)
		}
	})
}

func TestWindowsThatAreRefused(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	for _, tc := range []struct{ start, end, field string }{
		{"2025-01-01", "", "end"}, {"", "2025-01-01", "start"}, {"x", "2025-01-01", "start"}, {"2025-01-02", "2025-01-01", "end"},
		{"2025-01-01", "2025-01-01", "end"}, {"2025-01-01", "2027-02-01", "end"}, {"9999-01-01", "9999-02-01", "start,end"}, {"0001-01-01", "0001-02-01", "start"},
	} {
		_, err := h.List(t.Context(), h.ann, event.Filter{Start: tc.start, End: tc.end}, page.Request{})
		if got := strings.Join(fields(err), ","); got != tc.field {
			t.Errorf("%s to %s: names %s, want %s", tc.start, tc.end, got, tc.field)
		}
	}
	f := event.Filter{Start: "2025-01-01", End: "2025-02-01"}
	forged := page.Key{Sort: "window", Values: []string{"99999999999999999", "2025-01-01"}}.Encode()
	for _, cursor := range []string{"x", forged, page.Key{Sort: "window", Values: []string{"1", "x"}}.Encode(), page.Key{Sort: "start", Values: []string{"1"}}.Encode()} {
		if _, err := h.List(t.Context(), h.ann, f, page.Request{Cursor: cursor}); !slices.Equal(fields(err), []string{"cursor"}) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
	f.Sort = "title"
	if _, err := h.List(t.Context(), h.ann, f, page.Request{}); !slices.Equal(fields(err), []string{"sort"}) {
		t.Errorf("by title: %v", err)
	}
}

func TestRuleBombsAreBounded(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	begun := time.Now()
	for i, r := range []string{"FREQ=SECONDLY", "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY;COUNT=2000000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
		"FREQ=SECONDLY;BYYEARDAY=366;BYHOUR=3;BYMINUTE=3;BYSECOND=3", "FREQ=YEARLY;BYHOUR=0,1,2,3,4,5,6,7,8;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6,7,8,9;BYYEARDAY=1,2,3,4,5;BYSETPOS=-1"} {
		h.make(t, rule(at(fmt.Sprint("bomb", i), "2025-01-01T00:00:00", "2035-01-01T00:00:00"), r))
	}
	p, err := h.List(t.Context(), h.ann, event.Filter{Start: "2300-01-01", End: "2302-01-01"}, page.Request{Limit: 500})
	if err != nil || len(p.Items) != 500 {
		t.Errorf("%d occurrences, %v", len(p.Items), err)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}

// Work follows the window: what lies elsewhere is not read.
func TestWindowsAndListsScanNoTable(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	yes, no := true, false
	for _, f := range []event.Filter{{}, {Sort: "-start"}, {Sort: "title"}, {Sort: "created_at"}, {Sort: "-updated_at"}, {CalendarID: 1}, {LocationID: 1},
		{PersonID: 1}, {Starred: &yes}, {Starred: &no}, {Query: "x"}} {
		dbtest.NoScan(t, h.d, func(ctx context.Context) error {
			_, err := h.List(ctx, h.ann, f, page.Request{})
			return err
		})
		f.Start, f.End, f.Sort = "2025-01-01", "2025-02-01", ""
		dbtest.NoScan(t, h.d, func(ctx context.Context) error {
			_, err := h.List(ctx, h.ann, f, page.Request{})
			return err
		})
	}
	made := h.make(t, rule(at("x", "2025-01-01", ""), "FREQ=DAILY"))
	dbtest.NoScan(t, h.d, func(ctx context.Context) error {
		if _, err := h.Update(ctx, h.ann, made.ID, event.Part{Scope: event.This, Occurrence: "2025-01-03"}, nil, event.Update{Title: opt.Some("y")}); err != nil {
			return err
		}
		for _, kind := range []string{"person", "location", "calendar"} {
			if err := h.j.Write(ctx, h.ann, func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, kind, 77) }); err != nil {
				return err
			}
		}
		return nil
	})
}

func BenchmarkWindow(b *testing.B) {
	for _, n := range []int{1000, 50_000} {
		b.Run(fmt.Sprint(n, " events"), func(b *testing.B) {
			h := open(b, dbtest.Open(b, db.SQLite))
			day := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
			err := h.d.Tx(b.Context(), func(ctx context.Context) error {
				for i := range n {
					u := at("x", day.AddDate(0, 0, i/5).Format(time.RFC3339), "")
					if i < 40 {
						u = rule(u, "FREQ=WEEKLY")
					}
					if _, err := h.Create(ctx, h.ann, u); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			f := event.Filter{Start: "2025-04-01", End: "2025-05-01"}
			for b.Loop() {
				p, err := h.List(b.Context(), h.ann, f, page.Request{Limit: 50})
				if err != nil || len(p.Items) != 50 {
					b.Fatal(len(p.Items), err)
				}
			}
		})
	}
}

func TestStarred(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		star := func(u event.Update) event.Update {
			u.Starred = opt.Some(true)
			return u
		}
		h.make(t, star(rule(at("weekly", "2020-01-06T09:00:00Z", ""), "FREQ=WEEKLY")))
		h.make(t, star(rule(at("ended", "2020-01-06T09:00:00Z", ""), "FREQ=WEEKLY;COUNT=100")))
		h.make(t, star(at("over", "2025-03-29T09:00:00Z", "")))
		h.make(t, star(at("running", "2025-03-29T11:30:00Z", "")))
		h.make(t, star(at("trip", "2024-12-01", "2025-04-01")))
		h.make(t, star(at("today", "2025-03-29", "")))
		h.make(t, star(at("far", "2026-03-29", "")))
		h.make(t, at("plain", "2025-03-29T15:00:00Z", ""))
		for i := range 70 { // more than one chunk
			h.make(t, star(at("many", time.Date(2026, 4, 1, i, 0, 0, 0, time.UTC).Format(time.RFC3339), "")))
		}
		got, err := h.Starred(t.Context(), h.ann, h.clock.Now(), 6)
		titles := ""
		for _, e := range got {
			titles += e.Title + " " + e.Start + ","
		}
		if want := "trip 2024-12-01,today 2025-03-29,running 2025-03-29T12:30:00+01:00,weekly 2025-03-31T10:00:00+02:00,far 2026-03-29,many 2026-04-01T02:00:00+02:00,"; titles != want || err != nil {
			t.Errorf("%s, want %s; %v", titles, want, err)
		}
		if all, err := h.Starred(t.Context(), h.ann, h.clock.Now(), 500); err != nil || len(all) != 75 {
			t.Errorf("%d, %v", len(all), err)
		}
		if h.d.Engine == db.SQLite {
			dbtest.NoScan(t, h.d, func(ctx context.Context) error {
				_, err := h.Starred(ctx, h.ann, h.clock.Now(), 5)
				return err
			})
		}
	})
}

func TestCancelledListsEnd(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.List(ctx, h.ann, event.Filter{Start: "2025-01-01", End: "2025-02-01"}, page.Request{}); !fault.Is(err, fault.Overloaded) {
		t.Error(err)
	}
}
