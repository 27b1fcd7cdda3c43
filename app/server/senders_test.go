package server_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbra/app/notify"
	"umbra/app/page"
	"umbra/app/push"
)

// outside is everything that a server's messages go to: it answers by path.
type outside struct {
	*httptest.Server
	mu     sync.Mutex
	got    map[string][]string // bodies by path
	answer map[string]int
}

func newOutside(t *testing.T, secure bool) *outside {
	t.Helper()
	o := &outside{got: map[string][]string{}, answer: map[string]int{}}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.got[r.URL.Path] = append(o.got[r.URL.Path], string(b))
		if status := o.answer[r.URL.Path]; status != 0 {
			w.WriteHeader(status)
		}
	})
	if secure {
		o.Server = httptest.NewTLSServer(h)
	} else {
		o.Server = httptest.NewServer(h)
	}
	t.Cleanup(o.Close)
	return o
}

func (o *outside) count(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.got[path])
}

func (h house) channels(t *testing.T) []notify.Channel {
	t.Helper()
	got, err := h.Senders.Channels(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (h house) deliver(t *testing.T, c notify.Channel) error {
	t.Helper()
	return h.Senders.Deliver(t.Context(), 1, c, notify.Message{ID: "r1", Title: "Water the plants", At: h.Clock.Now()})
}

func TestAPersonIsReachedByTheirSettings(t *testing.T) {
	peer := newOutside(t, false)
	h := open(t, "UMBRA_OUTBOUND_ALLOW="+strings.TrimPrefix(peer.URL, "http://"))
	ann := h.setUp(t)
	if got := h.channels(t); len(got) != 0 {
		t.Errorf("%v", got)
	}
	for _, c := range notify.Channels {
		r := h.ask(t, "POST", "/api/settings/"+string(c)+"/test", "", "Cookie", ann)
		r.problem(409, string(c)+"_not_set")
	}
	settings := map[string]any{"ntfy_server": peer.URL, "ntfy_topic": "ada", "ntfy_token": "tk_1", "ntfy_enabled": true,
		"webhook_url": peer.URL + "/hook", "webhook_secret": "s", "webhook_enabled": true, "email": "ada@example.org", "mail_enabled": true, "push_enabled": true}
	body, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	h.ask(t, "PATCH", "/api/settings", string(body), "Cookie", ann).is(200)
	// No mail server, no browser: neither counts.
	if d := cmp.Diff([]notify.Channel{notify.Ntfy, notify.Webhook}, h.channels(t)); d != "" {
		t.Error(d)
	}
	h.ask(t, "POST", "/api/settings/ntfy/test", "", "Cookie", ann).is(204)
	h.ask(t, "POST", "/api/settings/webhook/test", "", "Cookie", ann).is(204)
	if peer.count("/") != 1 || peer.count("/hook") != 1 {
		t.Errorf("%v", peer.got)
	}
	if err := h.deliver(t, notify.Webhook); err != nil || !strings.Contains(peer.got["/hook"][1], `"title":"Water the plants"`) {
		t.Errorf("%v %v", err, peer.got)
	}
	h.ask(t, "PATCH", "/api/settings", `{"ntfy_enabled":false}`, "Cookie", ann).is(200)
	if d := cmp.Diff([]notify.Channel{notify.Webhook}, h.channels(t)); d != "" {
		t.Error(d)
	}
	for _, err := range []error{h.Senders.Deliver(t.Context(), 99, notify.Ntfy, notify.Message{ID: "x", Title: "x"}), h.deliver(t, "pigeon")} {
		if e := notify.AsError(err); e.Code != notify.CodeNotSet || !e.Permanent {
			t.Errorf("%+v", e)
		}
	}
	if strings.Contains(h.log.String(), "tk_1") {
		t.Error("the log holds the token")
	}
}

func TestWhatIsNotAllowedIsSaidToThePersonThatTestsIt(t *testing.T) {
	peer := newOutside(t, false)
	h := open(t)
	ann := h.setUp(t)
	h.ask(t, "PATCH", "/api/settings", `{"ntfy_server":"`+peer.URL+`","ntfy_topic":"ada"}`, "Cookie", ann).is(200)
	p := h.ask(t, "POST", "/api/settings/ntfy/test", "", "Cookie", ann).problem(409, "ntfy_not_allowed")
	if !strings.Contains(p.Detail, "UMBRA_OUTBOUND_ALLOW="+strings.TrimPrefix(peer.URL, "http://")) || peer.count("/") != 0 {
		t.Errorf("%s", p.Detail)
	}
	endpoint := `{"endpoint":"https://10.0.0.1/x","keys":{"p256dh":"` + key(t) + `","auth":"AAAAAAAAAAAAAAAAAAAAAA"}}`
	h.ask(t, "POST", "/api/push/subscriptions", endpoint, "Cookie", ann).problem(422, "invalid")
}

func key(t *testing.T) string {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(k.PublicKey().Bytes())
}

func browserAt(t *testing.T, endpoint string) push.New {
	t.Helper()
	return push.New{Endpoint: endpoint, Keys: push.Keys{P256DH: key(t), Auth: base64.RawURLEncoding.EncodeToString(make([]byte, 16))}}
}

func TestEveryBrowserIsSentTo(t *testing.T) {
	service := newOutside(t, true)
	h := open(t)
	roots := x509.NewCertPool()
	roots.AddCert(service.Certificate())
	h.WayOut(notify.NewOutbound(notify.OutboundOptions{Roots: roots, Allow: func(string, netip.Addr, uint16) bool { return true }}))
	handler, err := h.App.Handler(make(chan struct{}))
	if err != nil {
		t.Fatal(err)
	}
	h.Handler = handler
	ann := h.setUp(t)
	for _, path := range []string{"/good", "/gone", "/busy"} {
		if _, err := h.Push.Subscribe(t.Context(), 1, "Browser "+path, browserAt(t, service.URL+path)); err != nil {
			t.Fatal(err)
		}
	}
	service.answer = map[string]int{"/gone": 410, "/busy": 500}
	h.ask(t, "PATCH", "/api/settings", `{"push_enabled":true}`, "Cookie", ann).is(200)
	if d := cmp.Diff([]notify.Channel{notify.Push}, h.channels(t)); d != "" {
		t.Error(d)
	}
	if err := h.deliver(t, notify.Push); err != nil {
		t.Fatalf("one browser took it: %v", err)
	}
	for path, want := range map[string]int{"/good": 1, "/gone": 1, "/busy": 1} {
		if service.count(path) != want {
			t.Errorf("%s: %d", path, service.count(path))
		}
	}
	p, err := h.Push.List(t.Context(), 1, page.Request{})
	if err != nil || len(p.Items) != 2 || p.Items[0].LastUsedAt == nil || p.Items[1].Failures != 1 || !strings.Contains(p.Items[1].LastError, "500") {
		t.Errorf("%+v %v", p.Items, err)
	}
	service.mu.Lock()
	service.answer["/good"] = 403
	service.mu.Unlock()
	var e *notify.Error
	if err := h.deliver(t, notify.Push); !errors.As(err, &e) || e.Permanent {
		t.Errorf("the browser that may take it later counts: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := h.Senders.Deliver(ended, 1, notify.Push, notify.Message{ID: "x", Title: "x"}); err == nil {
		t.Error("nothing was sent, and nothing said")
	}
}
