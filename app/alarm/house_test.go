package alarm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"umbra/app/alarm"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/notify"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/reminder"
	"umbra/app/secret"
	"umbra/app/todo"
)

// wall is a clock that can be set, as a machine's.
type wall struct{ off atomic.Int64 }

func (w *wall) Now() time.Time {
	return time.Now().Add(time.Duration(w.off.Load())).UTC().Truncate(time.Microsecond)
}
func (w *wall) set(by time.Duration) { w.off.Add(int64(by)) }

// peer takes messages, or does not.
type peer struct {
	clock *wall
	zone  *time.Location

	mu     sync.Mutex
	got    []string
	last   []notify.Message
	via    []string // minute and channel of what was sent, taken or not
	on     []notify.Channel
	refuse func(c notify.Channel) error
}

func (p *peer) Channels(context.Context, int64) ([]notify.Channel, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.on), nil
}

func (p *peer) Deliver(_ context.Context, _ int64, c notify.Channel, m notify.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.via = append(p.via, p.clock.Now().In(p.zone).Format("15:04")+" "+string(c))
	if p.refuse != nil {
		if err := p.refuse(c); err != nil {
			return err
		}
	}
	late := ""
	if strings.Contains(m.Body, "late") {
		late = " late"
	}
	p.got = append(p.got, p.clock.Now().In(p.zone).Format("01-02T15:04")+" "+m.Title+late)
	p.last = append(p.last, m)
	return nil
}

// log is what arrived since it was asked last.
func (p *peer) log() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.got
	p.got = nil
	slices.Sort(out)
	return out
}

func (p *peer) message(t *testing.T) notify.Message {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.last) == 0 {
		t.Fatal("nothing arrived")
	}
	return p.last[len(p.last)-1]
}

// house is Ann's, in a bubble of its own time: midnight of 2000-01-01 UTC.
type house struct {
	*alarm.Service
	t         *testing.T
	d         *db.DB
	j         *journal.Journal
	q         *jobs.Queue
	clock     *wall
	peer      *peer
	ann       caller.Caller
	todos     *todo.Service
	events    *event.Service
	reminders *reminder.Service
	people    *person.Service
	days      []alarm.Item
	keys      secret.Keys
	watch     context.Context
	stop      func()
}

func each(t *testing.T, test func(h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			dbtest.Need(t, e)
			synctest.Test(t, func(t *testing.T) { test(open(t, e)) })
		})
	}
}

func open(t *testing.T, e db.Engine) *house {
	h := &house{t: t, d: dbtest.Open(t, e), clock: &wall{}, watch: context.WithoutCancel(t.Context())}
	keys, err := secret.NewKeys("one-umbrella-stand-for-all-of-the-3-halls")
	if err != nil {
		t.Fatal(err)
	}
	h.keys = keys
	h.build()
	h.ann = journaltest.User(t, h.d, h.j, "ann", "Europe/Berlin")
	h.must(h.d.Tx(context.Background(), func(ctx context.Context) error { return h.Begin(ctx, h.ann) })) // as who makes accounts does
	h.peer = &peer{clock: h.clock, zone: h.ann.Zone, on: []notify.Channel{notify.Ntfy}}
	h.exec("INSERT INTO calendars (user_id, uid, name, name_key, search, rev, created_at, updated_at) VALUES ($1, 'c', '', '', '', 0, 0, 0)", h.ann.UserID)
	return h
}

// build makes the services anew, as a start of the server does.
func (h *house) build() {
	h.j = journal.New(h.d, h.clock)
	journaltest.Kinds(h.j, "calendar", "calendars", "location", "locations", "project", "projects")
	h.todos, h.events, h.reminders, h.people = todo.New(h.d, h.j, h.clock), event.New(h.d, h.j), reminder.New(h.d, h.j), person.New(h.d, h.j)
	h.q = jobs.NewQueue(h.d, h.clock)
	h.Service = alarm.New(alarm.Deps{DB: h.d, Journal: h.j, Queue: h.q, Clock: h.clock, Events: ringing{h.events}, Days: h, Answers: h, Send: sender{h}, Keys: h.keys, Public: "https://umbra.example"})
}

// start runs everything until stop, or the end of the test.
func (h *house) start() {
	h.t.Helper()
	if h.stop != nil {
		h.build()
	}
	ctx, cancel := context.WithCancel(h.watch)
	var wg sync.WaitGroup
	wg.Go(func() { h.Run(ctx) })
	r := jobs.NewRunner(h.q, jobs.Options{}, h.Jobs()...)
	wg.Go(func() { r.Run(ctx) })
	h.stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	h.t.Cleanup(h.stop)
	synctest.Wait()
}

type sender struct{ h *house }

func (s sender) Channels(ctx context.Context, id int64) ([]notify.Channel, error) {
	return s.h.peer.Channels(ctx, id)
}
func (s sender) Deliver(ctx context.Context, id int64, c notify.Channel, m notify.Message) error {
	return s.h.peer.Deliver(ctx, id, c, m)
}

func (h *house) Day(context.Context, caller.Caller, clock.Date) ([]alarm.Item, error) {
	return h.days, nil
}

func (h *house) Done(ctx context.Context, c caller.Caller, kind string, id int64) (err error) {
	switch kind {
	case alarm.Todo:
		_, err = h.todos.Update(ctx, c, id, nil, todo.Update{Completed: opt.Some(true)})
	case alarm.Reminder:
		_, err = h.reminders.Dismiss(ctx, c, id, nil)
	default:
		err = errors.New("not done here")
	}
	return err
}

func (h *house) Snooze(ctx context.Context, c caller.Caller, kind string, id int64, until time.Time) (bool, error) {
	if kind != alarm.Reminder {
		return false, nil
	}
	_, err := h.reminders.Snooze(ctx, c, id, nil, reminder.Snooze{Until: opt.Some(until)})
	return true, err
}

type ringing struct{ *event.Service }

func (r ringing) Ringing(ctx context.Context, c caller.Caller, ids []int64, after int64, limit int) ([]alarm.Record, error) {
	all, err := r.Service.Ringing(ctx, c, ids, after, limit)
	out := make([]alarm.Record, len(all))
	for i := range all {
		e := &all[i]
		out[i] = alarm.Record{ID: e.ID, Title: e.Title, Updated: e.UpdatedAt, Rules: e.RingRules(), Next: func(rule string, after time.Time) (alarm.Ring, bool) {
			n, found := e.NextRing(rule, after, c.Location())
			return alarm.Ring{At: n.At, About: n.Start, Mark: n.Mark, Occurrence: n.Occurrence, AllDay: n.AllDay}, found
		}}
	}
	return out, err
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	if err := h.d.Tx(context.Background(), func(ctx context.Context) error { _, err := h.d.Exec(ctx, query, args...); return err }); err != nil {
		h.t.Fatal(err)
	}
}

// digest turns it on, at a time of day.
func (h *house) digest(at string) {
	h.t.Helper()
	h.exec("UPDATE settings SET digest_enabled = $1, digest_time = $2, updated_at = $3 WHERE user_id = $4", true, at, clock.Micros(h.clock.Now()), h.ann.UserID)
}

func (h *house) todo(title, date, at string, reminders ...string) todo.Todo {
	h.t.Helper()
	u := todo.Update{Title: opt.Some(title), Reminders: opt.Some(reminders)}
	if date != "" {
		u.DueDate = opt.Some(date)
	}
	if at != "" {
		u.DueTime = opt.Some(at)
	}
	t, err := h.todos.Create(context.Background(), h.ann, u)
	h.must(err)
	return t
}

func (h *house) event(title, start, rule string, reminders ...string) event.Event {
	h.t.Helper()
	u := event.Update{Title: opt.Some(title), Start: opt.Some(start), RecurrenceRule: opt.Some(rule), Reminders: opt.Some(reminders)}
	if len(start) > 10 {
		u.TimeZone = opt.Some("Europe/Berlin")
	}
	e, err := h.events.Create(context.Background(), h.ann, u)
	h.must(err)
	return e
}

func (h *house) reminder(title string, at time.Time, rule string, insist int64) reminder.Reminder {
	h.t.Helper()
	r, err := h.reminders.Create(context.Background(), h.ann, reminder.Update{Title: opt.Some(title), RemindAt: opt.Some(at), RecurrenceRule: opt.Some(rule), InsistMinutes: opt.Some(insist)})
	h.must(err)
	return r
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// want compares what arrived since it was asked last.
func (h *house) want(lines ...string) {
	h.t.Helper()
	synctest.Wait()
	got := h.peer.log()
	slices.Sort(lines)
	if !slices.Equal(got, lines) {
		h.t.Errorf("arrived:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

// ledger is each line of it as text, the earliest first.
func (h *house) ledger() (out []string) {
	h.t.Helper()
	p, err := h.List(context.Background(), h.ann.UserID, alarm.Filter{}, page.Request{Limit: 500}, "due_at")
	h.must(err)
	for _, d := range p.Items {
		line := d.DueAt.In(h.ann.Zone).Format("01-02T15:04") + " " + d.Kind + " " + d.Title + " " + d.State
		if d.Late {
			line += " late"
		}
		if d.StandsFor > 0 {
			line += fmt.Sprintf(" +%d", d.StandsFor)
		}
		out = append(out, line)
	}
	return out
}

func (h *house) wantLedger(lines ...string) {
	h.t.Helper()
	if got := h.ledger(); !slices.Equal(got, lines) {
		h.t.Errorf("ledger:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

func (h *house) at(s string) time.Time {
	h.t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04", s, h.ann.Zone)
	h.must(err)
	return at
}

// until lets time pass.
func (h *house) until(s string) { time.Sleep(h.at(s).Sub(h.clock.Now())) }

var page1 = page.Request{Limit: 1}

// one is the line of the ledger with a title.
func (h *house) one(title string) alarm.Delivery {
	h.t.Helper()
	p, err := h.List(context.Background(), h.ann.UserID, alarm.Filter{}, page.Request{Limit: 500}, "")
	h.must(err)
	for _, d := range p.Items {
		if d.Title == title {
			return d
		}
	}
	h.t.Fatalf("%q has not rung", title)
	return alarm.Delivery{}
}
