package event_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/opt"
)

// shape is one of the series that are stored, and how many times.
type shape struct {
	start, rule string
	copies      int
}

// month is March 2026. What touches it are 1000 series.
var touching = []shape{
	{"2024-01-08T09:00:00", "FREQ=DAILY", 50},
	{"2024-01-08T09:00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 50},
	{"2019-05-06T18:00:00", "FREQ=WEEKLY", 200},
	{"2022-09-07T07:30:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR", 150},
	{"2025-01-09T20:00:00", "FREQ=WEEKLY;COUNT=100", 50},
	{"2021-03-14T10:00:00", "FREQ=MONTHLY;BYDAY=2SU", 150},
	{"2020-01-31T17:00:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 50},
	{"2018-06-15T12:00:00", "FREQ=MONTHLY", 100},
	{"1985-03-17T08:00:00", "FREQ=YEARLY", 200},
}

// The other 19000 lie elsewhere: they have ended, begin later or, a thousand of
// them, come in another month of each year.
var elsewhere = []shape{
	{"2015-01-05T09:00:00", "FREQ=WEEKLY;UNTIL=20191231T225959Z", 8000},
	{"2016-02-01T09:00:00", "FREQ=MONTHLY;COUNT=24", 6000},
	{"2027-01-05T09:00:00", "FREQ=WEEKLY;BYDAY=TU", 4000},
	{"1990-11-20T08:00:00", "FREQ=YEARLY", 1000},
}

// store keeps each shape through the service once, and copies its row.
func (h house) store(b *testing.B, shapes []shape) {
	for i, s := range shapes {
		made := h.make(b, event.Update{Title: opt.Some("Series"), Start: opt.Some(s.start), TimeZone: opt.Some("Europe/Berlin"), RecurrenceRule: opt.Some(s.rule)})
		const rest = `calendar_id, title, title_key, description, start_local, end_local, all_day, time_zone, start_at, first_at, last_at,
span, months, location_id, location, color, starred, recurrence_rule, rdates, exceptions, reminders, status, url, search, rev, created_at, updated_at`
		err := h.d.Tx(context.Background(), func(ctx context.Context) error {
			_, err := h.d.Exec(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)
INSERT INTO calendar_events (user_id, uid, `+rest+`) SELECT user_id, uid || '-' || i, `+rest+` FROM calendar_events, n WHERE id = $1`, made.ID, s.copies)
			return err
		})
		if err != nil {
			b.Fatal(i, err)
		}
	}
}

// BenchmarkMonth reads every occurrence of a month from 20,000 stored series, of
// which 1,000 touch it, and reports how many times longer rrule-go takes to
// expand those 1,000 rules alone, in memory and parsed.
func BenchmarkMonth(b *testing.B) {
	h := open(b, dbtest.Open(b, db.SQLite))
	h.store(b, touching)
	h.store(b, elsewhere)
	berlin := h.ann.Location()
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, berlin)
	to := from.AddDate(0, 1, 0)
	b.ReportAllocs()
	began := time.Now()
	if _, err := h.Occurrences(b.Context(), h.ann, from, to, 100_000, event.Filter{}); err != nil {
		b.Fatal(err)
	}
	first := time.Since(began) // when it remembers no series yet
	ours := 0
	for b.Loop() {
		found, err := h.Occurrences(b.Context(), h.ann, from, to, 100_000, event.Filter{})
		if err != nil {
			b.Fatal(err)
		}
		ours = len(found)
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.StopTimer()
	var rules []*rrule.RRule
	for _, s := range touching {
		start, err := time.ParseInLocation("2006-01-02T15:04:05", s.start, berlin)
		if err != nil {
			b.Fatal(err)
		}
		o, err := rrule.StrToROption(s.rule)
		if err != nil {
			b.Fatal(err)
		}
		o.Dtstart = start
		for range s.copies {
			r, err := rrule.NewRRule(*o)
			if err != nil {
				b.Fatal(err)
			}
			rules = append(rules, r)
		}
	}
	theirs := 0
	began = time.Now()
	for _, r := range rules {
		theirs += len(r.Between(from, to.Add(-time.Second), true))
	}
	took := time.Since(began)
	b.ReportMetric(float64(took)/float64(each), "x_rrule-go")
	b.ReportMetric(float64(ours), "occurrences")
	b.ReportMetric(float64(first.Microseconds())/1000, "ms_first")
	if len(rules) != 1000 || ours != theirs {
		b.Errorf("%d rules, %d occurrences, rrule-go has %d", len(rules), ours, theirs)
	}
	b.Log(strings.TrimSpace(fmt.Sprintf("%d occurrences in %s, the first time in %s, rrule-go %s", ours, each, first, took)))
}
