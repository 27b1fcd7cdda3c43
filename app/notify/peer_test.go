package notify_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"umbra/app/notify"
)

var now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func message() notify.Message {
	return notify.Message{ID: "r-7.2026-03-01", Title: "Wäsche aufhängen 🧺", Body: "Before it rains.\nTwo loads.", URL: "https://umbra.example/reminders/7",
		Priority: notify.High, Tags: []string{"alarm_clock"}, At: now, Actions: []notify.Action{
			{Label: "Done", URL: "https://umbra.example/a/done?t=x&u=1", Method: "POST"},
			{Label: "Snooze 1 h", URL: "https://umbra.example/a/snooze", Method: "POST"},
			{Label: "Open", URL: "https://umbra.example/reminders/7"}}}
}

// everything is what a test's Outbound may reach unless it says otherwise.
func everything(string, netip.Addr, uint16) bool { return true }

func outbound(t testing.TB, change func(o *notify.OutboundOptions)) *notify.Outbound {
	t.Helper()
	o := notify.OutboundOptions{Allow: everything, Now: func() time.Time { return now }}
	if change != nil {
		change(&o)
	}
	out := notify.NewOutbound(o)
	t.Cleanup(out.Close)
	return out
}

// got is a request as a peer saw it.
type got struct {
	method, path, query string
	header              http.Header
	body                []byte
}

// peer is an HTTP server that keeps what it was sent.
type peer struct {
	*httptest.Server
	mu  sync.Mutex
	all []got
}

// newPeer answers with the handler given; nil is 200. close tells a handler that
// waits that the test is over.
func newPeer(t testing.TB, secure bool, answer func(w http.ResponseWriter, r *http.Request, over <-chan struct{})) *peer {
	t.Helper()
	p := &peer{}
	over := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.all = append(p.all, got{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), body})
		p.mu.Unlock()
		if answer != nil {
			answer(w, r, over)
		}
	})
	p.Server = httptest.NewUnstartedServer(h)
	p.Config.ErrorLog = discard
	if secure {
		p.StartTLS()
	} else {
		p.Start()
	}
	t.Cleanup(func() { close(over); p.Close() })
	return p
}

func (p *peer) requests() []got {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]got{}, p.all...)
}

func (p *peer) one(t *testing.T) got {
	t.Helper()
	all := p.requests()
	if len(all) != 1 {
		t.Fatalf("the peer was asked %d times, want once", len(all))
	}
	return all[0]
}

// fails wants an *Error and looks at what it says.
func fails(t *testing.T, err error, code string, permanent bool, says string) notify.Error {
	t.Helper()
	var e *notify.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *notify.Error", err)
	}
	if e.Code != code || e.Permanent != permanent || !strings.Contains(e.Reason, says) {
		t.Errorf("%s, permanent %v: %q; want %s, %v, %q", e.Code, e.Permanent, e.Reason, code, permanent, says)
	}
	if strings.Contains(e.Error(), "tk_secret") {
		t.Errorf("the reason tells the token: %s", e.Reason)
	}
	return *e
}

// names is a resolver that a test owns; each look-up takes the next answer, the
// last one stays.
type names map[string][]netip.Addr

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	all := n[host]
	if len(all) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(all) > 1 {
		n[host] = all[1:]
	}
	return all[:1], nil
}

// closedPort is one on which nothing listens.
func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// raw is a TCP peer that does with each connection what it is told.
func raw(t testing.TB, serve func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

func hasBytes(b []byte, s string) bool { return bytes.Contains(b, []byte(s)) }
