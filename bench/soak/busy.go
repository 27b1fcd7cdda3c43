package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"umbra/bench/account"
)

// busy are what goes on at once, each at its own pace.
var busy = []struct {
	name  string
	every time.Duration
	do    func(s *server, n int) error
}{
	{"to-do made, changed, completed, undone and deleted", 50 * time.Millisecond, todo},
	{"event that repeats made, looked at in its month and deleted", 100 * time.Millisecond, event},
	{"pages of the interface", 50 * time.Millisecond, pages},
	{"device that stores, syncs and deletes", 100 * time.Millisecond, device},
	{"window that is open for a while and closed", 2 * time.Second, window},
	{"log-in and log-out", 10 * time.Second, logIn},
	{"export of everything", 20 * time.Second, func(s *server, _ int) error {
		_, err := s.do("GET", "/api/export", "")
		return err
	}},
	{"requests that are refused", time.Second, refused},
}

type record struct{ ID int64 }

func todo(s *server, n int) error {
	var t record
	if err := s.read(&t, "POST", "/api/todos", fmt.Sprintf(`{"title":"Water the plants %d","due_date":"2031-05-06","tags":["plants"],"reminders":["-PT30M"],"due_time":"10:00"}`, n)); err != nil {
		return err
	}
	at := fmt.Sprintf("/api/todos/%d", t.ID)
	if _, err := s.do("PATCH", at, `{"description":"Twice."}`); err != nil {
		return err
	}
	_, header, err := s.send(s.Cookie, "PATCH", at+"/toggle", "")
	if err != nil {
		return err
	}
	if _, err := s.do("POST", "/api/history/"+header.Get("Change-Set")+"/undo", ""); err != nil {
		return err
	}
	_, err = s.do("DELETE", at, "")
	return err
}

func event(s *server, n int) error {
	var e record
	if err := s.read(&e, "POST", "/api/events", fmt.Sprintf(`{"title":"Choir %d","start":"2031-05-06T19:00:00Z","end":"2031-05-06T21:00:00Z","recurrence_rule":"FREQ=DAILY"}`, n)); err != nil {
		return err
	}
	if _, err := s.do("GET", "/api/events?start=2031-05-01T00:00:00Z&end=2031-06-01T00:00:00Z", ""); err != nil {
		return err
	}
	_, err := s.do("DELETE", fmt.Sprintf("/api/events/%d", e.ID), "")
	return err
}

func pages(s *server, n int) error {
	all := []string{"/api/dashboard", "/api/upcoming", "/api/todos?limit=50", "/api/people?limit=50", "/api/search?q=plants", "/api/trash", "/api/history", "/"}
	_, err := s.do("GET", all[n%len(all)], "")
	return err
}

var syncToken = regexp.MustCompile(`<(?:\w+:)?sync-token>([^<]+)</`)

func device(s *server, n int) error {
	at := fmt.Sprintf("%ssoak-%d.ics", s.Calendar, n)
	body := fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//soak//EN\r\nBEGIN:VEVENT\r\nUID:soak-%d\r\nDTSTAMP:20310101T000000Z\r\n"+
		"DTSTART:20310506T080000Z\r\nDTEND:20310506T090000Z\r\nSUMMARY:Soak\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", n)
	const ask = `<sync-collection xmlns="DAV:"><sync-token>%s</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`
	b, err := s.do("PROPFIND", s.Calendar, `<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>`, "Depth", "0")
	if err != nil {
		return err
	}
	token := syncToken.FindSubmatch(b)
	if token == nil {
		return fmt.Errorf("no token in %.300s", b)
	}
	if _, err := s.do("PUT", at, body, "Content-Type", "text/calendar"); err != nil {
		return err
	}
	if _, err := s.do("REPORT", s.Calendar, fmt.Sprintf(ask, token[1]), "Depth", "1"); err != nil {
		return err
	}
	_, err = s.do("DELETE", at, "")
	return err
}

// window listens to what changes for a second.
func window(s *server, _ int) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/api/live", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Cookie", s.Cookie)
	res, err := s.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("live: %s", res.Status)
	}
	lines := bufio.NewScanner(res.Body)
	heard := false
	for lines.Scan() {
		heard = true
	}
	if !heard {
		return fmt.Errorf("nothing was heard")
	}
	return nil
}

func logIn(s *server, _ int) error {
	cookie, err := account.LogIn(s.addr)
	if err != nil {
		return err
	}
	_, err = s.as(cookie, "POST", "/api/auth/logout", "")
	return err
}

// refused sends what must be refused, which must leave nothing behind either.
func refused(s *server, _ int) error {
	for _, r := range [][3]string{{"POST", "/api/todos", `{"title":""}`}, {"GET", "/api/todos/999999999", ""}, {"PUT", s.Calendar + "bad.ics", "BEGIN:NONSENSE"}} {
		if _, err := s.do(r[0], r[1], r[2]); err == nil {
			return fmt.Errorf("%s %s was taken", r[0], r[1])
		}
	}
	_, err := s.as("umbra_session=made-up", "GET", "/api/todos", "")
	if err == nil {
		return fmt.Errorf("a made-up session was taken")
	}
	return nil
}
