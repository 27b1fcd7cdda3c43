package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"umbra/app/jobs"
	"umbra/app/notify"
)

// rings makes a user's to-do ring, and answers the number of its line of the ledger.
func rings(t *testing.T, s *server, name, title string) string {
	t.Helper()
	id := s.callers[name].UserID
	if err := s.alarms.Plan(t.Context(), id); err != nil { // who has no plan was restored: what is past then does not ring
		t.Fatal(err)
	}
	s.as(t, name, "POST", "/api/todos", fmt.Sprintf(`{"title":%q,"reminders":[%q]}`, title, s.clock.Now().Format(time.RFC3339))).is(201)
	if err := s.alarms.Plan(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for _, k := range s.alarms.Jobs() {
		if k.Name == "alarms" {
			if res := k.Do(t.Context(), jobs.Job{Kind: k.Name, Key: fmt.Sprint(id)}); res.Err != nil {
				t.Fatal(res.Err)
			}
		}
	}
	list := s.as(t, name, "GET", "/api/deliveries?limit=1", nil).is(200).list()
	if len(list) != 1 || list[0]["title"] != title {
		t.Fatalf("%v", list)
	}
	return fmt.Sprintf("%.0f", list[0]["id"])
}

func TestDeliveries(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		id := rings(t, s, "ann", "Water the plants")
		path := "/api/deliveries/" + id
		d := s.ann(t, "GET", path, nil).is(200).json()
		if d["kind"] != "todo" || d["due_at"] != "2025-03-29T12:00:00Z" {
			t.Errorf("%v", d)
		}
		for query, n := range map[string]int{"": 1, "?kind=todo": 1, "?kind=event": 0, "?state=failed": 0, "?from=2025-03-29T12:00:00Z": 1, "?to=2025-03-29T12:00:00Z": 0} {
			if got := s.ann(t, "GET", "/api/deliveries"+query, nil).is(200).list(); len(got) != n {
				t.Errorf("%s: %v", query, got)
			}
		}
		s.ann(t, "POST", path+"/answer", `{"answer":"later"}`).is(http.StatusUnprocessableEntity)
		if d := s.ann(t, "POST", path+"/answer", `{"answer":"done"}`).is(200).json(); d["answer"] != "done" || d["state"] != "acknowledged" {
			t.Errorf("%v", d)
		}
		if todo := s.ann(t, "GET", fmt.Sprintf("/api/todos/%.0f", d["record_id"]), nil).is(200).json(); todo["completed"] != true {
			t.Errorf("%v", todo)
		}
		s.ann(t, "POST", path+"/answer", `{"answer":"hour"}`).is(http.StatusConflict)
		s.ann(t, "POST", path+"/retry", nil).is(http.StatusConflict)
		s.ann(t, "POST", path+"/acknowledge", nil).is(200)
	})
}

// A failed one shows on the dashboard until it is answered.
func TestFailedDeliveriesOnTheDashboard(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		id := rings(t, s, "ann", "Water the plants")
		if err := s.db.Tx(t.Context(), func(ctx context.Context) error {
			_, err := s.db.Exec(ctx, "UPDATE deliveries SET state = 'failed'")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if d := s.ann(t, "GET", "/api/dashboard", nil).is(200).json(); d["deliveries_failed"] != 1.0 || d["delivery_failed_at"] != "2025-03-29T12:00:00Z" {
			t.Errorf("%v", d)
		}
		s.ann(t, "POST", "/api/deliveries/"+id+"/acknowledge", nil).is(200)
		if d := s.ann(t, "GET", "/api/dashboard", nil).is(200).json(); d["deliveries_failed"] != 0.0 || d["delivery_failed_at"] != nil {
			t.Errorf("%v", d)
		}
	})
}

// Opening a link does nothing; its button does it once. No session is needed.
func TestTheLinksOfAMessage(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		s.sent.ready = []notify.Channel{notify.Ntfy}
		id := rings(t, s, "ann", "<b>Plants</b>")
		for _, k := range s.alarms.Jobs() {
			if k.Name == "deliver" {
				if res := k.Do(t.Context(), jobs.Job{Kind: k.Name, Key: id + "/ntfy/1", Payload: fmt.Sprint(s.callers["ann"].UserID)}); res.Err != nil {
					t.Fatal(res.Err)
				}
			}
		}
		m := s.sent.sent[len(s.sent.sent)-1].message
		u, err := url.Parse(m.Actions[0].URL)
		if err != nil || u.Host != "umbra.example" {
			t.Fatal(m.Actions, err)
		}
		link := u.RequestURI()
		for range 2 {
			page := s.as(t, "", "GET", link, nil).is(200)
			if body := string(page.body); !strings.Contains(body, "&lt;b&gt;Plants&lt;/b&gt;") || !strings.Contains(body, "<button") || page.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %v", body, page.header)
			}
		}
		s.as(t, "", "POST", link, nil).is(200)
		s.as(t, "", "POST", link, nil).is(http.StatusConflict)
		s.as(t, "", "GET", "/act?t=x", nil).is(http.StatusNotFound)
		s.as(t, "", "POST", "/act", nil).is(http.StatusNotFound)
		for range 40 {
			s.as(t, "", "GET", "/act?t=x", nil)
		}
		s.as(t, "", "POST", "/act?t=x", nil).is(http.StatusTooManyRequests)
	})
}
