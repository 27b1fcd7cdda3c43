package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/jobs"
)

// linksOf makes a to-do ring for Ann, and answers the links of its message by
// what their buttons say.
func (h house) linksOf(t *testing.T, cookie, title string) map[string]string {
	t.Helper()
	var got struct {
		Actions []struct{ Label, URL, Method string }
	}
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(b, &got)
		}
		if err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	defer peer.Close()
	h.ask(t, "PUT", "/api/settings", `{"ntfy_server":"`+peer.URL+`","ntfy_topic":"ann","ntfy_enabled":true}`, "Cookie", cookie).is(200)
	plan := func() {
		if err := h.Alarms.Plan(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	h.ask(t, "POST", "/api/todos", `{"title":"`+title+`","reminders":["`+h.Clock.Now().Format(time.RFC3339)+`"]}`, "Cookie", cookie).is(201)
	plan()
	var line []struct{ ID json.Number }
	for _, k := range h.Alarms.Jobs() {
		j := jobs.Job{Kind: k.Name, Key: "1", Payload: "1", Attempt: 1}
		if k.Name == "deliver" {
			decodeInto(t, h.ask(t, "GET", "/api/deliveries?limit=1", "", "Cookie", cookie).is(200), &line)
			j.Key = line[0].ID.String() + "/ntfy/1"
		}
		if k.Name == "insist" {
			continue
		}
		if res := k.Do(t.Context(), j); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	out := map[string]string{}
	for _, a := range got.Actions {
		u, err := url.Parse(a.URL)
		if err != nil || u.Host != "umbra.example" || a.Method != "POST" {
			t.Fatalf("%+v %v", a, err)
		}
		out[a.Label] = u.RequestURI()
	}
	if len(out) != 3 {
		t.Fatalf("%+v", got)
	}
	return out
}

func decodeInto(t *testing.T, a answer, v any) {
	t.Helper()
	if err := json.Unmarshal(a.Body.Bytes(), v); err != nil {
		t.Fatal(err)
	}
}

// The links of messages are pressed in ntfy's page, in mail programs and by
// telephones: from any origin, without a session, for what they say and once.
func TestTheLinksOfMessagesWorkFromElsewhereOnce(t *testing.T) {
	h := open(t, "UMBRA_PUBLIC_URL=https://umbra.example", "UMBRA_OUTBOUND_ALLOW=127.0.0.1")
	cookie := h.setUp(t)
	elsewhere := []string{"Host", "umbra.example", "Origin", "https://ntfy.sh", "Sec-Fetch-Site", "cross-site"}
	completed := func() (n int) {
		var all []struct{ Completed bool }
		decodeInto(t, h.ask(t, "GET", "/api/todos", "", "Cookie", cookie).is(200), &all)
		for _, td := range all {
			if td.Completed {
				n++
			}
		}
		return n
	}
	links := h.linksOf(t, cookie, "Water the plants")
	for range 2 {
		page := h.ask(t, "GET", links["Done"], "", elsewhere...).is(200)
		if body := page.Body.String(); !strings.Contains(body, "Water the plants") || !strings.Contains(body, `<form method="post">`) ||
			!strings.Contains(page.Header().Get("Content-Security-Policy"), "form-action 'self'") {
			t.Errorf("%s %v", body, page.Header())
		}
	}
	if completed() != 0 {
		t.Error("looking did it")
	}
	// Tampered with: each place of the token counts, and so does its end.
	token := strings.TrimPrefix(links["Done"], "/act?t=")
	for i := 0; i < len(token); i += 7 {
		other := "A"
		if token[i] == 'A' {
			other = "B"
		}
		h.tampered(t, "/act?t="+token[:i]+other+token[i+1:], elsewhere)
	}
	h.tampered(t, links["Done"][:len(links["Done"])-4], elsewhere)
	if completed() != 0 {
		t.Error("a tampered link did it")
	}
	if a := h.ask(t, "POST", links["Done"], "", elsewhere...).is(200); a.Header().Get("Access-Control-Allow-Origin") != "*" || len(a.Result().Cookies()) != 0 {
		t.Errorf("%v", a.Header())
	}
	if completed() != 1 {
		t.Error("pressing did not do it")
	}
	for _, used := range links { // one answer to one message
		h.ask(t, "POST", used, "", elsewhere...).is(http.StatusConflict)
		if body := h.ask(t, "GET", used, "", elsewhere...).is(200).Body.String(); strings.Contains(body, "<form") {
			t.Errorf("a used link offers its button: %s", body)
		}
	}
	// A week later it is over.
	later := h.linksOf(t, cookie, "Feed the cat")
	h.Clock.(*clock.Fake).Advance(7*24*time.Hour + time.Second)
	for _, l := range later {
		h.ask(t, "GET", l, "", elsewhere...).is(http.StatusNotFound)
		h.ask(t, "POST", l, "", elsewhere...).is(http.StatusNotFound)
	}
	if cookie = h.logIn(t); completed() != 1 {
		t.Error("an old link did it")
	}
}

// tampered presses what nobody signed; the limit by address is another test's.
func (h house) tampered(t *testing.T, link string, from []string) {
	t.Helper()
	if a := h.ask(t, "POST", link, "", append(from, "From", "127.0.0.9:50000")...); a.Code != http.StatusNotFound && a.Code != http.StatusTooManyRequests {
		t.Errorf("%s: %d %s", link, a.Code, a.Body)
	}
}
