package todo_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fold"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/migrate"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/todo"
)

func (h house) labels(t *testing.T, kind string, limit int) string {
	t.Helper()
	all, err := h.Labels(t.Context(), h.ann, kind, limit)
	if err != nil || all == nil {
		t.Fatal(all, err)
	}
	var out []string
	for _, l := range all {
		out = append(out, fmt.Sprintf("%s %s %d", l.Kind, l.Name, l.Count))
	}
	return strings.Join(out, ", ")
}

func labelled(category string, tags ...string) todo.Update {
	return todo.Update{Title: opt.Some("x"), Category: opt.Some(category), Tags: opt.Some(tags)}
}

func TestLabelsAreThoseInUse(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		if got := h.labels(t, "", 500); got != "" {
			t.Errorf("at first %s", got)
		}
		if _, err := h.Create(t.Context(), h.bob, labelled("Bob's", "secret")); err != nil {
			t.Fatal(err)
		}
		a := h.make(t, labelled("Home", "Garden", "straße"))
		b := h.make(t, labelled("home", "garden"))
		h.make(t, labelled("", "garden", "later"))
		const all = "tag garden 3, category Home 1, category home 1, tag later 1, tag straße 1"
		if got := h.labels(t, "", 500); got != all {
			t.Errorf("%s", got)
		}
		if got := h.labels(t, todo.CategoryLabel, 500); got != "category Home 1, category home 1" {
			t.Errorf("categories: %s", got)
		}
		if got := h.labels(t, "", 2); got != "tag garden 3, category Home 1" {
			t.Errorf("two: %s", got)
		}
		if _, err := h.Toggle(t.Context(), h.ann, a.ID, nil); err != nil {
			t.Fatal(err)
		}
		if got := h.labels(t, "", 500); got != "tag garden 2, category home 1, tag later 1, category Home 0, tag straße 0" {
			t.Errorf("with one done: %s", got)
		}
		h.undoLast(t)
		if got := h.labels(t, "", 500); got != all {
			t.Errorf("open again: %s", got)
		}
		if _, err := h.Update(t.Context(), h.ann, b.ID, nil, labelled("", "GARDEN")); err != nil {
			t.Fatal(err)
		}
		if got := h.labels(t, "", 500); got != "tag GARDEN 3, category Home 1, tag later 1, tag straße 1" {
			t.Errorf("written in another way: %s", got)
		}
		if err := h.Delete(t.Context(), h.ann, a.ID, nil); err != nil {
			t.Fatal(err)
		}
		if got := h.labels(t, "", 500); got != "tag GARDEN 2, tag later 1" {
			t.Errorf("without those that nothing has: %s", got)
		}
		if err := h.j.Untrash(t.Context(), h.ann, todo.KindName, a.ID); err != nil {
			t.Fatal(err)
		}
		if got := h.labels(t, todo.TagLabel, 500); got != "tag Garden 3, tag later 1, tag straße 1" {
			t.Errorf("restored: %s", got)
		}
	})
}

// Whatever is done and undone, the counts are those of the to-dos.
func TestLabelsAgreeWithTheTodos(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		random := rand.New(rand.NewPCG(3, 4))
		words := []string{"a", "B", "b", "Ç", "d", "e"}
		some := func() todo.Update {
			u := labelled(words[random.IntN(len(words))])
			tags := slices.Clone(words)
			random.Shuffle(len(tags), func(i, j int) { tags[i], tags[j] = tags[j], tags[i] })
			u.Tags = opt.Some(tags[:random.IntN(4)])
			u.Completed = opt.Some(random.IntN(2) == 0)
			if random.IntN(3) == 0 {
				u.Category = opt.Null[string]()
			}
			if random.IntN(4) == 0 {
				u.DueDate, u.RecurrenceRule = opt.Some("2025-04-01"), opt.Some("FREQ=DAILY")
			}
			return u
		}
		for step := range 120 {
			p, err := h.List(t.Context(), h.ann, todo.Filter{}, page.Request{Limit: page.MaxLimit})
			if err != nil {
				t.Fatal(err)
			}
			switch n := random.IntN(6); {
			case len(p.Items) < 3 || n == 0:
				h.make(t, some())
			case n == 1:
				err = h.Delete(t.Context(), h.ann, p.Items[random.IntN(len(p.Items))].ID, nil)
			case n == 2:
				u := some()
				_, err = h.Bulk(t.Context(), h.ann, todo.Bulk{IDs: []int64{p.Items[0].ID, p.Items[2].ID}, Set: &u})
			case n == 3:
				_, err = h.Toggle(t.Context(), h.ann, p.Items[random.IntN(len(p.Items))].ID, nil)
			case n == 4:
				h.undoLast(t)
			default:
				_, err = h.Update(t.Context(), h.ann, p.Items[random.IntN(len(p.Items))].ID, nil, some())
			}
			if err != nil {
				t.Fatal(err)
			}
			h.sameLabels(t, step)
		}
	})
}

func (h house) sameLabels(t *testing.T, step int) {
	t.Helper()
	p, err := h.List(t.Context(), h.ann, todo.Filter{}, page.Request{Limit: page.MaxLimit})
	if err != nil || p.Next != "" {
		t.Fatal(err, p.Next)
	}
	want := map[string]int64{}
	for _, x := range p.Items {
		open := int64(1)
		if x.Completed {
			open = 0
		}
		if x.Category != "" {
			want["category "+x.Category] += open
		}
		for _, tag := range x.Tags {
			want["tag "+fold.Key(tag)] += open
		}
	}
	all, err := h.Labels(t.Context(), h.ann, "", todo.MaxLabels)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, l := range all {
		name := l.Name
		if l.Kind == todo.TagLabel {
			name = fold.Key(name)
		}
		got[l.Kind+" "+name] = l.Count
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("step %d: %v, want %v", step, got, want)
	}
}

func TestLabelsCostNoScan(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	s := todo.New(d, j, k)
	ann := journaltest.User(t, d, j, "ann", "UTC")
	made, err := s.Create(t.Context(), ann, labelled("a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	for _, do := range []func(ctx context.Context) error{
		func(ctx context.Context) error { _, err := s.Labels(ctx, ann, "", 500); return err },
		func(ctx context.Context) error { _, err := s.Labels(ctx, ann, todo.TagLabel, 500); return err },
	} {
		// The user's labels are read and put in order, and nothing else: an index in that
		// order was written with every change of a to-do.
		for _, p := range dbtest.Plans(t, d, do) {
			if !strings.HasPrefix(p.Line, "SEARCH todo_labels USING PRIMARY KEY (user_id=?") && p.Line != "USE TEMP B-TREE FOR ORDER BY" {
				t.Errorf("%s\n\tin the plan of %s", p.Line, p.Query)
			}
		}
	}
	dbtest.NoScan(t, d, func(ctx context.Context) error { _, err := s.Update(ctx, ann, made.ID, nil, labelled("b")); return err })
}

func TestLabelsOfTodosFromBefore(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			d := dbtest.OpenBare(t, e)
			m, err := migrate.New(d, dbtest.Migrations())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.To(t.Context(), 3); err != nil {
				t.Fatal(err)
			}
			k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
			j := journal.New(d, k)
			ann := journaltest.User(t, d, j, "ann", "UTC")
			err = d.Tx(t.Context(), func(ctx context.Context) error {
				for i, x := range []struct {
					done           bool
					category, tags string
				}{{false, "Home", `["Garden","straße"]`}, {true, "Home", `["garden"]`}, {true, "", `["done"]`}, {false, "", `[]`}} {
					if _, err := d.Exec(ctx, `INSERT INTO todos (id, user_id, uid, title, title_key, due_key, completed, category, tags, position, search, rev, created_at, updated_at)
VALUES ($1, $2, $3, 'x', 'x', '~', $4, $5, $6, 0, 'x', 0, 0, 0)`, i+1, ann.UserID, fmt.Sprint(i), x.done, x.category, x.tags); err != nil {
						return err
					}
				}
				_, err := d.Exec(ctx, "INSERT INTO todo_tags (user_id, tag_key, todo_id) VALUES ($1, 'garden', 1), ($1, 'strasse', 1), ($1, 'garden', 2), ($1, 'done', 3)", ann.UserID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			h := house{Service: todo.New(d, j, k), ann: ann}
			if got := h.labels(t, "", 500); got != "category Home 1, tag Garden 1, tag strasse 1, tag done 0" {
				t.Errorf("%s", got)
			}
		})
	}
}
