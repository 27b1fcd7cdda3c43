package server_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/alarm"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/opt"
	"umbra/app/reminder"
	"umbra/app/server"
)

// work does due work of an open house until its stop: planner and scheduler.
func (h house) work(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() { h.Alarms.Run(ctx) })
	wg.Go(func() { h.Due.Run(ctx) })
	return sync.OnceFunc(func() { cancel(); wg.Wait() })
}

// planned waits until the planner has come to all that is written: a clock that
// leaps over hours before that is none that a server sees.
func (h house) planned(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		behind, found, err := db.One(t.Context(), h.DB, db.Value[int64], `SELECT COUNT(*) FROM journal_heads h
LEFT JOIN alarm_plans p ON p.user_id = h.user_id AND p.seq = h.seq AND p.epoch = h.epoch WHERE p.user_id IS NULL`)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		if behind == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the alarms of %d users are not planned", behind)
		}
	}
}

// settled waits until the ledger says of each title what it is to say.
func (h house) settled(t *testing.T, cookie string, want map[string]string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var all []struct{ Title, State string }
		decodeInto(t, h.ask(t, "GET", "/api/deliveries?limit=100", "", "Cookie", cookie).is(200), &all)
		got := map[string]string{}
		for _, d := range all {
			got[d.Title] += d.State + " "
		}
		wrong := ""
		for title, states := range want {
			if strings.TrimSpace(got[title]) != states {
				wrong += title + " is " + got[title] + "; "
			}
		}
		if wrong == "" && len(got) == len(want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s%v, want %v", wrong, got, want)
		}
	}
}

// setUpTold is setUp of a user whom a topic tells.
func (h house) setUpTold(t *testing.T, by *topic) (cookie string) {
	t.Helper()
	cookie = h.setUp(t)
	h.ask(t, "PUT", "/api/settings", `{"ntfy_server":"`+by.url+`","ntfy_topic":"ann","ntfy_enabled":true}`, "Cookie", cookie).is(200)
	return cookie
}

// What rang before a backup does not ring again after its restore; what was due
// between the two is in the ledger as missed and can be sent from there; what is
// to come arrives once.
func TestAlarmsAcrossABackupAndItsRestore(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		peer := newTopic(t)
		settings := []string{database, movingKey, "UMBRA_OUTBOUND_ALLOW=127.0.0.1"}
		h, shut := openIn(t, data, settings...)
		now, cookie := h.Clock.Now(), h.setUpTold(t, peer)
		stop := h.work(t)
		remind := func(title string, in time.Duration, more string) {
			h.ask(t, "POST", "/api/reminders", `{"title":"`+title+`","remind_at":"`+now.Add(in).Format(time.RFC3339)+`"`+more+`}`, "Cookie", cookie).is(http.StatusCreated)
		}
		remind("before", time.Hour, "")
		remind("between", 3*time.Hour, "")
		remind("after", 10*time.Hour, "")
		remind("often", 90*time.Minute, `,"recurrence_rule":"FREQ=HOURLY;COUNT=9"`) // 1:30 to 9:30
		h.planned(t)
		h.Clock.(*clock.Fake).Advance(2 * time.Hour)
		h.settled(t, cookie, map[string]string{"before": "sent", "often": "sent"})
		file := filepath.Join(t.TempDir(), "mine.tar.zst")
		if _, err := h.Backups.MakeAt(t.Context(), file, "", nil); err != nil {
			t.Fatal(err)
		}
		h.Clock.(*clock.Fake).Advance(2 * time.Hour) // 4:00
		h.settled(t, cookie, map[string]string{"before": "sent", "often": "sent sent", "between": "sent"})
		stop()
		shut()
		if told := peer.told(); !slices.Equal(told, []string{"before", "between", "often", "often"}) {
			t.Fatalf("%v", told)
		}

		o := options(t, data, h.log, settings...)
		o.Clock.(*clock.Fake).Advance(5 * time.Hour)
		if _, err := server.Restore(t.Context(), o, server.Restoring{File: file, Replace: true}); err != nil {
			t.Fatal(err)
		}
		h, _ = openIn(t, data, settings...)
		h.Clock.(*clock.Fake).Advance(5 * time.Hour)
		cookie = h.logIn(t)
		stop = h.work(t)
		defer stop()
		// often rang at 1:30 by the ledger; of 2:30 to 4:30 it knows nothing.
		h.settled(t, cookie, map[string]string{"before": "sent", "between": "missed", "often": "missed sent"})
		h.Clock.(*clock.Fake).Advance(30*time.Minute + time.Second)
		h.settled(t, cookie, map[string]string{"before": "sent", "between": "missed", "often": "sent missed sent"})
		h.Clock.(*clock.Fake).Advance(5 * time.Hour)
		h.settled(t, cookie, map[string]string{"before": "sent", "between": "missed", "often": "sent sent missed sent", "after": "sent"})
		if told := peer.told(); !slices.Equal(told, []string{"after", "often", "often"}) {
			t.Errorf("%v", told)
		}
		peer.once(t)
		var missed []struct {
			ID    int
			Title string
		}
		decodeInto(t, h.ask(t, "GET", "/api/deliveries?state=missed&limit=1", "", "Cookie", cookie).is(200), &missed)
		for _, d := range missed {
			h.ask(t, "POST", fmt.Sprintf("/api/deliveries/%d/retry", d.ID), "", "Cookie", cookie).is(200)
		}
	})
}

// A server that goes down with an account that it has just made tells later what was
// due meanwhile, of an account that was moved from elsewhere, too.
func TestDownBeforeTheFirstPlan(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		peer := newTopic(t)
		settings := []string{database, movingKey, "UMBRA_OUTBOUND_ALLOW=127.0.0.1"}
		h, shut := openIn(t, data, settings...)
		now, cookie := h.Clock.Now(), h.setUpTold(t, peer)
		remind := func(title string, in time.Duration) {
			h.ask(t, "POST", "/api/reminders", `{"title":"`+title+`","remind_at":"`+now.Add(in).Format(time.RFC3339)+`"}`, "Cookie", cookie).is(http.StatusCreated)
		}
		remind("past", -time.Hour)
		remind("due", time.Hour)
		moved, err := h.Accounts.Import(t.Context(), account.ImportedUser{Username: "ben", Role: account.Member, CreatedAt: now.AddDate(-5, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		ben, err := h.Accounts.Caller(t.Context(), moved.ID, caller.Import)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []time.Duration{-time.Hour, time.Hour} {
			if _, err := h.Services.Reminders.Create(t.Context(), ben, reminder.Update{Title: opt.Some("moved"), RemindAt: opt.Some(now.Add(in))}); err != nil {
				t.Fatal(err)
			}
		}
		shut()

		h, _ = openIn(t, data, settings...)
		h.Clock.(*clock.Fake).Advance(2 * time.Hour)
		stop := h.work(t)
		defer stop()
		h.settled(t, cookie, map[string]string{"due": "sent"})
		if told := peer.told(); !slices.Equal(told, []string{"due"}) {
			t.Errorf("%v", told)
		}
		for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			n, err := h.Alarms.Count(t.Context(), moved.ID, alarm.Filter{State: "missed", From: now})
			if err != nil {
				t.Fatal(err)
			}
			if n == 1 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d of what was due were missed, want 1", n)
			}
		}
		if n, err := h.Alarms.Count(t.Context(), moved.ID, alarm.Filter{}); err != nil || n != 1 {
			t.Errorf("%d lines, %v", n, err)
		}
	})
}
