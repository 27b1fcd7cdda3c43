package moving_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/location"
	"umbra/app/moving"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/template"
	"umbra/app/todo"
)

// now is a Friday.
var now = time.Date(2025, 1, 31, 12, 0, 0, 0, time.UTC)

// house is an Umbra with a user to import for.
type house struct {
	moving.House
	t *testing.T
	c caller.Caller
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) house {
	t.Helper()
	k := clock.NewFake(now)
	j := journal.New(d, k)
	accounts := account.New(account.Deps{DB: d, Journal: j, Clock: k})
	h := house{t: t, House: moving.House{DB: d, Journal: j, Todos: todo.New(d, j, k), Calendars: calendar.New(d, j, accounts), Events: event.New(d, j), Templates: template.New(d, j),
		Reminders: reminder.New(d, j), Projects: project.New(d, j), People: person.New(d, j), Locations: location.New(d, j), Resources: resource.New(d)}}
	h.c = h.user("ada")
	return h
}

// user is another one in the same house, with the calendar that everyone starts with.
func (h house) user(name string) caller.Caller {
	h.t.Helper()
	c := journaltest.User(h.t, h.DB, h.Journal, name, "Europe/Berlin")
	if _, err := h.Calendars.CreateDefault(h.t.Context(), c); err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h house) file(name, text string) *moving.File {
	h.t.Helper()
	f, err := moving.NewFile(name, []byte(text))
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

func (h house) take(f *moving.File, o moving.Options) moving.Result {
	h.t.Helper()
	o.Now = now
	r, err := h.Import(h.t.Context(), h.c, f, o)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h house) export(c caller.Caller) []byte {
	h.t.Helper()
	var b bytes.Buffer
	if err := h.Write(h.t.Context(), c, &b, moving.Export{Username: "ada", Now: now, Version: "test"}); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes()
}

// unzip reads the files of a zip.
func unzip(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

// zipOf makes a zip of names and texts.
func zipOf(t *testing.T, namesAndTexts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(namesAndTexts); i += 2 {
		w, err := z.Create(namesAndTexts[i])
		if err == nil {
			_, err = io.WriteString(w, namesAndTexts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func all[T any](t *testing.T, list func(page.Request) (page.Page[T], error)) (out []T) {
	t.Helper()
	for req := (page.Request{Limit: page.MaxLimit}); ; {
		p, err := list(req)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p.Items...)
		if req.Cursor = p.Next; p.Next == "" {
			return out
		}
	}
}

func (h house) todos() []todo.Todo {
	return all(h.t, func(q page.Request) (page.Page[todo.Todo], error) {
		return h.Todos.List(h.t.Context(), h.c, todo.Filter{Sort: "created_at"}, q)
	})
}

// todo is the one of a title.
func (h house) todo(title string) todo.Todo {
	h.t.Helper()
	for _, t := range h.todos() {
		if t.Title == title {
			return t
		}
	}
	h.t.Fatalf("there is no to-do %q", title)
	return todo.Todo{}
}

func (h house) projects() []project.Project {
	return all(h.t, func(q page.Request) (page.Page[project.Project], error) {
		return h.Projects.List(h.t.Context(), h.c, project.Filter{Sort: "created_at"}, q)
	})
}

func (h house) people() []person.Person {
	return all(h.t, func(q page.Request) (page.Page[person.Person], error) {
		return h.People.List(h.t.Context(), h.c, person.Filter{Sort: "created_at"}, q)
	})
}

func (h house) events() []event.Event {
	return all(h.t, func(q page.Request) (page.Page[event.Event], error) {
		return h.Events.List(h.t.Context(), h.c, event.Filter{Sort: "created_at"}, q)
	})
}

// made counts what a result says of a kind.
func made(r moving.Result, kind string) (n moving.Count) {
	for _, k := range r.Kinds {
		if k.Kind == kind {
			n = k
		}
	}
	return n
}

func asJSON(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// times are what must differ in an export of what was imported.
var times = regexp.MustCompile(`"(updated_at|exported_at)": ?"[^"]*"`)

func steady(s string) string { return times.ReplaceAllString(s, `"$1":""`) }

// same reports the first lines in which two texts differ.
func same(t *testing.T, what, a, b string) {
	t.Helper()
	if a == b {
		return
	}
	left, right := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(left), len(right)) {
		var l, r string
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		if l != r {
			t.Errorf("%s, line %d:\n- %s\n+ %s", what, i+1, l, r)
			return
		}
	}
}
