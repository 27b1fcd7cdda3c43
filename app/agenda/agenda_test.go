package agenda_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"umbra/app/agenda"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
)

// house is an agenda over rows that the tests put in by hand.
type house struct {
	*agenda.Service
	t      *testing.T
	db     *db.DB
	j      *journal.Journal
	clock  *clock.Fake
	events *events
	ann    caller.Caller
	bob    caller.Caller
	n      int64
}

// each runs a test on each engine, at 2025-03-29 13:00 in Berlin, the day before
// clocks go forward there.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func open(t *testing.T, d *db.DB) *house {
	h := &house{t: t, db: d, clock: clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)), events: &events{}}
	h.j = journal.New(d, h.clock)
	h.Service = agenda.New(d, h.clock, h.events)
	h.ann = journaltest.User(t, d, h.j, "ann", "Europe/Berlin")
	h.bob = journaltest.User(t, d, h.j, "bob", "America/New_York")
	return h
}

// events are occurrences that stand where they are.
type events struct {
	all     []agenda.Event
	starred []agenda.Event
	asked   []string
}

func (e *events) Between(_ context.Context, _ caller.Caller, from, to time.Time, limit int) (found []agenda.Event, more bool, err error) {
	e.asked = append(e.asked, from.UTC().Format(time.RFC3339)+" "+to.UTC().Format(time.RFC3339))
	for _, x := range e.all {
		if x.StartsAt.Before(to) && x.EndsAt.After(from) {
			if len(found) == limit {
				return found, true, nil
			}
			found = append(found, x)
		}
	}
	return found, false, nil
}

func (e *events) Starred(context.Context, caller.Caller, time.Time, int) ([]agenda.Event, error) {
	return e.starred, nil
}

func (e *events) add(id int64, title, from, to string, allDay bool) {
	berlin, _ := clock.Zone("Europe/Berlin")
	start, _ := time.ParseInLocation("2006-01-02 15:04", from, berlin)
	end, _ := time.ParseInLocation("2006-01-02 15:04", to, berlin)
	e.all = append(e.all, agenda.Event{ID: id, Title: title, AllDay: allDay, StartsAt: start, EndsAt: end})
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	err := h.db.Tx(context.Background(), func(ctx context.Context) error {
		_, err := h.db.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// uid numbers rows, whose ids follow the order in which they are made.
func (h *house) uid() string {
	h.n++
	return fmt.Sprintf("u%05d", h.n)
}

func (h *house) todo(c caller.Caller, title, date, at string, done bool) {
	h.t.Helper()
	key := date
	if at != "" {
		key += "T" + at
	}
	h.exec(`INSERT INTO todos (user_id, uid, title, title_key, priority, due_date, due_time, due_key, completed, position, search, rev, created_at, updated_at)
VALUES ($1, $2, $3, '', 2, $4, $5, $6, $7, 0, '', 1, 0, 0)`, c.UserID, h.uid(), title, date, at, key, done)
}

func (h *house) reminder(c caller.Caller, title string, at time.Time, active, dismissed bool) {
	h.t.Helper()
	h.exec(`INSERT INTO reminders (user_id, uid, title, remind_local, remind_at, due_at, active, dismissed, search, rev, created_at, updated_at)
VALUES ($1, $2, $3, '', $4, $4, $5, $6, '', 1, 0, 0)`, c.UserID, h.uid(), title, clock.Micros(at), active, dismissed)
}

func (h *house) project(c caller.Caller, name, status string, total, done int) {
	h.t.Helper()
	h.exec(`INSERT INTO projects (user_id, uid, name, name_key, status, due_key, position, tasks_total, tasks_done, search, rev, created_at, updated_at)
VALUES ($1, $2, $3, '', $4, '~', 0, $5, $6, '', 1, 0, 0)`, c.UserID, h.uid(), name, status, total, done)
}

func (h *house) task(c caller.Caller, title, date, status string) {
	h.t.Helper()
	h.exec(`INSERT INTO project_tasks (user_id, uid, project_id, title, status, due_date, due_key, position, search, rev, created_at, updated_at)
SELECT user_id, $2, id, $3, $4, $5, $5, 0, '', 1, 0, 0 FROM projects WHERE user_id = $1 ORDER BY id LIMIT 1`, c.UserID, h.uid(), title, status, date)
}

func (h *house) person(c caller.Caller, name, birthday, anniversary string, due *int64) {
	h.t.Helper()
	day := func(s string) string {
		if s == "" {
			return ""
		}
		return s[len(s)-5:]
	}
	h.exec(`INSERT INTO people (user_id, uid, display_name, name_key, birthday, birthday_day, anniversary, anniversary_day, contact_due_at, search, rev, created_at, updated_at)
VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8, '', 1, 0, 0)`, c.UserID, h.uid(), name, birthday, day(birthday), anniversary, day(anniversary), due)
}

func (h *house) count(c caller.Caller, name string, n int) {
	h.exec("INSERT INTO record_counts (user_id, name, n) VALUES ($1, $2, $3)", c.UserID, name, n)
}

func micros(t time.Time) *int64 {
	n := clock.Micros(t)
	return &n
}
