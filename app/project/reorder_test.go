package project_test

import (
	"fmt"
	"testing"

	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/project"
)

func TestReorder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "p")
		ids := map[string]int64{}
		for _, title := range []string{"a", "b", "c", "d"} {
			ids[title] = h.task(t, p.ID, title).ID
		}
		order := func(titles string) project.Order {
			var o project.Order
			for _, r := range titles {
				o.TaskIDs = append(o.TaskIDs, ids[string(r)])
			}
			return o
		}
		for _, tc := range []struct {
			order, want string
			changes     int64
		}{
			{"dcba", "d,c,b,a,", 4},
			{"ad", "a,c,b,d,", 2}, // only these two, the others stay between
			{"acbd", "a,c,b,d,", 0},
			{"bc", "a,b,c,d,", 2},
			{"a", "a,b,c,d,", 0},
		} {
			before := must[journal.Head](t)(h.j.Head(t.Context(), h.ann.UserID)).Seq
			got := must[[]project.Task](t)(h.Reorder(t.Context(), h.ann, p.ID, order(tc.order)))
			answered := ""
			for _, x := range got {
				answered += x.Title
			}
			if answered != tc.order {
				t.Errorf("%s answers %s", tc.order, answered)
			}
			if got := h.titles(t, p.ID, project.TaskFilter{}); got != tc.want {
				t.Errorf("%s: %s, want %s", tc.order, got, tc.want)
			}
			n := len(must[[]journal.Entry](t)(h.j.Since(t.Context(), h.ann.UserID, before, 10)))
			if int64(n) != tc.changes {
				t.Errorf("%s: %d changes in the journal, want %d", tc.order, n, tc.changes)
			}
		}
		must[[]project.Task](t)(h.Reorder(t.Context(), h.ann, p.ID, order("dcba")))
		h.undo(t)
		if got := h.titles(t, p.ID, project.TaskFilter{}); got != "a,b,c,d," {
			t.Errorf("undone: %s", got)
		}
		wantFields(t, second(h.Reorder(t.Context(), h.ann, p.ID, project.Order{})), "task_ids")
		other := h.task(t, h.make(t, "other").ID, "x").ID
		wantFields(t, second(h.Reorder(t.Context(), h.ann, p.ID, project.Order{TaskIDs: []int64{ids["a"], other, ids["a"], 999}})),
			"task_ids[1]", "task_ids[2]", "task_ids[3]")
		wantFields(t, second(h.Reorder(t.Context(), h.ann, p.ID, project.Order{TaskIDs: make([]int64, project.MaxReorder+1)})),
			append(many("task_ids[%d]", project.MaxReorder+1), "task_ids")...)
	})
}

func many(format string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}

// Positions that tie, or have no room, must not spoil the order asked for.
func TestReorderTies(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for name, positions := range map[string][]int64{"ties": {5, 5, 5, 6}, "no room": {1<<53 - 1, 1<<53 - 1, 1<<53 - 1, 1<<53 - 1}} {
			p := h.make(t, name)
			var ids []int64
			for i, at := range positions {
				u := titled(string(rune('a' + i)))
				u.Position = opt.Some(at)
				ids = append(ids, must[project.Task](t)(h.CreateTask(t.Context(), h.ann, p.ID, u)).ID)
			}
			must[[]project.Task](t)(h.Reorder(t.Context(), h.ann, p.ID, project.Order{TaskIDs: []int64{ids[2], ids[0], ids[1]}}))
			if got := h.titles(t, p.ID, project.TaskFilter{}); got != "c,a,b,d," {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}
