package api_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"umbra/app/api"
	"umbra/app/notify"
)

// deliverer stands for the channels: it keeps what it is given, and answers err.
type deliverer struct {
	mu      sync.Mutex
	err     error
	refused error // what look answers
	sent    []delivery
	ready   []notify.Channel
}

type delivery struct {
	user    int64
	channel notify.Channel
	message notify.Message
}

func (d *deliverer) Channels(context.Context, int64) ([]notify.Channel, error) {
	return append([]notify.Channel{}, d.ready...), nil
}

func (d *deliverer) Deliver(_ context.Context, userID int64, c notify.Channel, m notify.Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, delivery{userID, c, m})
	return d.err
}

func (d *deliverer) look(context.Context, string) error { return d.refused }

func TestEachChannelCanBeTested(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		for _, c := range notify.Channels {
			d.with(t, ann, "POST", "/api/settings/"+string(c)+"/test", nil).is(204)
			last := d.sent.sent[len(d.sent.sent)-1]
			if last.channel != c || last.user != 1 || last.message.ID == "" || last.message.Title != "Umbra: a test" {
				t.Errorf("%+v", last)
			}
			d.with(t, "", "POST", "/api/settings/"+string(c)+"/test", nil).is(401)
		}
		d.with(t, ann, "PATCH", "/api/settings", `{"language":"de-AT"}`).is(200)
		d.with(t, ann, "POST", "/api/settings/ntfy/test", nil).is(204)
		if m := d.sent.sent[len(d.sent.sent)-1].message; m.Title != "Umbra: ein Test" {
			t.Errorf("%+v", m)
		}
		d.with(t, ann, "POST", "/api/settings/pigeon/test", nil).is(404)
	})
}

func TestATestThatFailsSaysWhy(t *testing.T) {
	d := openDoor(t, sqlite(t))
	ann := d.setUp(t)
	for _, tt := range []struct {
		err  error
		code string
		says string
	}{
		{notify.NotSet("no ntfy server and topic are set"), "ntfy_not_set", "The test was not sent: no ntfy server and topic are set."},
		{&notify.Error{Code: notify.CodeRefused, Reason: "connection refused by 192.168.1.5:80"}, "ntfy_refused", "The test was not sent: connection refused by 192.168.1.5:80."},
		{(&notify.Error{Code: notify.CodeLimited, Reason: "the ntfy server answered 429 Too Many Requests", RetryAfter: 90 * time.Second}), "ntfy_limited", "429"},
		{context.DeadlineExceeded, "ntfy_unreachable", "the server's log says why"},
	} {
		d.sent.err = tt.err
		r := d.with(t, ann, "POST", "/api/settings/ntfy/test", nil).is(409)
		if r.code() != tt.code || !strings.Contains(string(r.body), tt.says) {
			t.Errorf("%s", r.body)
		}
		if retry := r.header.Get("Retry-After"); (retry == "90") != (tt.code == "ntfy_limited") {
			t.Errorf("Retry-After %q", retry)
		}
	}
}

func TestTestsAreHeldBack(t *testing.T) {
	d := openDoor(t, sqlite(t))
	ann := d.setUp(t)
	for range 6 {
		d.with(t, ann, "POST", "/api/settings/ntfy/test", nil).is(204)
		d.clock.Advance(5 * time.Second)
	}
	r := d.with(t, ann, "POST", "/api/settings/webhook/test", nil).is(429)
	if r.code() != "too_many_tests" || r.header.Get("Retry-After") != "30" {
		t.Errorf("%s %s", r.body, r.header.Get("Retry-After"))
	}
	d.clock.Advance(30 * time.Second)
	d.with(t, ann, "POST", "/api/settings/webhook/test", nil).is(204)
	d.with(t, ann, "POST", "/api/settings/webhook/test", nil).is(429)
	if len(d.sent.sent) != 7 {
		t.Errorf("%d were sent", len(d.sent.sent))
	}
}

func TestChannelsAreSaid(t *testing.T) {
	d := openDoor(t, sqlite(t), func(d *api.Deps) { d.MailServer = true })
	ann := d.setUp(t)
	d.sent.ready = []notify.Channel{notify.Ntfy, notify.Push}
	if b := string(d.with(t, ann, "GET", "/api/settings/channels", nil).is(200).body); strings.TrimSpace(b) != `{"ready":["ntfy","push"],"mail_server":true}` {
		t.Errorf("%s", b)
	}
	d.sent.ready = nil
	if b := string(d.with(t, ann, "GET", "/api/settings/channels", nil).is(200).body); !strings.Contains(b, `"ready":[]`) {
		t.Errorf("%s", b)
	}
}

// browserKeys are those of a browser: base64url, as PushSubscription.toJSON() has them.
func subscription(t *testing.T, endpoint string) map[string]any {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	return map[string]any{"endpoint": endpoint, "keys": map[string]string{"p256dh": enc(key.PublicKey().Bytes()), "auth": enc(make([]byte, 16))}}
}

func TestPushSubscriptions(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		key := d.with(t, ann, "GET", "/api/push/key", nil).is(200).json()["key"]
		if raw, err := base64.RawURLEncoding.DecodeString(key.(string)); err != nil || len(raw) != 65 || raw[0] != 4 {
			t.Errorf("%v %v", key, err)
		}
		if again := d.with(t, ann, "GET", "/api/push/key", nil).is(200).json()["key"]; again != key {
			t.Error("the key changed")
		}
		one := subscription(t, "https://push.example.net/send/one")
		r := d.with(t, ann, "POST", "/api/push/subscriptions", one, "User-Agent", "Phone/1").is(201)
		s := r.json()
		if r.header.Get("Location") != "/api/push/subscriptions/1" || s["service"] != "push.example.net" || s["user_agent"] != "Phone/1" || s["last_used_at"] != nil {
			t.Errorf("%v %v", r.header, s)
		}
		if strings.Contains(string(r.body), "send/one") {
			t.Error("the endpoint is told")
		}
		if again := d.with(t, ann, "POST", "/api/push/subscriptions", one, "User-Agent", "Phone/2").is(201).json(); again["id"] != s["id"] || again["user_agent"] != "Phone/2" {
			t.Errorf("%v", again)
		}
		list := d.with(t, ann, "GET", "/api/push/subscriptions?limit=1", nil, "Accept", "application/json").is(200)
		if !strings.HasPrefix(string(list.body), "[{") {
			t.Errorf("%s", list.body)
		}
		d.with(t, ann, "DELETE", "/api/push/subscriptions/1", nil).is(204)
		d.with(t, ann, "DELETE", "/api/push/subscriptions/1", nil).is(404)
		if b := strings.TrimSpace(string(d.with(t, ann, "GET", "/api/push/subscriptions", nil).is(200).body)); b != "[]" {
			t.Errorf("%s", b)
		}
	})
}

func TestPushSubscriptionsNameWhatIsWrong(t *testing.T) {
	d := openDoor(t, sqlite(t))
	ann := d.setUp(t)
	good := subscription(t, "https://push.example.net/x")
	keys := good["keys"].(map[string]string)
	for _, tt := range []struct {
		name  string
		body  any
		field string
	}{
		{"http", subscription(t, "http://push.example.net/x"), "endpoint"},
		{"no address", subscription(t, "push"), "endpoint"},
		{"a key that is no base64", map[string]any{"endpoint": "https://a.example/", "keys": map[string]string{"p256dh": "ä", "auth": keys["auth"]}}, "keys.p256dh"},
		{"a key off the curve", map[string]any{"endpoint": "https://a.example/", "keys": map[string]string{"p256dh": "BBBB", "auth": keys["auth"]}}, "keys.p256dh"},
		{"a short secret", map[string]any{"endpoint": "https://a.example/", "keys": map[string]string{"p256dh": keys["p256dh"], "auth": "AAAA"}}, "keys.auth"},
		{"nothing", `{}`, "endpoint"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := false
			for f := range d.with(t, ann, "POST", "/api/push/subscriptions", tt.body).is(422).fields() {
				found = found || strings.HasPrefix(f, tt.field+":")
			}
			if !found {
				t.Errorf("%s is not named", tt.field)
			}
		})
	}
	d.sent.refused = &notify.Error{Code: notify.CodeNotAllowed, Reason: "10.0.0.1:443 is not reached"}
	if r := d.with(t, ann, "POST", "/api/push/subscriptions", good).is(422); !strings.Contains(string(r.body), "may not be reached from here: 10.0.0.1:443") {
		t.Errorf("%s", r.body)
	}
	d.sent.refused = &notify.Error{Code: notify.CodeName, Reason: "name not found"} // the network may be down
	d.with(t, ann, "POST", "/api/push/subscriptions", good).is(201)
}
