package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"umbra/app/notify"
)

// published is what ntfy's documentation lists for publishing as JSON
// (docs.ntfy.sh/publish/#publish-as-json); nothing else may be in it.
type published struct {
	Topic    string   `json:"topic"`
	Message  string   `json:"message"`
	Title    string   `json:"title"`
	Tags     []string `json:"tags"`
	Priority int      `json:"priority"`
	Actions  []struct {
		Action string `json:"action"`
		Label  string `json:"label"`
		Clear  bool   `json:"clear"`
		URL    string `json:"url"`
		Method string `json:"method"`
	} `json:"actions"`
	Click      string `json:"click"`
	SequenceID string `json:"sequence_id"`
}

func parsePublished(t *testing.T, b []byte) (p published) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return p
}

func sendNtfy(t *testing.T, server, topic, token string, m notify.Message) error {
	t.Helper()
	return notify.NewNtfy(outbound(t, nil), notify.NtfyTarget{Server: server, Topic: topic, Token: token}).Send(context.Background(), m)
}

func TestNtfyGetsWhatItsDocumentationSays(t *testing.T) {
	p := newPeer(t, false, nil)
	if err := sendNtfy(t, p.URL, "ada_at-home", "tk_secret", message()); err != nil {
		t.Fatal(err)
	}
	r := p.one(t)
	if r.method != "POST" || r.path != "/" || r.query != "" {
		t.Errorf("%s %s?%s", r.method, r.path, r.query)
	}
	want := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer tk_secret"}, "User-Agent": {"Umbra"}}
	r.header.Del("Content-Length")
	if d := cmp.Diff(want, r.header); d != "" {
		t.Error(d)
	}
	got := parsePublished(t, r.body)
	var expected published
	if err := json.Unmarshal([]byte(`{"topic":"ada_at-home","title":"Wäsche aufhängen 🧺","message":"Before it rains.\nTwo loads.","tags":["alarm_clock"],"priority":4,
"click":"https://umbra.example/reminders/7","sequence_id":"r-7_2026-03-01","actions":[
{"action":"http","label":"Done","url":"https://umbra.example/a/done?t=x&u=1","method":"POST","clear":true},
{"action":"http","label":"Snooze 1 h","url":"https://umbra.example/a/snooze","method":"POST","clear":true},
{"action":"view","label":"Open","url":"https://umbra.example/reminders/7","clear":false}]}`), &expected); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(expected, got); d != "" {
		t.Error(d)
	}
}

func TestNtfyWithoutATokenUnderAPath(t *testing.T) {
	p := newPeer(t, false, nil)
	if err := sendNtfy(t, p.URL+"/ntfy/?x=1#y", "ada", "", notify.Message{ID: "a", Title: "Only a title"}); err != nil {
		t.Fatal(err)
	}
	r := p.one(t)
	if r.path != "/ntfy/" || r.query != "" || r.header.Get("Authorization") != "" {
		t.Errorf("%+v", r)
	}
	// Without a message ntfy would write "triggered".
	if got := parsePublished(t, r.body); got.Message != "Only a title" || got.Title != "" || got.Priority != 3 {
		t.Errorf("%+v", got)
	}
}

func TestNtfyIsNeverSentMoreThanItTakes(t *testing.T) {
	long := message()
	for i := range long.Actions {
		long.Actions[i].URL = "https://umbra.example/" + strings.Repeat("a", 1900)
	}
	for name, body := range map[string]string{"letters": strings.Repeat("ä", 10_000), "four bytes": strings.Repeat("🧺", 3000),
		"what JSON escapes": strings.Repeat("\"\\\n", 2000)} {
		for _, m := range []notify.Message{{ID: "a", Title: strings.Repeat("t", 600), Body: body}, func() notify.Message { l := long; l.Body = body; return l }()} {
			p := newPeer(t, false, nil)
			if err := sendNtfy(t, p.URL, "ada", "", m); err != nil {
				t.Fatal(err)
			}
			r := p.one(t)
			got := parsePublished(t, r.body)
			if len(r.body) > 8192 || len(got.Message) > 4096 || !utf8.ValidString(got.Message) || len(got.Message) < 100 || strings.Contains(got.Message, "\uFFFD") {
				t.Errorf("%s: %d bytes, message %d: %.20q", name, len(r.body), len(got.Message), got.Message)
			}
			if !strings.HasSuffix(got.Message, "…") {
				t.Errorf("%s: nothing says that it was cut", name)
			}
			if utf8.RuneCountInString(got.Title) > 250 {
				t.Errorf("title of %d", utf8.RuneCountInString(got.Title))
			}
		}
	}
}

func TestNtfySaysWhatTheServerSaid(t *testing.T) {
	answer := func(status int, body string) *peer {
		return newPeer(t, false, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		})
	}
	p := answer(403, `{"code":40301,"http":403,"error":"forbidden","link":"https://ntfy.sh/docs/publish/#authentication"}`)
	fails(t, sendNtfy(t, p.URL, "ada", "tk_secret", message()), notify.CodeUnauthentic, true, "the ntfy server answered 403 Forbidden: forbidden")
	p = answer(429, `{"code":42901,"http":429,"error":"limit reached: too many requests"}`)
	fails(t, sendNtfy(t, p.URL, "ada", "", message()), notify.CodeLimited, false, "the ntfy server answered 429 Too Many Requests: limit reached")
	p = answer(500, `{"error":"one\r\ntwo`+strings.Repeat("x", 500)+`"}`)
	if e := fails(t, sendNtfy(t, p.URL, "ada", "", message()), notify.CodeStatus, false, "500"); len(e.Reason) > 300 || strings.ContainsAny(e.Reason, "\r\n") {
		t.Errorf("%q", e.Reason)
	}
	p = answer(404, `<html>secret page of something else</html>`)
	if e := fails(t, sendNtfy(t, p.URL, "ada", "", message()), notify.CodeStatus, true, "404 Not Found"); strings.Contains(e.Reason, "secret page") {
		t.Errorf("%q", e.Reason)
	}
}

func TestNothingUnusableIsSent(t *testing.T) {
	p := newPeer(t, false, nil)
	at := func(change func(m *notify.Message)) notify.Message { m := message(); change(&m); return m }
	for name, m := range map[string]notify.Message{
		"no id":                    at(func(m *notify.Message) { m.ID = "" }),
		"an id with a line":        at(func(m *notify.Message) { m.ID = "a\r\nX: y" }),
		"a long id":                at(func(m *notify.Message) { m.ID = strings.Repeat("a", 65) }),
		"nothing to say":           at(func(m *notify.Message) { m.Title, m.Body = " \r\n", "\x00" }),
		"a script":                 at(func(m *notify.Message) { m.URL = "javascript:alert(1)" }),
		"an address in lines":      at(func(m *notify.Message) { m.URL = "https://a.example/\r\nX: y" }),
		"a button without a place": at(func(m *notify.Message) { m.Actions[0].URL = "" }),
		"a button of another sort": at(func(m *notify.Message) { m.Actions[0].Method = "DELETE" }),
		"four buttons":             at(func(m *notify.Message) { m.Actions = append(m.Actions, m.Actions[0]) }),
	} {
		if err := sendNtfy(t, p.URL, "ada", "", m); err == nil {
			t.Errorf("%s was sent", name)
		} else {
			fails(t, err, notify.CodeInvalid, true, "the message")
		}
	}
	fails(t, sendNtfy(t, p.URL, "a/b", "", message()), notify.CodeInvalid, true, "topic")
	fails(t, sendNtfy(t, p.URL, "", "", message()), notify.CodeNotSet, true, "no ntfy server and topic")
	fails(t, sendNtfy(t, p.URL, "ada", "tk\r\nX-Evil: 1", message()), notify.CodeInvalid, true, "characters")
	if n := len(p.requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// Whatever is in a message, what arrives is valid, within bounds, and adds no header.
func FuzzNtfyMessage(f *testing.F) {
	p := newPeer(f, false, nil)
	out := outbound(f, nil)
	sender := notify.NewNtfy(out, notify.NtfyTarget{Server: p.URL, Topic: "ada"})
	f.Add("Title", "Body", "tag", "label")
	f.Add("a\r\nX-Evil: 1", "\x00\xff\n\u2028", "b,c", "l\nm")
	f.Fuzz(func(t *testing.T, title, body, tag, label string) {
		p.mu.Lock()
		p.all = nil
		p.mu.Unlock()
		m := notify.Message{ID: "a", Title: title, Body: body, Tags: []string{tag}, Actions: []notify.Action{{Label: label, URL: "https://a.example/"}}}
		if err := sender.Send(context.Background(), m); err != nil {
			if e := notify.AsError(err); e.Code != notify.CodeInvalid {
				t.Fatal(err)
			}
			return
		}
		r := p.one(t)
		got := parsePublished(t, r.body)
		if !utf8.Valid(r.body) || len(r.body) > 8192 || len(got.Message) > 4096 || strings.ContainsAny(got.Title, "\r\n\x00") || got.Message == "" || len(r.header) != 3 {
			t.Errorf("%q %v", r.body, r.header)
		}
		for _, g := range got.Tags {
			if strings.ContainsAny(g, ", \r\n") {
				t.Errorf("tag %q", g)
			}
		}
	})
}
