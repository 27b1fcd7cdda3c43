package alarm_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"umbra/app/alarm"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/notify"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// Each kind rings when it should, and not when it should not.
func TestWhatRings(t *testing.T) {
	each(t, func(h *house) {
		h.start()
		h.todo("past", "1999-12-31", "12:00", "PT0M")
		h.todo("this minute", "2000-01-01", "01:00", "PT0M") // it is 01:00 in Berlin
		h.todo("timed", "2000-01-02", "09:30", "-PT30M", "-P1D", "2000-01-02T06:00:00Z")
		h.todo("a day", "2000-01-03", "", "PT9H", "-PT15H")
		gone := h.todo("gone", "2000-01-02", "10:00", "PT0M")
		ready := h.todo("ready", "2000-01-02", "10:00", "PT0M")
		moved := h.todo("moved", "2000-01-02", "10:00", "PT0M")
		choir := h.event("Choir", "2000-01-03T19:00:00", "FREQ=DAILY;COUNT=4", "-PT1H")
		h.event("Whole day", "2000-01-04", "", "-PT15H")
		off := h.event("Off", "2000-01-04T12:00:00", "", "-PT1H")
		h.reminder("Pills", h.at("2000-01-02T08:00"), "FREQ=DAILY", 0)
		h.reminder("Once", h.at("2000-01-02T08:15"), "", 0)
		_, err := h.people.Create(context.Background(), h.ann, person.Update{GivenName: opt.Some("Leap"), Birthday: opt.Some("1980-01-03")})
		h.must(err)
		time.Sleep(time.Minute)
		h.want("01-01T01:00 this minute")
		h.must(h.todos.Delete(context.Background(), h.ann, gone.ID, nil))
		_, err = h.todos.Update(context.Background(), h.ann, ready.ID, nil, todo.Update{Completed: opt.Some(true)})
		h.must(err)
		_, err = h.todos.Update(context.Background(), h.ann, moved.ID, nil, todo.Update{DueTime: opt.Some("11:00")})
		h.must(err)
		_, err = h.events.Update(context.Background(), h.ann, off.ID, event.Part{}, nil, event.Update{Status: opt.Some("cancelled")})
		h.must(err)
		part := func(id string) event.Part { return event.Part{Scope: event.This, Occurrence: id} }
		_, err = h.events.Update(context.Background(), h.ann, choir.ID, part("2000-01-04T19:00:00"), nil, event.Update{Start: opt.Some("2000-01-04T20:30:00"), Title: opt.Some("Concert")})
		h.must(err)
		h.must(h.events.Delete(context.Background(), h.ann, choir.ID, part("2000-01-05T19:00:00"), nil))
		h.until("2000-01-08T00:00")
		h.want("01-01T09:30 timed", "01-02T07:00 timed", "01-02T09:00 timed", "01-02T09:00 a day", "01-03T09:00 a day", "01-02T11:00 moved",
			"01-03T18:00 Choir", "01-04T19:30 Concert", "01-06T18:00 Choir", "01-03T09:00 Whole day", "01-02T08:15 Once", "01-03T07:00 Leap",
			"01-02T08:00 Pills", "01-03T08:00 Pills", "01-04T08:00 Pills", "01-05T08:00 Pills", "01-06T08:00 Pills", "01-07T08:00 Pills")
	})
}

// The digest of a day whose hour is past when it is turned on is not sent.
func TestTheDigestIsTurnedOn(t *testing.T) {
	each(t, func(h *house) {
		h.days = []alarm.Item{{Kind: "todo", Title: "Water the plants"}}
		h.start()
		h.todo("one", "2000-02-03", "12:00", "PT0M")
		h.until("2000-01-02T11:00")
		h.digest("07:00")
		h.todo("two", "2000-02-03", "12:00", "PT0M")
		h.until("2000-01-02T12:00")
		h.want()
		h.stop()
		h.until("2000-01-03T12:00")
		h.start()
		h.want("01-03T12:00 Today, Mon 3 Jan 2000")
	})
}

// A day by the clock: offsets in hours count on it where there is no time of day.
func TestAcrossAChangeOfTheClock(t *testing.T) {
	each(t, func(h *house) {
		h.days = []alarm.Item{{Kind: "todo", Title: "Water the plants"}}
		h.clock.set(h.at("2000-03-25T12:00").Sub(h.clock.Now()))
		h.digest("02:30")
		h.start()
		h.todo("by nine", "2000-03-26", "", "PT9H")
		h.event("Daily", "2000-03-25T09:00:00", "FREQ=DAILY;COUNT=4", "-PT30M", "-P1D")
		time.Sleep(72 * time.Hour)
		h.want("03-26T09:00 by nine", "03-26T08:30 Daily", "03-27T08:30 Daily", "03-28T08:30 Daily", "03-26T09:00 Daily", "03-27T09:00 Daily",
			"03-26T03:30 Today, Sun 26 Mar 2000", "03-27T02:30 Today, Mon 27 Mar 2000", "03-28T02:30 Today, Tue 28 Mar 2000")
		if m := h.peer.message(h.t); !strings.Contains(h.peer.last[0].Body, "Water the plants") {
			h.t.Errorf("%+v", m)
		}
	})
}

// After a week without a server each missed one arrives once and late; what
// repeats is told once, for all of them.
func TestDownForAWeek(t *testing.T) {
	each(t, func(h *house) {
		h.start()
		h.todo("one", "2000-01-03", "12:00", "PT0M")
		h.todo("two", "2000-01-05", "12:00", "PT0M")
		h.todo("later", "2000-01-12", "12:00", "PT0M")
		h.event("Choir", "2000-01-02T19:00:00", "FREQ=DAILY", "-PT1H")
		h.reminder("Every minute", h.at("2000-01-02T00:00"), "FREQ=MINUTELY;UNTIL=20000108T230000Z", 0)
		time.Sleep(time.Second)
		h.stop()
		time.Sleep(8 * 24 * time.Hour) // 01-09T01:00
		h.start()
		time.Sleep(2 * time.Second)
		h.want("01-09T01:00 one late", "01-09T01:00 two late", "01-09T01:00 Choir late", "01-09T01:00 Every minute late")
		h.stop()
		h.start()
		h.until("2000-01-12T13:00")
		h.want("01-09T18:00 Choir", "01-10T18:00 Choir", "01-11T18:00 Choir", "01-12T12:00 later")
		got := h.ledger()
		if got[0] != "01-03T12:00 todo one sent late" || got[2] != "01-08T18:00 event Choir sent late +6" || got[3] != "01-09T00:00 reminder Every minute sent late +400" {
			h.t.Errorf("%q", got)
		}
	})
}

// What was past when a backup is restored does not ring; what is to come does.
func TestARestoreSendsNothingPast(t *testing.T) {
	each(t, func(h *house) {
		h.start()
		h.peer.refuse = func(notify.Channel) error { return &notify.Error{Reason: "no answer", Code: notify.CodeTimeout} }
		h.todo("on its way", "2000-01-01", "01:00", "PT0M")
		h.todo("past", "2000-01-03", "12:00", "PT0M")
		h.todo("to come", "2000-01-20", "12:00", "PT0M")
		h.reminder("Daily", h.at("2000-01-01T12:00"), "FREQ=DAILY", 0)
		time.Sleep(time.Minute)
		h.stop()
		h.peer.refuse = nil
		// A backup carries records and ledger, and none of these; a restore makes a new epoch.
		for _, table := range []string{"jobs", "alarms", "alarm_plans"} {
			h.exec("DELETE FROM " + table)
		}
		h.exec("UPDATE journal_heads SET epoch = $1", journal.NewEpoch())
		h.until("2000-01-10T12:30")
		h.start()
		h.until("2000-01-11T13:00")
		h.want("01-11T12:00 Daily")
		h.until("2000-01-20T12:01")
		if log := strings.Join(h.peer.log(), ","); strings.Contains(log, "past") || !strings.Contains(log, "to come") {
			h.t.Error(log)
		}
		if got := h.ledger(); got[0] != "01-01T01:00 todo on its way missed" || got[1] != "01-03T12:00 todo past missed late" ||
			got[2] != "01-10T12:00 reminder Daily missed late +9" {
			h.t.Errorf("%q", got)
		}
	})
}

// A clock that is set neither loses nor doubles anything.
func TestTheClockIsSet(t *testing.T) {
	each(t, func(h *house) {
		h.start()
		h.reminder("Daily", h.at("2000-01-02T08:00"), "FREQ=DAILY", 0)
		h.todo("soon", "2000-01-02", "12:00", "PT0M")
		h.todo("far", "2001-06-01", "12:00", "PT0M")
		time.Sleep(time.Minute)
		h.clock.set(400 * 24 * time.Hour) // wrong, by years
		time.Sleep(5 * time.Second)
		h.want("02-04T01:01 Daily late", "02-04T01:01 soon late")
		h.clock.set(-400 * 24 * time.Hour)
		time.Sleep(5 * time.Second)
		h.until("2000-01-04T09:00")
		h.want("01-02T08:00 Daily", "01-03T08:00 Daily", "01-04T08:00 Daily")
		h.clock.set(-36 * time.Hour) // back to the 2nd: what rang then does not ring again
		h.until("2000-01-05T09:00")
		h.want("01-05T08:00 Daily")
	})
}

func TestQuietHours(t *testing.T) {
	each(t, func(h *house) {
		h.exec("UPDATE settings SET quiet_from = '22:00', quiet_until = '07:00' WHERE user_id = $1", h.ann.UserID)
		h.start()
		h.todo("night", "2000-01-01", "23:00", "PT0M")
		h.todo("early", "2000-01-02", "05:00", "PT0M")
		ready := h.todo("ready by then", "2000-01-02", "05:00", "PT0M")
		h.todo("day", "2000-01-02", "07:00", "PT0M")
		h.reminder("insists", h.at("2000-01-02T03:00"), "", 60)
		h.until("2000-01-02T06:00")
		h.want("01-02T03:00 insists", "01-02T04:00 insists", "01-02T05:00 insists", "01-02T06:00 insists")
		h.wantLedger("01-01T23:00 todo night pending", "01-02T03:00 reminder insists sent", "01-02T05:00 todo early pending", "01-02T05:00 todo ready by then pending")
		_, err := h.todos.Update(context.Background(), h.ann, ready.ID, nil, todo.Update{Completed: opt.Some(true)})
		h.must(err)
		h.until("2000-01-02T07:30")
		h.want("01-02T07:00 night", "01-02T07:00 early", "01-02T07:00 day", "01-02T07:00 insists")
	})
}

func TestInsisting(t *testing.T) {
	each(t, func(h *house) {
		h.start()
		r := h.reminder("Pills", h.at("2000-01-01T08:00"), "FREQ=DAILY", 10)
		h.until("2000-01-01T08:35")
		h.want("01-01T08:00 Pills", "01-01T08:10 Pills", "01-01T08:20 Pills", "01-01T08:30 Pills")
		if m := h.peer.last; m[0].Priority != notify.High || m[3].Priority != notify.Max || m[0].ID == m[1].ID {
			h.t.Errorf("%+v", m)
		}
		_, err := h.reminders.Dismiss(context.Background(), h.ann, r.ID, nil)
		h.must(err)
		h.until("2000-01-02T08:05")
		h.want("01-02T08:00 Pills")
		p, err := h.List(context.Background(), h.ann.UserID, alarm.Filter{State: "sent"}, page1, "")
		h.must(err)
		_, err = h.Acknowledge(context.Background(), h.ann.UserID, p.Items[0].ID)
		h.must(err)
		h.until("2000-01-02T20:00")
		h.want()
		h.until("2000-01-03T20:00") // nobody answers: it ends by itself
		if n := len(h.peer.log()); n != 24 {
			h.t.Errorf("it rang %d times", n)
		}
	})
}

func TestFailures(t *testing.T) {
	each(t, func(h *house) {
		h.peer.on = []notify.Channel{notify.Ntfy, notify.Mail}
		tries := map[notify.Channel]int{}
		h.peer.refuse = func(c notify.Channel) error {
			tries[c]++
			switch {
			case c == notify.Mail:
				return &notify.Error{Reason: "the server refused the password", Permanent: true}
			case tries[c] == 1:
				return &notify.Error{Reason: "the server asks to wait", RetryAfter: 10 * time.Minute}
			}
			return nil
		}
		h.start()
		h.todo("a", "2000-01-01", "02:00", "PT0M")
		h.until("2000-01-01T02:05")
		d := h.one("a")
		if d.State != "pending" || d.Channels[0].State != "failed" || d.Channels[0].Error != "the server refused the password" ||
			d.Channels[1].State != "pending" || d.Channels[1].Attempts != 1 || d.Channels[1].NextTryAt.Sub(d.DueAt).Round(time.Minute) != 10*time.Minute {
			h.t.Errorf("%+v", d)
		}
		h.until("2000-01-01T02:15")
		h.want("01-01T02:10 a")
		if d = h.one("a"); d.State != "sent" {
			h.t.Errorf("%+v", d)
		}
		// None takes it for a day.
		h.peer.refuse = func(notify.Channel) error { return errors.New("no network") }
		h.todo("b", "2000-01-01", "03:00", "PT0M")
		h.until("2000-01-02T04:00")
		if d = h.one("b"); d.State != "failed" || d.Channels[0].Attempts < 10 || d.Channels[0].Error == "" || strings.Contains(d.Channels[0].Error, "no network") {
			h.t.Errorf("%+v", d)
		}
		h.peer.refuse = nil
		if d, err := h.Retry(context.Background(), h.ann.UserID, d.ID); err != nil || d.State == "failed" { // it may be there already
			h.t.Errorf("%+v, %v", d, err)
		}
		time.Sleep(2 * time.Second)
		h.want("01-02T04:00 b", "01-02T04:00 b") // two channels
		if _, err := h.Retry(context.Background(), h.ann.UserID, d.ID); !fault.Is(err, fault.Conflict) {
			h.t.Errorf("nothing is left to send: %v", err)
		}
		if _, err := h.Retry(context.Background(), h.ann.UserID, 999); !fault.Is(err, fault.NotFound) {
			h.t.Errorf("none such: %v", err)
		}
		if _, err := h.Find(context.Background(), h.ann.UserID+1, d.ID); !fault.Is(err, fault.NotFound) {
			h.t.Errorf("somebody else's: %v", err)
		}
	})
}

func TestLinks(t *testing.T) {
	each(t, func(h *house) {
		h.start()
		a := h.todo("a", "2000-01-01", "02:00", "PT0M")
		h.event("e", "2000-01-01T04:00:00", "", "PT0M")
		r := h.reminder("r", h.at("2000-01-01T05:00"), "", 0)
		h.until("2000-01-01T02:01")
		link := func(n int) string {
			u := h.peer.message(h.t).Actions[n].URL
			_, token, _ := strings.Cut(u, "?t=")
			return token
		}
		done, hour := link(0), link(1)
		for range 2 { // looking does nothing
			if l, err := h.Look(context.Background(), done); err != nil || l.Answer != alarm.Done || l.Title != "a" || l.Answered {
				h.t.Errorf("%+v, %v", l, err)
			}
		}
		if _, err := h.Service.Follow(context.Background(), done); err != nil {
			h.t.Error(err)
		}
		if td, err := h.todos.Find(context.Background(), h.ann, a.ID); err != nil || !td.Completed {
			h.t.Errorf("%+v, %v", td, err)
		}
		for _, used := range []string{done, hour} { // each link of the message is used up
			if _, err := h.Service.Follow(context.Background(), used); !fault.Is(err, fault.Conflict) {
				h.t.Errorf("used links: %v", err)
			}
		}
		for _, bad := range []string{"", "x", done + "x", done[:len(done)-2], h.keys.SignToken("session", []byte("1 1 done x"), h.clock.Now()), h.keys.SignToken("action", []byte("1 1 done x"), h.clock.Now())} {
			if _, err := h.Service.Follow(context.Background(), bad); !fault.Is(err, fault.NotFound) {
				h.t.Errorf("%q: %v", bad, err)
			}
		}
		// An event is snoozed without changing it.
		h.until("2000-01-01T04:01")
		if _, err := h.Service.Follow(context.Background(), link(1)); err != nil {
			h.t.Error(err)
		}
		h.until("2000-01-01T05:05")
		h.want("01-01T02:00 a", "01-01T04:00 e", "01-01T05:01 e", "01-01T05:00 r")
		for _, m := range h.peer.last {
			if m.Title == "r" {
				_, token, _ := strings.Cut(m.Actions[2].URL, "?t=")
				if _, err := h.Service.Follow(context.Background(), token); err != nil {
					h.t.Error(err)
				}
			}
		}
		if got, err := h.reminders.Find(context.Background(), h.ann, r.ID); err != nil || got.SnoozedUntil == nil || !got.SnoozedUntil.Equal(h.at("2000-01-02T07:00")) {
			h.t.Errorf("%+v, %v", got, err)
		}
		h.until("2000-01-02T07:01")
		h.want("01-02T07:00 r")
		old := link(0)
		h.clock.set(8 * 24 * time.Hour)
		if _, err := h.Service.Follow(context.Background(), old); !fault.Is(err, fault.NotFound) {
			h.t.Errorf("an old link: %v", err)
		}
	})
}

// Nothing due costs nothing.
func TestIdleSendsNoStatement(t *testing.T) {
	each(t, func(h *house) {
		var n atomic.Int64
		h.watch = db.Watch(h.watch, func(string, []any) { n.Add(1) })
		h.start()
		h.todo("a", "2000-01-01", "06:00", "PT0M")
		time.Sleep(time.Minute)
		before := n.Load()
		time.Sleep(4 * time.Hour)
		if got := n.Load() - before; got != 0 || before == 0 {
			h.t.Errorf("%d statements in four hours without work, %d before", got, before)
		}
		h.until("2000-01-01T06:01")
		h.want("01-01T06:00 a")
	})
}

// Without a channel the ledger says so; a kind that is turned off is not in it.
func TestWithoutAChannel(t *testing.T) {
	each(t, func(h *house) {
		h.peer.on = nil
		h.exec("UPDATE settings SET notify_events = $1 WHERE user_id = $2", false, h.ann.UserID)
		h.start()
		h.todo("a", "2000-01-01", "02:00", "PT0M")
		h.event("e", "2000-01-01T02:00:00", "", "PT0M")
		h.until("2000-01-01T03:00")
		h.wantLedger("01-01T02:00 todo a missed")
		h.peer.on = []notify.Channel{notify.Push}
		_, err := h.Retry(context.Background(), h.ann.UserID, h.one("a").ID)
		h.must(err)
		time.Sleep(time.Second)
		h.want("01-01T03:00 a")
	})
}

// Two servers plan and fire for one user: each occurrence rings once.
func TestTwoServers(t *testing.T) {
	each(t, func(h *house) {
		h.start()
		other := *h
		other.build()
		other.stop = nil
		h.j.Tell(func(id int64) { other.j.Wake(id) })
		other.start()
		for range 40 {
			h.todo("many", "2000-01-01", "02:00", "PT0M")
		}
		_, err := h.reminders.Create(context.Background(), h.ann, reminder.Update{Title: opt.Some("often"), RemindAt: opt.Some(h.at("2000-01-01T02:00")), RecurrenceRule: opt.Some("FREQ=MINUTELY;COUNT=30")})
		h.must(err)
		h.until("2000-01-01T03:00")
		synctest.Wait()
		if got := len(h.peer.log()); got != 70 {
			h.t.Errorf("%d arrived, want 70", got)
		}
	})
}
