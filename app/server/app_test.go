package server_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/db/dbtest"
	"umbra/app/server"
)

// options are what serve would open a data folder with; settings are NAME=value.
func options(t *testing.T, data string, log io.Writer, settings ...string) server.Options {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Register(flags)
	c, err := config.Load(flags, append([]string{"UMBRA_DATA_DIR=" + data, "UMBRA_LISTEN=127.0.0.1:0",
		"UMBRA_ARGON2_MEMORY_KIB=64", "UMBRA_ARGON2_TIME=1", "UMBRA_ARGON2_PARALLELISM=1"}, settings...))
	if err != nil {
		t.Fatal(err)
	}
	return server.Options{Config: c, Create: true, Version: "test", Clock: clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)),
		Frontend: os.DirFS(filepath.Join(dbtest.Root(), "frontend_dist")), Migrations: dbtest.Migrations(),
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
}

// house is an open Umbra in a folder of its own, and what it logged.
type house struct {
	*server.App
	http.Handler
	log *lockedBuffer
}

func open(t *testing.T, settings ...string) house {
	t.Helper()
	h := house{log: &lockedBuffer{}}
	var err error
	if h.App, err = server.Open(t.Context(), options(t, t.TempDir(), h.log, settings...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	if h.Handler, err = h.App.Handler(make(chan struct{})); err != nil {
		t.Fatal(err)
	}
	return h
}

// answer is what a request got.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

// ask sends a request from the machine itself; headers are names and values, of
// which Host, From (the peer) and Protocol are no headers but what they say.
func (h house) ask(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "localhost:8000", "127.0.0.1:50000"
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		switch headers[i] {
		case "Host":
			r.Host = headers[i+1]
		case "From":
			r.RemoteAddr = headers[i+1]
		case "Protocol":
			r.Proto = headers[i+1]
			r.ProtoMajor, r.ProtoMinor, _ = http.ParseHTTPVersion(r.Proto)
		default:
			r.Header.Add(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w, t}
}

func (a answer) is(status int) answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("status %d, want %d: %s", a.Code, status, a.Body)
	}
	return a
}

// problem reads the answer as a problem document with this code.
func (a answer) problem(status int, code string) api.Problem {
	a.t.Helper()
	p := decodeJSON[api.Problem](a.t, a.Body.Bytes())
	if a.Code != status || p.Status != status || p.Code != code || p.Detail == "" ||
		a.Header().Get("Content-Type") != "application/problem+json" {
		a.t.Errorf("status %d, %s: %s, want the problem %d %s", a.Code, a.Header().Get("Content-Type"), a.Body, status, code)
	}
	return p
}

// setUp makes Ann and answers her session's Cookie header.
func (h house) setUp(t *testing.T) string {
	t.Helper()
	a := h.ask(t, "POST", "/api/auth/setup", `{"username":"ann","password":"`+testPassword+`"}`).is(201)
	c := a.Result().Cookies()[0]
	return c.Name + "=" + c.Value
}

// served is a house that listens.
type served struct {
	house
	url  string
	stop context.CancelFunc
	done chan error
}

// listen runs Serve until the test ends or stop is called; then done says how it ended.
func listen(t *testing.T, settings ...string) served {
	t.Helper()
	s := served{house: open(t, settings...), done: make(chan error, 1)}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	ready := make(chan string, 1)
	go func() { s.done <- s.App.Serve(ctx, func(url string) { ready <- url }) }()
	t.Cleanup(stop)
	select {
	case s.url = <-ready:
	case err := <-s.done:
		t.Fatal(err)
	}
	return s
}
