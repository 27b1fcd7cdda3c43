package api_test

import (
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/api"
)

// quick makes the limits of streams short enough to be waited for.
func quick(d *api.Deps) {
	d.Live = api.LiveLimits{Heartbeat: 20 * time.Millisecond, WriteTimeout: 200 * time.Millisecond}
}

func TestOthersChangesNeverArrive(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		if _, err := d.accounts.Add(t.Context(), account.NewUser{Username: "Bob", Password: newPassword}); err != nil {
			t.Fatal(err)
		}
		bob := d.logIn(t, "bob", newPassword).is(200).session()
		f := d.follow(t, ann, "")
		f.want("ready")
		d.post(t, bob, "Bob's")
		d.post(t, ann, "Ann's")
		d.post(t, bob, "Bob's again")
		d.post(t, ann, "Ann's again")
		for _, want := range []string{"Ann's", "Ann's again"} {
			if e := f.want("change"); e.data["title"] != want {
				t.Errorf("%+v, want %s", e, want)
			}
		}
	})
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		other := d.logIn(t, "ann", annsPassword).is(200).session()
		f := d.follow(t, other, "")
		f.want("ready")
		d.with(t, ann, "DELETE", "/api/auth/sessions", nil).is(204)
		d.post(t, ann, "a secret of now") // long before the next heartbeat
		if e, ok := f.next(); ok {
			t.Errorf("sent to an ended session: %+v", e)
		}
	})
	t.Run("without a change", func(t *testing.T) {
		d := openDoor(t, sqlite(t), quick)
		ann := d.setUp(t)
		f := d.follow(t, ann, "")
		f.want("ready")
		d.with(t, ann, "POST", "/api/auth/logout", nil).is(204)
		if e, ok := f.next(); ok {
			t.Errorf("%+v", e)
		}
	})
	t.Run("too old", func(t *testing.T) {
		d := openDoor(t, sqlite(t), quick)
		f := d.follow(t, d.setUp(t), "")
		f.want("ready")
		d.clock.Advance(maxAge)
		if e, ok := f.next(); ok {
			t.Errorf("%+v", e)
		}
	})
}

// The server bounds how long a request may be read; a stream is no such request.
func TestAStreamOutlivesTheTimeLimitsOfRequests(t *testing.T) {
	d := openDoor(t, sqlite(t), quick)
	ann := d.setUp(t)
	bounded := httptest.NewUnstartedServer(d.Config.Handler)
	bounded.Config.ReadTimeout, bounded.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	bounded.Start()
	defer bounded.Close()
	d.Server = bounded
	f := d.follow(t, ann, "")
	defer f.end()
	f.want("ready")
	for range 20 { // heartbeats: four times as long as the limits
		for {
			line, err := f.lines.ReadString('\n')
			if err != nil {
				t.Fatalf("the stream ended: %v", err)
			}
			if strings.HasPrefix(line, ":") {
				break
			}
		}
	}
	d.post(t, ann, "late")
	if e := f.want("change"); e.data["title"] != "late" {
		t.Errorf("%+v", e)
	}
}

// narrow makes connections that hold little which nobody has read.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(4 << 10)
	}
	return c, err
}

func TestAClientThatReadsNothingIsDropped(t *testing.T) {
	d := openDoor(t, sqlite(t), quick)
	ann := d.setUp(t)
	first := d.follow(t, ann, "")
	from := first.want("ready").id
	first.end()
	for range 300 {
		d.post(t, ann, strings.Repeat("x", 500))
	}
	server := httptest.NewUnstartedServer(d.Config.Handler)
	server.Listener = narrow{server.Listener}
	server.Start()
	defer server.Close()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	listening := func(want bool) {
		t.Helper()
		for range 1000 {
			if d.journal.Listening() == want {
				return
			}
			time.Sleep(10 * time.Millisecond) // the other side is the kernel: it has no clock of ours
		}
		t.Fatalf("listening is not %v", want)
	}
	listening(false) // the first one has gone
	if _, err := conn.Write([]byte("GET /api/live HTTP/1.1\r\nHost: x\r\nCookie: " + ann + "\r\nLast-Event-ID: " + from + "\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	listening(true)
	listening(false)
}
