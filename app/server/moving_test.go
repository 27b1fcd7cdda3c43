package server_test

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"umbra/app/backup"
	"umbra/app/caller"
	"umbra/app/config"
	"umbra/app/db/dbtest"
	"umbra/app/demo"
	"umbra/app/server"
)

const movingKey = "SECRET_KEY=an old umbrella in the hall, 47 times over"

// openIn opens the Umbra of a data folder, until the test ends or it is shut.
func openIn(t *testing.T, data string, settings ...string) (h house, shut func()) {
	t.Helper()
	h.log = &lockedBuffer{}
	var err error
	if h.App, err = server.Open(t.Context(), options(t, data, h.log, settings...)); err != nil {
		t.Fatal(err)
	}
	shut = sync.OnceFunc(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(shut)
	if h.Handler, err = h.App.Handler(make(chan struct{})); err != nil {
		t.Fatal(err)
	}
	return h, shut
}

func (h house) logIn(t *testing.T) string {
	t.Helper()
	c := h.ask(t, "POST", "/api/auth/login", `{"username":"ann","password":"`+testPassword+`"}`).is(200).Result().Cookies()[0]
	return c.Name + "=" + c.Value
}

// position is where the stream of changes stands: of the epoch, which a restore and a copy begin anew.
var position = regexp.MustCompile(`,"live_position":"[^"]+"`)

// everything is what the API answers about all that somebody has, by path.
func (h house) everything(t *testing.T, cookie string) map[string]string {
	t.Helper()
	out := map[string]string{}
	one := func(path string) answer {
		t.Helper()
		a := h.ask(t, "GET", path, "", "Cookie", cookie).is(200)
		out[path] = position.ReplaceAllString(a.Body.String(), "")
		return a
	}
	list := func(path string) (ids []float64) {
		t.Helper()
		for page := path; page != ""; {
			a := one(page)
			for _, item := range decodeJSON[[]map[string]any](t, a.Body.Bytes()) {
				if id, ok := item["id"].(float64); ok {
					ids = append(ids, id)
				}
			}
			page, _, _ = strings.Cut(strings.TrimPrefix(a.Header().Get("Link"), "<"), ">")
			if u, err := url.Parse(page); err == nil && page != "" {
				page = u.RequestURI()
			}
		}
		return ids
	}
	for _, path := range []string{"/api/auth/status", "/api/settings", "/api/dashboard"} {
		one(path)
	}
	for _, path := range []string{"/api/todos", "/api/calendars", "/api/event-templates", "/api/reminders", "/api/people", "/api/locations", "/api/history", "/api/trash",
		"/api/upcoming?days=90", "/api/search?q=a"} {
		list(path)
	}
	for _, id := range list("/api/projects") {
		list(fmt.Sprintf("/api/projects/%.0f/tasks", id))
	}
	for _, id := range list("/api/events?start=2024-01-01T00:00:00Z&end=2024-12-31T00:00:00Z&limit=500") {
		one(fmt.Sprintf("/api/events/%.0f", id))
	}
	list("/api/events?start=2025-01-01T00:00:00Z&end=2025-12-31T00:00:00Z&limit=500")
	return out
}

func sameAnswers(t *testing.T, where string, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) || len(want) < 20 {
		t.Errorf("%s: %d answers, want %d", where, len(got), len(want))
	}
	wrong := 0
	for path, text := range want {
		if got[path] != text && wrong < 3 {
			wrong++
			t.Errorf("%s: %s answers\n%.600s\nwant\n%.600s", where, path, got[path], text)
		}
	}
}

// A household moves from SQLite to PostgreSQL by backup and restore, and back by
// copy, and every record is, through the API, what it was.
func TestAHouseholdMovesAndComesBack(t *testing.T) {
	postgres := "DATABASE_URL=" + dbtest.NewSchema(t)
	first := t.TempDir()
	a, _ := openIn(t, first, movingKey)
	cookie := a.setUp(t)
	me, err := a.Accounts.Caller(t.Context(), 1, caller.Demo)
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Load(t.Context(), a.DB, me, a.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	a.ask(t, "PUT", "/api/settings", `{"ntfy_server":"https://ntfy.example.org","ntfy_topic":"ann","ntfy_token":"tk_123"}`, "Cookie", cookie).is(200)
	for _, path := range []string{"/api/todos/1", "/api/people/2", "/api/events/3"} {
		a.ask(t, "DELETE", path, "", "Cookie", cookie).is(204)
	}
	want := a.everything(t, cookie)
	made, err := a.Backups.Make(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}

	second := t.TempDir()
	moved, err := server.Restore(t.Context(), options(t, second, io.Discard, postgres, movingKey), server.Restoring{File: made.Path})
	if err != nil || len(moved.Lost) > 0 || moved.Kept != "" {
		t.Fatalf("%+v, %v", moved, err)
	}
	b, _ := openIn(t, second, postgres, movingKey)
	b.ask(t, "GET", "/api/todos", "", "Cookie", cookie).is(401) // log-ins ended
	sameAnswers(t, "on PostgreSQL", b.everything(t, b.logIn(t)), want)
	if target, err := b.Accounts.Reach(t.Context(), 1); err != nil || target.Ntfy.Token != "tk_123" {
		t.Errorf("what was sealed: %+v, %v", target, err)
	}
	// An ETag of before is not taken for one of after.
	etag := a.ask(t, "GET", "/api/todos/2", "", "Cookie", cookie).is(200).Header().Get("ETag")
	b.ask(t, "PUT", "/api/todos/2", `{"title":"Other"}`, "Cookie", b.logIn(t), "If-Match", etag).is(412)

	third := t.TempDir()
	to, err := config.ParseDatabase("sqlite://" + filepath.ToSlash(filepath.Join(third, "umbra.db")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Copy(t.Context(), options(t, second, io.Discard, postgres, movingKey), to, nil); err != nil {
		t.Fatal(err)
	}
	c, _ := openIn(t, third, movingKey)
	sameAnswers(t, "back on SQLite", c.everything(t, c.logIn(t)), want)
}

func TestRestoreOverData(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		h, shut := openIn(t, data, database, movingKey)
		cookie := h.setUp(t)
		h.ask(t, "POST", "/api/todos", `{"title":"Before"}`, "Cookie", cookie).is(201)
		file := filepath.Join(t.TempDir(), "mine.tar.zst")
		if _, err := h.Backups.MakeAt(t.Context(), file, "", nil); err != nil {
			t.Fatal(err)
		}
		h.ask(t, "POST", "/api/todos", `{"title":"After"}`, "Cookie", cookie).is(201)
		shut()
		titles := func() (out []string) {
			h, shut := openIn(t, data, database, movingKey)
			defer shut()
			for _, x := range decodeJSON[[]item](t, h.ask(t, "GET", "/api/todos?sort=created_at", "", "Cookie", h.logIn(t)).is(200).Body.Bytes()) {
				out = append(out, x.Title)
			}
			return out
		}
		o := options(t, data, io.Discard, database, movingKey)
		_, err := server.Restore(t.Context(), o, server.Restoring{File: file})
		says(t, err, "data already", "--replace")
		bad := filepath.Join(t.TempDir(), "bad.tar.zst")
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 1
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = server.Restore(t.Context(), o, server.Restoring{File: bad, Replace: true})
		says(t, err, "damaged")
		if got := titles(); !slices.Equal(got, []string{"Before", "After"}) {
			t.Errorf("refused restores left %q", got)
		}
		done, err := server.Restore(t.Context(), o, server.Restoring{File: file, Replace: true})
		if err != nil || done.Kept == "" {
			t.Fatalf("%+v, %v", done, err)
		}
		if got := titles(); !slices.Equal(got, []string{"Before"}) {
			t.Errorf("restored %q", got)
		}
		// What was kept is the way back.
		if strings.HasSuffix(done.Kept, ".tar.zst") {
			if _, err := server.Restore(t.Context(), o, server.Restoring{File: done.Kept, Replace: true}); err != nil {
				t.Fatal(err)
			}
		} else if err := os.Rename(done.Kept, filepath.Join(data, "umbra.db")); err != nil {
			t.Fatal(err)
		}
		if got := titles(); !slices.Equal(got, []string{"Before", "After"}) {
			t.Errorf("the way back leads to %q", got)
		}
	})
}

func TestSomebodyElsesDatabaseIsNotRestoredOver(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.tar.zst")
	h := open(t)
	h.setUp(t)
	if _, err := h.Backups.MakeAt(t.Context(), file, "", nil); err != nil {
		t.Fatal(err)
	}
	eachEngine(t, func(t *testing.T, data, database string) {
		o := options(t, data, io.Discard, database)
		if err := tryOpen(t, o); err != nil {
			t.Fatal(err)
		}
		change(t, o, "CREATE TABLE alembic_version (version_num TEXT)")
		_, err := server.Restore(t.Context(), o, server.Restoring{File: file, Replace: true})
		says(t, err, "another application", "nothing was changed")
	})
}

// A backup that was made under a passphrase brings its SECRET_KEY along.
func TestTheKeyComesAlong(t *testing.T) {
	h := open(t)
	cookie := h.setUp(t)
	h.ask(t, "PUT", "/api/settings", `{"ntfy_server":"https://ntfy.example.org","ntfy_topic":"ann","ntfy_token":"tk_123"}`, "Cookie", cookie).is(200)
	dir := t.TempDir()
	for name, pass := range map[string]string{"locked": "five blue umbrellas", "plain": ""} {
		if _, err := h.Backups.MakeAt(t.Context(), filepath.Join(dir, name), pass, nil); err != nil {
			t.Fatal(err)
		}
	}
	eachEngine(t, func(t *testing.T, data, database string) {
		done, err := server.Restore(t.Context(), options(t, data, io.Discard, database), server.Restoring{File: filepath.Join(dir, "locked"),
			Passphrase: func() (string, error) { return "five blue umbrellas", nil }})
		if err != nil || len(done.Lost) > 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		b, _ := openIn(t, data, database)
		if target, err := b.Accounts.Reach(t.Context(), 1); err != nil || target.Ntfy.Token != "tk_123" {
			t.Errorf("%+v, %v", target, err)
		}
	})
	eachEngine(t, func(t *testing.T, data, database string) {
		done, err := server.Restore(t.Context(), options(t, data, io.Discard, database), server.Restoring{File: filepath.Join(dir, "plain")})
		if err != nil || !slices.Equal(done.Lost, []backup.Lost{{What: "the token of an ntfy server", Users: 1}}) {
			t.Fatalf("%+v, %v", done, err)
		}
		b, _ := openIn(t, data, database)
		if target, err := b.Accounts.Reach(t.Context(), 1); err != nil || target.Ntfy.Token != "" {
			t.Errorf("%+v, %v", target, err)
		}
		b.logIn(t)
	})
}
