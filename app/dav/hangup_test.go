package dav_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"umbra/app/dav"
)

// interrupted is an answer during which something happens: once its status is out.
type interrupted struct {
	http.ResponseWriter
	by func()
}

func (w interrupted) WriteHeader(status int) {
	w.ResponseWriter.WriteHeader(status)
	w.by()
}

// A desk that is switched off while it reads a collection breaks its answer; that is
// no defect of the server's, and the log is not to call anybody for it. A database
// that is gone is one.
func TestWhoHangsUpIsNoError(t *testing.T) {
	for _, c := range []struct {
		name string
		by   func(h *house, hangUp func())
		told bool
	}{
		{"the client hangs up", func(_ *house, hangUp func()) { hangUp() }, false},
		{"the database goes", func(h *house, _ func()) { _ = h.d.Close() }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				h.want(201, "PUT", h.todos()+"a.ics", todo1("a", "SUMMARY:A\n"))
				var log bytes.Buffer
				h.Log = slog.New(slog.NewTextHandler(&log, nil))
				ctx, hangUp := context.WithCancel(t.Context())
				defer hangUp()
				r := httptest.NewRequestWithContext(ctx, "PROPFIND", h.todos(), nil)
				r.Header.Set("Depth", "1")
				r.SetBasicAuth("ann", "secret")
				defer func() {
					if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // it is compared by identity, as net/http does
						t.Errorf("half an answer looks like a whole one: %v", p)
					}
					if told := strings.Contains(log.String(), "level=ERROR"); told != c.told {
						t.Errorf("an error in the log: %t\n%s", told, log.String())
					}
				}()
				dav.New(h.Deps).ServeHTTP(interrupted{httptest.NewRecorder(), func() { c.by(h, hangUp) }}, r)
			})
		})
	}
}
