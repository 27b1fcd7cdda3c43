package todo_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"umbra/app/fault"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/todo"
)

// sets are the user's change-sets, newest first.
func (h house) sets(t *testing.T) (out []string) {
	t.Helper()
	p, err := h.j.History(t.Context(), h.ann, page.Request{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Items {
		out = append(out, fmt.Sprint(s.Changes, s.Entries[0].Op))
	}
	return out
}

func (h house) bulk(t *testing.T, b todo.Bulk) int {
	t.Helper()
	n, err := h.Bulk(t.Context(), h.ann, b)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// titles lists what there is in the order of a sort.
func (h house) titles(t *testing.T, f todo.Filter) (out []string) {
	t.Helper()
	p, err := h.List(t.Context(), h.ann, f, page.Request{Limit: page.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range p.Items {
		out = append(out, x.Title)
	}
	return out
}

func (h house) undoLast(t *testing.T) {
	t.Helper()
	p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
		t.Fatal(err)
	}
}

func TestBulkSetsTheFieldsOfAll(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var ids []int64
		for i := range 5 {
			ids = append(ids, h.make(t, titled(fmt.Sprint("t", i))).ID)
		}
		if n := h.bulk(t, todo.Bulk{IDs: ids[1:4], Set: &todo.Update{Priority: opt.Some("high"), Tags: opt.Some([]string{"home"})}}); n != 3 {
			t.Errorf("%d changed", n)
		}
		if got := h.titles(t, todo.Filter{Priority: "high", Tag: "home"}); !slices.Equal(got, []string{"t1", "t2", "t3"}) {
			t.Errorf("%v", got)
		}
		if got := h.sets(t)[0]; got != "3update" {
			t.Errorf("the newest change-set is %q, want all three", got)
		}
		h.undoLast(t)
		if got := h.titles(t, todo.Filter{Priority: "high"}); got != nil {
			t.Errorf("after the undo %v", got)
		}
	})
}

func TestBulkCompletionMakesTheNextOnes(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		weekly := todo.Update{Title: opt.Some("weekly"), DueDate: opt.Some("2025-03-29"), RecurrenceRule: opt.Some("FREQ=WEEKLY")}
		ids := []int64{h.make(t, weekly).ID, h.make(t, titled("once")).ID, h.make(t, weekly).ID}
		done := todo.Update{Completed: opt.Some(true)}
		h.bulk(t, todo.Bulk{IDs: ids, Set: &done})
		open := false
		p, err := h.List(t.Context(), h.ann, todo.Filter{Completed: &open}, page.Request{})
		if err != nil || len(p.Items) != 2 || *p.Items[0].DueDate != "2025-04-05" || *p.Items[1].DueDate != "2025-04-05" {
			t.Errorf("%+v, %v", p.Items, err)
		}
		h.bulk(t, todo.Bulk{IDs: ids, Set: &done}) // they are done: nothing follows again
		if got := h.titles(t, todo.Filter{}); len(got) != 5 {
			t.Errorf("%v", got)
		}
	})
}

func TestBulkDeletesPartsWithTheirWhole(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		whole := h.make(t, titled("whole"))
		part := h.make(t, todo.Update{Title: opt.Some("part"), ParentID: opt.Some(whole.ID)})
		other := h.make(t, todo.Update{Title: opt.Some("other part"), ParentID: opt.Some(whole.ID)})
		deep := h.make(t, todo.Update{Title: opt.Some("deep"), ParentID: opt.Some(other.ID)})
		h.make(t, titled("stays"))
		if n := h.bulk(t, todo.Bulk{IDs: []int64{part.ID, deep.ID, whole.ID}, Delete: true}); n != 3 {
			t.Errorf("%d deleted", n)
		}
		if got := h.titles(t, todo.Filter{}); !slices.Equal(got, []string{"stays"}) {
			t.Errorf("%v", got)
		}
		h.undoLast(t)
		if got := h.titles(t, todo.Filter{Sort: "created_at"}); !slices.Equal(got, []string{"whole", "part", "other part", "deep", "stays"}) {
			t.Errorf("after the undo %v", got)
		}
		if got, err := h.Find(t.Context(), h.ann, deep.ID); err != nil || got.ParentID == nil || *got.ParentID != other.ID {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestBulkChangesAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		a, b := h.make(t, todo.Update{Title: opt.Some("a"), DueDate: opt.Some("2025-04-01")}), h.make(t, titled("b"))
		foreign, err := h.Create(t.Context(), h.bob, titled("Bob's"))
		if err != nil {
			t.Fatal(err)
		}
		before := h.sets(t)
		set := titled("changed")
		many := make([]int64, todo.MaxBulk+1)
		for i := range many {
			many[i] = int64(i + 1)
		}
		for _, tc := range []struct {
			name  string
			bulk  todo.Bulk
			kind  fault.Kind
			field string
		}{
			{"unknown", todo.Bulk{IDs: []int64{a.ID, 999}, Set: &set}, fault.NotFound, ""},
			{"unknown, to delete", todo.Bulk{IDs: []int64{a.ID, 999}, Delete: true}, fault.NotFound, ""},
			{"somebody else's", todo.Bulk{IDs: []int64{a.ID, foreign.ID}, Delete: true}, fault.NotFound, ""},
			{"does not fit one", todo.Bulk{IDs: []int64{a.ID, b.ID}, Set: &todo.Update{DueTime: opt.Some("10:00")}}, fault.Invalid, "set.due_time:needs_due_date"},
			{"its own part", todo.Bulk{IDs: []int64{b.ID, a.ID}, Set: &todo.Update{ParentID: opt.Some(a.ID)}}, fault.Invalid, "set.parent_id:cycle"},
			{"none", todo.Bulk{Set: &set}, fault.Invalid, "ids:required"},
			{"too many", todo.Bulk{IDs: many, Set: &set}, fault.Invalid, "ids:too_many"},
			{"twice", todo.Bulk{IDs: []int64{a.ID, a.ID}, Set: &set}, fault.Invalid, "ids[1]:duplicate"},
			{"both", todo.Bulk{IDs: []int64{a.ID}, Set: &set, Delete: true}, fault.Invalid, "set:conflict"},
			{"neither", todo.Bulk{IDs: []int64{a.ID}}, fault.Invalid, "set:required"},
			{"no field", todo.Bulk{IDs: []int64{a.ID}, Set: &todo.Update{}}, fault.Invalid, "set:required"},
		} {
			_, err := h.Bulk(t.Context(), h.ann, tc.bulk)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != tc.kind || tc.field != "" && f.Fields[0].Path+":"+f.Fields[0].Rule != tc.field {
				t.Errorf("%s: %v %+v", tc.name, err, f)
			}
		}
		if got := h.titles(t, todo.Filter{}); !slices.Equal(got, []string{"a", "b"}) || !slices.Equal(h.sets(t), before) {
			t.Errorf("%v, %v", got, h.sets(t))
		}
	})
}
