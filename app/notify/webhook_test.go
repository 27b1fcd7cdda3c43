package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbra/app/notify"
)

func TestWebhookIsSignedAsStandardWebhooksSays(t *testing.T) {
	key := []byte("a key of this test, thirty-two b")
	for _, secret := range []string{string(key), "whsec_" + base64.StdEncoding.EncodeToString(key)} {
		p := newPeer(t, false, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) { w.WriteHeader(http.StatusNoContent) })
		target := notify.WebhookTarget{URL: p.URL + "/hook?k=1", Secret: secret}
		if err := notify.NewWebhook(outbound(t, nil), target).Send(context.Background(), message()); err != nil {
			t.Fatal(err)
		}
		r := p.one(t)
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("r-7.2026-03-01.1772352000." + string(r.body)))
		r.header.Del("Content-Length")
		want := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Umbra"}, "Webhook-Id": {"r-7.2026-03-01"},
			"Webhook-Timestamp": {"1772352000"}, "Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
		if d := cmp.Diff(want, r.header); d != "" {
			t.Error(d)
		}
		if r.method != "POST" || r.path != "/hook" || r.query != "k=1" {
			t.Errorf("%s %s?%s", r.method, r.path, r.query)
		}
	}
}

func TestWebhookBody(t *testing.T) {
	p := newPeer(t, false, nil)
	out := outbound(t, nil)
	for _, m := range []notify.Message{message(), {ID: "a", Title: "Bare"}} {
		if err := notify.NewWebhook(out, notify.WebhookTarget{URL: p.URL}).Send(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
	wants := []string{`{"type":"notification","timestamp":"2026-03-01T08:00:00Z","data":{"id":"r-7.2026-03-01","title":"Wäsche aufhängen 🧺",
"body":"Before it rains.\nTwo loads.","url":"https://umbra.example/reminders/7","priority":4,"tags":["alarm_clock"],"actions":[
{"label":"Done","url":"https://umbra.example/a/done?t=x&u=1","method":"POST"},{"label":"Snooze 1 h","url":"https://umbra.example/a/snooze","method":"POST"},
{"label":"Open","url":"https://umbra.example/reminders/7","method":"GET"}]}}`,
		`{"type":"notification","timestamp":"2026-03-01T08:00:00Z","data":{"id":"a","title":"Bare","body":"","priority":3,"tags":[],"actions":[]}}`}
	for i, r := range p.requests() {
		var got, want any
		if err := json.Unmarshal(r.body, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(wants[i]), &want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if r.header.Get("Webhook-Signature") != "" {
			t.Error("signed without a secret")
		}
	}
}

func TestWebhookThatIsGone(t *testing.T) {
	p := newPeer(t, false, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
		w.WriteHeader(http.StatusGone)
		_, _ = w.Write([]byte("a page of something else"))
	})
	if e := fails(t, hook(outbound(t, nil), p.URL), notify.CodeStatus, true, "410 Gone"); strings.Contains(e.Reason, "something else") {
		t.Error(e.Reason)
	}
	fails(t, hook(outbound(t, nil), ""), notify.CodeNotSet, true, "no address of a webhook")
}
