package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"umbra/app/api"
	"umbra/app/db"
	"umbra/app/db/dbtest"
)

// Whoever closes a page while it loads ends its requests; the log does not call
// anybody for that, and does for a database that is gone.
func TestWhoHangsUpIsNoError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database *db.DB) {
		var log bytes.Buffer
		d := openDoor(t, database, func(deps *api.Deps) { deps.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		ann := d.setUp(t)
		ask := func(ctx context.Context) {
			r := httptest.NewRequestWithContext(ctx, "GET", "/api/todos", nil)
			r.Header.Set("Cookie", ann)
			w := httptest.NewRecorder()
			d.routes.ServeHTTP(w, r)
			if w.Code != 503 && w.Code != 500 {
				t.Errorf("status %d", w.Code)
			}
		}
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		ask(gone)
		if log.Len() > 0 {
			t.Errorf("the log says %s", log.String())
		}
		if err := database.Close(); err != nil {
			t.Fatal(err)
		}
		ask(t.Context())
		if !strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("the log says %q", log.String())
		}
	})
}
