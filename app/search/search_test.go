package search_test

import (
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/demo"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/search"
	"umbra/app/todo"
)

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
		j := journal.New(d, k)
		todos, places := todo.New(d, j, k), location.New(d, j)
		ann := journaltest.User(t, d, j, "ann", "UTC")
		bob := journaltest.User(t, d, j, "bob", "UTC")
		for _, title := range []string{"Call Zoé", "Café at ten", "50% off", "a_b"} {
			if _, err := todos.Create(t.Context(), ann, todo.Update{Title: opt.Some(title)}); err != nil {
				t.Fatal(err)
			}
			k.Advance(time.Minute)
		}
		if _, err := places.Create(t.Context(), ann, location.Update{Name: opt.Some("Zoé's café")}); err != nil {
			t.Fatal(err)
		}
		s := search.New(d)
		for _, tc := range []struct{ q, kind, want string }{
			{"CAFE", "", "todo Café at ten,location Zoé's café,"}, // the one that begins with it first
			{"zoe", "", "location Zoé's café,todo Call Zoé,"},
			{"zoe", "todo", "todo Call Zoé,"},
			{"%", "", "todo 50% off,"},
			{"_", "", "todo a_b,"},
			{"nothing", "", ""},
		} {
			hits, err := s.Search(t.Context(), ann, tc.q, tc.kind, 10)
			got := ""
			for _, h := range hits {
				got += h.Kind + " " + h.Title + ","
			}
			if err != nil || got != tc.want || hits == nil {
				t.Errorf("%q: %s, want %s; %v", tc.q, got, tc.want, err)
			}
			if others, _ := s.Search(t.Context(), bob, tc.q, tc.kind, 10); len(others) != 0 {
				t.Errorf("%q shows another user %d records", tc.q, len(others))
			}
		}
		if _, err := todos.Create(t.Context(), ann, todo.Update{Title: opt.Some("Letter"), Description: opt.Some("Ask the *Größe* of it")}); err != nil {
			t.Fatal(err)
		}
		if hits, err := s.Search(t.Context(), ann, "grosse", "", 2); err != nil || len(hits) != 1 || hits[0].Snippet != "Ask the *Größe* of it" {
			t.Errorf("snippet: %+v, %v", hits, err)
		}
		if hits, _ := s.Search(t.Context(), ann, "a", "", 2); len(hits) != 2 {
			t.Errorf("a limit of 2 gives %d", len(hits))
		}
		if _, err := s.Search(t.Context(), ann, " \t", "", 10); !fault.Is(err, fault.Invalid) {
			t.Errorf("blank text: %v", err)
		}
		if _, err := s.Search(t.Context(), ann, "x", "nonsense", 10); !fault.Is(err, fault.Invalid) {
			t.Errorf("no such kind: %v", err)
		}
	})
}

// Every kind that a household has can be found.
func TestEveryKindIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
		ann := journaltest.User(t, d, journal.New(d, k), "ann", "UTC")
		if err := demo.Load(t.Context(), d, ann, k.Now()); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"todo", "event", "event_template", "reminder", "project", "task", "person", "location", "calendar"} {
			found := false
			for _, q := range []string{"a", "o", "i"} {
				hits, err := search.New(d).Search(t.Context(), ann, q, kind, 5)
				if err != nil {
					t.Fatal(err)
				}
				found = found || len(hits) > 0
			}
			if !found {
				t.Errorf("nothing of kind %s is found", kind)
			}
		}
	})
}
