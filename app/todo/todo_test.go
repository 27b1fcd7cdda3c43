package todo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/todo"
)

type house struct {
	*todo.Service
	d     *db.DB
	j     *journal.Journal
	clock *clock.Fake
	ann   caller.Caller
	bob   caller.Caller
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
		j := journal.New(d, k)
		h := house{Service: todo.New(d, j, k), d: d, j: j, clock: k}
		journaltest.Kinds(j, "project", "projects", "person", "people", "location", "locations")
		h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
		h.bob = journaltest.User(t, d, j, "bob", "America/New_York")
		test(t, h)
	})
}

func (h house) make(t *testing.T, u todo.Update) todo.Todo {
	t.Helper()
	got, err := h.Create(t.Context(), h.ann, u)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func titled(title string) todo.Update { return todo.Update{Title: opt.Some(title)} }

func TestCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made := h.make(t, todo.Update{Title: opt.Some("  Water  "), DueDate: opt.Some("2025-03-30"), DueTime: opt.Some("09:30"),
			Tags: opt.Some([]string{"Plants", "plants", " "}), Priority: opt.Some("high"), Reminders: opt.Some([]string{"-PT30M"})})
		got, err := h.Find(t.Context(), h.ann, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Title != "Water" || *got.DueTime != "09:30" || len(got.Tags) != 1 || got.Priority != "high" || got.Reminders[0] != "-PT30M" || got.UID == "" {
			t.Errorf("%+v", got)
		}
		h.clock.Advance(time.Minute)
		up, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, todo.Update{DueDate: opt.Null[string](), DueTime: opt.Null[string]()})
		if err != nil || up.DueDate != nil || up.Title != "Water" || !up.UpdatedAt.After(up.CreatedAt) || up.Rev <= made.Rev {
			t.Errorf("%+v, %v", up, err)
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, titled("x")); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.make(t, titled("secret")).ID
		for name, err := range map[string]error{
			"find":   second(h.Find(t.Context(), h.bob, id)),
			"update": second(h.Update(t.Context(), h.bob, id, nil, titled("x"))),
			"toggle": second(h.Toggle(t.Context(), h.bob, id, nil)),
			"delete": h.Delete(t.Context(), h.bob, id, nil),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		if p, err := h.List(t.Context(), h.bob, todo.Filter{}, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("another user lists %d, %v", len(p.Items), err)
		}
		u := titled("mine")
		u.ParentID = opt.Some(id)
		if _, err := h.Create(t.Context(), h.bob, u); !fault.Is(err, fault.Invalid) {
			t.Errorf("a reference across users: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestBadFieldsAreAllNamedAndNothingChanges(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.Create(t.Context(), h.ann, todo.Update{
			Title: opt.Some(" "), DueDate: opt.Some("2025-02-30"), DueTime: opt.Some("25:00"), Priority: opt.Some("urgent"),
			RecurrenceRule: opt.Some("FREQ=SOMETIMES"), Reminders: opt.Some([]string{"soon"}), Description: opt.Some("a\x00b"),
		})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, x := range f.Fields {
			got[x.Path] = true
		}
		for _, path := range []string{"title", "due_date", "due_time", "priority", "recurrence_rule", "reminders[0]", "description"} {
			if !got[path] {
				t.Errorf("%s is not named among %v", path, f.Fields)
			}
		}
		u := titled("x")
		u.ProjectID = opt.Some(int64(77))
		if _, err := h.Create(t.Context(), h.ann, u); !fault.Is(err, fault.Invalid) {
			t.Errorf("a project that is not there: %v", err)
		}
		if n, _ := h.Count(t.Context(), h.ann, todo.Filter{}); n != 0 {
			t.Errorf("%d to-dos after only bad input", n)
		}
		if p, _ := h.j.History(t.Context(), h.ann, page.Request{}); len(p.Items) != 0 {
			t.Error("bad input left a trace in the history")
		}
	})
}

func TestFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		add := func(title, due, at, priority, tag string) {
			u := todo.Update{Title: opt.Some(title), Priority: opt.Some(priority), Tags: opt.Some([]string{tag}), Category: opt.Some(tag)}
			if due != "" {
				u.DueDate = opt.Some(due)
			}
			if at != "" {
				u.DueTime = opt.Some(at)
			}
			h.make(t, u)
		}
		// It is 2025-03-29 13:00 in Berlin.
		add("late", "2025-03-28", "", "low", "Home")
		add("this morning", "2025-03-29", "12:59", "none", "work")
		add("tonight", "2025-03-29", "13:01", "high", "work")
		add("today", "2025-03-29", "", "medium", "work")
		add("some day", "", "", "none", "home")
		done := h.make(t, todo.Update{Title: opt.Some("Größe"), DueDate: opt.Some("2025-01-01"), Completed: opt.Some(true)})
		if done.CompletedAt == nil {
			t.Error("a to-do made as done has no completed_at")
		}
		var person, place int64
		err := h.d.Tx(t.Context(), func(ctx context.Context) (err error) {
			if person, _, err = db.One(ctx, h.d, db.Value[int64], `INSERT INTO people (user_id, uid, display_name, name_key, search, rev, created_at, updated_at) VALUES ($1, 'p', 'Eve', 'eve', '', 0, 0, 0) RETURNING id`, h.ann.UserID); err != nil {
				return err
			}
			place, _, err = db.One(ctx, h.d, db.Value[int64], `INSERT INTO locations (user_id, uid, name, name_key, search, rev, created_at, updated_at) VALUES ($1, 'l', 'Pub', 'pub', '', 0, 0, 0) RETURNING id`, h.ann.UserID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.make(t, todo.Update{Title: opt.Some("with Eve"), DueDate: opt.Some("2024-12-31"), Completed: opt.Some(true), PersonID: opt.Some(person)})
		h.make(t, todo.Update{Title: opt.Some("at the pub"), DueDate: opt.Some("2024-12-30"), Completed: opt.Some(true), LocationID: opt.Some(place)})
		yes, no := true, false
		for _, tc := range []struct {
			name string
			f    todo.Filter
			want string
		}{
			{"open, by due date", todo.Filter{Completed: &no}, "late,today,this morning,tonight,some day,"},
			{"done", todo.Filter{Completed: &yes}, "at the pub,with Eve,Größe,"},
			{"about a person", todo.Filter{PersonID: person}, "with Eve,"},
			{"at a place", todo.Filter{LocationID: place}, "at the pub,"},
			{"about a person at a place", todo.Filter{PersonID: person, LocationID: place}, ""},
			{"overdue", todo.Filter{Overdue: true}, "late,this morning,"},
			{"tag, folded", todo.Filter{Tag: "HOME"}, "late,some day,"},
			{"category", todo.Filter{Category: "home"}, "some day,"},
			{"before", todo.Filter{DueBefore: "2025-03-29"}, "at the pub,with Eve,Größe,late,"},
			{"after", todo.Filter{DueAfter: "2025-03-29"}, "today,this morning,tonight,"},
			{"priority", todo.Filter{Priority: "high"}, "tonight,"},
			{"text, accent-blind", todo.Filter{Query: "grosse"}, "Größe,"},
			{"text", todo.Filter{Query: "GRÖSSE"}, "Größe,"},
			{"by priority", todo.Filter{Completed: &no, Sort: "-priority"}, "tonight,today,late,some day,this morning,"},
			{"by title", todo.Filter{Sort: "title"}, "at the pub,Größe,late,some day,this morning,today,tonight,with Eve,"},
			{"newest first", todo.Filter{Sort: "-created_at", DueAfter: "2025-03-29"}, "today,tonight,this morning,"},
		} {
			p, err := h.List(t.Context(), h.ann, tc.f, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, x := range p.Items {
				got += x.Title + ","
			}
			if got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
			if n, err := h.Count(t.Context(), h.ann, tc.f); err != nil || n != int64(len(p.Items)) {
				t.Errorf("%s: counts %d of %d, %v", tc.name, n, len(p.Items), err)
			}
		}
	})
}

func TestCompletingARepeatingOneMakesTheNextOnce(t *testing.T) {
	for _, tc := range []struct{ name, rule, from, due, want, rest string }{
		{"weekly from its date", "FREQ=WEEKLY", todo.FromDue, "2025-03-22", "2025-03-29", "FREQ=WEEKLY"},
		{"daily from completion", "FREQ=DAILY;INTERVAL=3", todo.FromCompletion, "2025-03-01", "2025-04-01", "FREQ=DAILY;INTERVAL=3"},
		{"the 31st", "FREQ=MONTHLY;BYMONTHDAY=31", todo.FromDue, "2025-01-31", "2025-03-31", "FREQ=MONTHLY;BYMONTHDAY=31"},
		{"counted", "FREQ=DAILY;COUNT=3", todo.FromDue, "2025-03-01", "2025-03-02", "FREQ=DAILY;COUNT=2"},
		{"the last of a count", "FREQ=DAILY;COUNT=1", todo.FromDue, "2025-03-01", "", ""},
		{"past its end", "FREQ=DAILY;UNTIL=20250301", todo.FromDue, "2025-03-01", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				made := h.make(t, todo.Update{Title: opt.Some("x"), DueDate: opt.Some(tc.due), RecurrenceRule: opt.Some(tc.rule),
					RepeatFrom: opt.Some(tc.from), Tags: opt.Some([]string{"a"})})
				done, err := h.Toggle(t.Context(), h.ann, made.ID, nil)
				if err != nil || !done.Completed || done.RecurrenceRule != "" {
					t.Fatalf("%+v, %v", done, err)
				}
				for range 2 { // opening and completing it again must not make another
					if _, err := h.Toggle(t.Context(), h.ann, made.ID, nil); err != nil {
						t.Fatal(err)
					}
				}
				no := false
				open, err := h.List(t.Context(), h.ann, todo.Filter{Completed: &no}, page.Request{})
				if err != nil {
					t.Fatal(err)
				}
				if tc.want == "" {
					if len(open.Items) != 0 {
						t.Errorf("there is a next: %+v", open.Items[0])
					}
					return
				}
				if len(open.Items) != 1 {
					t.Fatalf("%d open", len(open.Items))
				}
				next := open.Items[0]
				if *next.DueDate != tc.want || next.RecurrenceRule != tc.rest || next.UID == made.UID || next.Tags[0] != "a" {
					t.Errorf("next is %+v (due %s)", next, *next.DueDate)
				}
			})
		})
	}
}

func TestPartsGoAndComeBackWithTheirTodo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		root := h.make(t, titled("root"))
		u := titled("part")
		u.ParentID = opt.Some(root.ID)
		part := h.make(t, u)
		u = titled("part of the part")
		u.ParentID = opt.Some(part.ID)
		leaf := h.make(t, u)

		if _, err := h.Update(t.Context(), h.ann, root.ID, nil, todo.Update{ParentID: opt.Some(leaf.ID)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a circle of to-dos: %v", err)
		}
		if _, err := h.Update(t.Context(), h.ann, root.ID, nil, todo.Update{ParentID: opt.Some(root.ID)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a to-do within itself: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, root.ID, nil); err != nil {
			t.Fatal(err)
		}
		trash, err := h.j.Trash(t.Context(), h.ann, page.Request{})
		if err != nil || len(trash.Items) != 1 || trash.Items[0].ID != root.ID {
			t.Fatalf("trash %+v, %v", trash, err)
		}
		if err := h.j.Untrash(t.Context(), h.ann, todo.KindName, root.ID); err != nil {
			t.Fatal(err)
		}
		got, err := h.Find(t.Context(), h.ann, leaf.ID)
		if err != nil || *got.ParentID != part.ID || got.Title != leaf.Title {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Undo must not make two to-dos parts of one another.
func TestUndoMakesNoCircle(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		a := h.make(t, titled("a"))
		u := titled("b")
		u.ParentID = opt.Some(a.ID)
		b := h.make(t, u)
		if _, err := h.Update(t.Context(), h.ann, b.ID, nil, todo.Update{ParentID: opt.Null[int64]()}); err != nil {
			t.Fatal(err)
		}
		p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Update(t.Context(), h.ann, a.ID, nil, todo.Update{ParentID: opt.Some(b.ID)}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		gotA, errA := h.Find(t.Context(), h.ann, a.ID)
		gotB, errB := h.Find(t.Context(), h.ann, b.ID)
		if errA != nil || errB != nil || gotA.ParentID == nil || gotB.ParentID != nil {
			t.Errorf("a is below %v, b below %v; %v %v", gotA.ParentID, gotB.ParentID, errA, errB)
		}
	})
}

func TestUndoOfEachOperation(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		undo := func() {
			t.Helper()
			p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		made := h.make(t, todo.Update{Title: opt.Some("a"), Tags: opt.Some([]string{"x"})})
		if _, err := h.Update(t.Context(), h.ann, made.ID, nil, todo.Update{Title: opt.Some("b"), Tags: opt.Some([]string{"y"})}); err != nil {
			t.Fatal(err)
		}
		undo()
		if got, _ := h.Find(t.Context(), h.ann, made.ID); got.Title != "a" || got.Tags[0] != "x" {
			t.Errorf("undone update: %+v", got)
		}
		if p, _ := h.List(t.Context(), h.ann, todo.Filter{Tag: "x"}, page.Request{}); len(p.Items) != 1 {
			t.Error("the tag is not found after undo")
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		undo()
		if got, err := h.Find(t.Context(), h.ann, made.ID); err != nil || got.UID != made.UID || !got.CreatedAt.Equal(made.CreatedAt) {
			t.Errorf("undone deletion: %+v, %v", got, err)
		}
		if _, err := h.Toggle(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		count := func() int64 {
			n, err := h.j.Total(t.Context(), h.ann.UserID, todo.CountCompletedOn+"2025-03-29")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if count() != 1 {
			t.Error("a completion was not counted")
		}
		undo()
		if count() != 0 {
			t.Error("an undone completion is still counted")
		}
		other := h.make(t, titled("new"))
		undo()
		if _, err := h.Find(t.Context(), h.ann, other.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone creation: %v", err)
		}
	})
}

func TestListsScanNoTable(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	s := todo.New(d, j, k)
	ann := journaltest.User(t, d, j, "ann", "UTC")
	no := false
	for _, f := range []todo.Filter{{}, {Completed: &no}, {Overdue: true}, {Tag: "x"}, {Category: "x"}, {ProjectID: 1}, {PersonID: 1}, {LocationID: 1}, {ParentID: 1},
		{Sort: "title"}, {Sort: "-priority"}, {Sort: "position"}, {Completed: &no, Sort: "-position"}, {Sort: "updated_at"}, {Sort: "-created_at"}, {DueAfter: "2025-01-01", DueBefore: "2026-01-01"}} {
		dbtest.NoScan(t, d, func(ctx context.Context) error {
			_, err := s.List(ctx, ann, f, page.Request{Cursor: ""})
			return err
		})
	}
}
