package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"umbra/app/db"
)

// What is sent is a value wherever it is sent: quotation marks, patterns and whole
// statements come back as they were, find themselves alone, and sort nothing.
func TestWhatIsSentIsNoSQL(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		g := guarded(t, database)
		ann := g.ann()
		hostile := []string{`'; DROP TABLE todos; --`, `" OR 1=1 --`, `100%_\`, `$1 ? :a @b`, `'||(SELECT password_hash FROM users)||'`}
		g.ask(t, "POST", "/api/todos", `{"title":"plain"}`, "Cookie", ann).is(201)
		for _, s := range hostile {
			g.ask(t, "POST", "/api/todos", fmt.Sprintf(`{"title":%q,"tags":[%q]}`, s, s), "Cookie", ann).is(201)
			for _, filter := range []string{"q=", "tag="} {
				list := decodeJSON[[]struct{ Title string }](t, g.ask(t, "GET", "/api/todos?"+filter+url.QueryEscape(s), "", "Cookie", ann).is(200).Body.Bytes())
				if len(list) != 1 || list[0].Title != s {
					t.Errorf("%s%s finds %v", filter, s, list)
				}
			}
			for _, odd := range []string{"/api/todos?sort=" + url.QueryEscape("title "+s), "/api/todos?cursor=" + url.QueryEscape(s), "/api/todos/" + url.PathEscape("1 "+s), "/api/history?record=" + url.QueryEscape(s)} {
				if a := g.ask(t, "GET", odd, "", "Cookie", ann); a.Code < 400 || a.Code >= 500 || strings.Contains(a.Body.String(), "argon2") {
					t.Errorf("%s: %d %s", odd, a.Code, a.Body)
				}
			}
			if a := g.ask(t, "POST", "/api/auth/login", fmt.Sprintf(`{"username":%q,"password":"x"}`, "ann"+s)); a.Code != 401 {
				t.Errorf("a log-in as %s: %d", s, a.Code)
			}
		}
		if n := len(decodeJSON[[]any](t, g.ask(t, "GET", "/api/todos", "", "Cookie", ann).is(200).Body.Bytes())); n != len(hostile)+1 {
			t.Errorf("%d to-dos", n)
		}
	})
}

// Reading changes nothing: no GET, asked with whatever session, adds or takes a
// row, or writes into a record's history. So a link that somebody is made to
// follow does no harm.
func TestReadingChangesNothing(t *testing.T) {
	g := guarded(t)
	ann := g.ann()
	for _, body := range []struct{ path, body string }{{"/api/todos", `{"title":"x"}`}, {"/api/people", `{"given_name":"x"}`}, {"/api/projects", `{"name":"x"}`}, {"/api/events", `{"title":"x","start":"2025-03-29T10:00:00Z"}`}, {"/api/reminders", `{"title":"x","remind_at":"2025-03-30T10:00:00Z"}`}} {
		g.ask(t, "POST", body.path, body.body, "Cookie", ann).is(201)
	}
	g.ask(t, "GET", "/api/push/key", "", "Cookie", ann).is(200) // the server's own, made when somebody first asks for it
	tables, err := db.Query(t.Context(), g.DB, db.Value[string], "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil || len(tables) < 20 {
		t.Fatal(tables, err)
	}
	rows := func() (out []string) {
		for _, table := range tables {
			n, _, err := db.One(t.Context(), g.DB, db.Value[int64], `SELECT COUNT(*) FROM "`+table+`"`)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(table, " ", n))
		}
		return out
	}
	before, asked := fmt.Sprint(rows()), 0
	doc := decodeJSON[struct{ Paths map[string]map[string]any }](t, g.ask(t, "GET", "/openapi.json", "").is(200).Body.Bytes())
	for path, methods := range doc.Paths {
		if methods["get"] == nil || path == "/api/live" {
			continue
		}
		asked++
		for _, method := range []string{"GET", "HEAD"} {
			g.ask(t, method, strings.NewReplacer("{id}", "1", "{kind}", "todo", "{uid}", "x").Replace(path), "", "Cookie", ann)
			if now := fmt.Sprint(rows()); now != before {
				t.Errorf("%s %s changes\n%s\ninto\n%s", method, path, before, now)
				before = now
			}
		}
	}
	if asked < 40 {
		t.Errorf("%d operations read", asked)
	}
}
