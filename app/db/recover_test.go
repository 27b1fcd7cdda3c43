package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
)

func faultIs(t *testing.T, err error, code string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code || f.Kind != fault.Overloaded {
		t.Errorf("%v, want the fault %s", err, code)
	}
}

// wire lies between the pool and the server, and can be cut.
type wire struct {
	mu     sync.Mutex
	server string
	open   []net.Conn
	away   bool
	at     []byte // cut when the client sends this
	pass   bool   // hand it to the server first, and cut before the answer
	cuts   int
}

// cancelRequest is what pgx sends on a connection of its own to stop a statement
// whose connection broke: the code of a CancelRequest.
var cancelRequest = []byte{0x04, 0xd2, 0x16, 0x2e}

func newWire(t *testing.T) (*wire, *db.DB) {
	t.Helper()
	u, err := url.Parse(dbtest.NewSchema(t))
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{server: u.Host}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(c)
		}
	}()
	u.Host = l.Addr().String()
	q := u.Query()
	q.Set("default_query_exec_mode", "simple_protocol") // every statement's text is on the wire each time
	u.RawQuery = q.Encode()
	d, err := db.ConnectPostgres(t.Context(), u.String(), db.Pool{Serve: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(); _ = l.Close(); w.cut() })
	table(t, d)
	return w, d
}

func (w *wire) carry(client net.Conn) {
	w.mu.Lock()
	away := w.away
	w.mu.Unlock()
	server, err := net.Dial("tcp", w.server)
	if err != nil || away {
		_ = client.Close()
		return
	}
	w.mu.Lock()
	w.open = append(w.open, client, server)
	w.mu.Unlock()
	go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
	b := make([]byte, 64<<10)
	for {
		n, err := client.Read(b)
		if err != nil {
			_ = server.Close()
			return
		}
		if bytes.Equal(b[min(n, 4):min(n, 8)], cancelRequest) { // what is cut off cannot be called back either
			_ = client.Close()
			_ = server.Close()
			return
		}
		w.mu.Lock()
		hit := len(w.at) > 0 && bytes.Contains(b[:n], w.at)
		pass := w.pass
		if hit {
			w.at = nil
			w.cuts++
		}
		w.mu.Unlock()
		if hit {
			_ = client.Close()
		}
		if !hit || pass {
			_, _ = server.Write(b[:n])
		}
		if hit {
			time.Sleep(200 * time.Millisecond) // the server works; nobody hears its answer
			_ = server.Close()
			return
		}
	}
}

// cut ends every connection, as a server that is restarted does.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open = nil
}

func (w *wire) set(away bool) {
	w.mu.Lock()
	w.away = away
	w.mu.Unlock()
}

func (w *wire) cutAt(text string, pass bool) {
	w.mu.Lock()
	w.at, w.pass = []byte(text), pass
	w.mu.Unlock()
}

func insert(ctx context.Context, d *db.DB, name string) error {
	return d.Tx(ctx, func(ctx context.Context) error {
		_, err := d.Exec(ctx, "INSERT INTO notes (name) VALUES ($1)", name)
		return err
	})
}

// busy makes several connections, so that there are several to be lost.
func busy(t *testing.T, d *db.DB) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if err := insert(t.Context(), d, fmt.Sprintf("busy %d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestARestartedServerIsNotNoticed(t *testing.T) {
	w, d := newWire(t)
	busy(t, d)
	for round := range 5 {
		w.cut()
		if got := count(t, d); got != int64(6+round) {
			t.Errorf("%d rows", got)
		}
		w.cut()
		if err := insert(t.Context(), d, fmt.Sprint(round)); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
	}
	// And when it says good-bye first (57P01).
	exec(t, d, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'umbra' AND pid <> pg_backend_pid() AND datname = current_database() AND query LIKE '%notes%'")
	if got := count(t, d); got != 11 {
		t.Errorf("%d rows", got)
	}
}

func TestAShortOutageIsWaitedFor(t *testing.T) {
	w, d := newWire(t)
	busy(t, d)
	w.set(true)
	w.cut()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if err := insert(t.Context(), d, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := db.Query(t.Context(), d, db.Value[string], "SELECT name FROM notes"); err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(300 * time.Millisecond) // the outage
	faultIs(t, d.Ping(t.Context()), "database_unreachable")
	w.set(false)
	wg.Wait()
	if got := count(t, d); got != 10 {
		t.Errorf("%d rows", got)
	}
}

func TestALongOutageIsSaid(t *testing.T) {
	w, d := newWire(t)
	defer db.SetPatience(100 * time.Millisecond)()
	w.set(true)
	w.cut()
	faultIs(t, insert(t.Context(), d, "a"), "database_unreachable")
	began := time.Now()
	faultIs(t, insert(t.Context(), d, "a"), "database_unreachable")
	if took := time.Since(began); took > 90*time.Millisecond {
		t.Errorf("the second to notice waited %s", took)
	}
	w.set(false)
	if err := insert(t.Context(), d, "a"); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}

// A transaction that is lost before its COMMIT has not happened, and is run again.
func TestALostTransactionIsRunAgain(t *testing.T) {
	w, d := newWire(t)
	for _, pass := range []bool{false, true} {
		w.cutAt("INSERT INTO notes", pass)
		if err := insert(t.Context(), d, fmt.Sprint(pass)); err != nil {
			t.Errorf("passed on: %v: %v", pass, err)
		}
	}
	if got := count(t, d); got != 2 || w.cuts != 2 {
		t.Errorf("%d rows after %d cuts", got, w.cuts)
	}
}

// A COMMIT without an answer may have happened: it is said so, and not run again.
func TestALostCommitIsNotRunAgain(t *testing.T) {
	w, d := newWire(t)
	for name, pass := range map[string]bool{"arrived": true, "lost": false} {
		runs, hooks := 0, 0
		w.cutAt("commit", pass)
		err := d.Tx(t.Context(), func(ctx context.Context) error {
			runs++
			db.AfterCommit(ctx, func() { hooks++ })
			_, err := d.Exec(ctx, "INSERT INTO notes (name) VALUES ($1)", name)
			return err
		})
		faultIs(t, err, "outcome_unknown")
		var f *fault.Error
		if errors.As(err, &f) && f.RetryAfter != 0 {
			t.Errorf("%s: it invites to try again", name)
		}
		if runs != 1 || hooks != 0 {
			t.Errorf("%s: %d runs, %d hooks", name, runs, hooks)
		}
	}
	var names []string
	err := d.Tx(t.Context(), func(ctx context.Context) (err error) {
		// Waits for what was cut off: the server may still be at it.
		if _, err := d.Exec(ctx, "LOCK TABLE notes IN EXCLUSIVE MODE"); err != nil {
			return err
		}
		names, err = db.Query(ctx, d, db.Value[string], "SELECT name FROM notes")
		return err
	})
	if err != nil || fmt.Sprint(names) != "[arrived]" {
		t.Errorf("%q, %v", names, err)
	}
}
