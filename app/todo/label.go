package todo

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fold"
	"umbra/app/journal"
)

// Kinds of a Label.
const (
	TagLabel      = "tag"
	CategoryLabel = "category"
)

// MaxLabels is how many labels are listed at most.
const MaxLabels = 500

// Label is a tag or category that to-dos have.
type Label struct {
	Name  string `json:"name" doc:"The tag or category, as it was written last." example:"home"`
	Kind  string `json:"kind" enum:"tag,category" doc:"Which of both it is." example:"tag"`
	Count int64  `json:"count" doc:"How many open to-dos have it; 0 where only completed ones do." example:"3"`
}

// Labels lists the tags and categories in use, most used by open to-dos first,
// at most limit; of one kind where it is not empty. It reads no to-do.
func (s *Service) Labels(ctx context.Context, c caller.Caller, kind string, limit int) ([]Label, error) {
	w := (&db.Where{}).And("user_id = ?", c.UserID)
	if kind != "" {
		w.And("kind = ?", kind)
	}
	out, err := db.Query(ctx, s.db, func(r db.Scanner) (l Label, err error) {
		return l, r.Scan(&l.Name, &l.Kind, &l.Count)
	}, "SELECT name, kind, open FROM todo_labels"+w.Text()+" ORDER BY open DESC, total DESC, label_key, kind LIMIT "+strconv.Itoa(min(limit, MaxLabels)), w.Args()...)
	if out == nil {
		out = []Label{}
	}
	return out, err
}

type labelKey struct{ kind, key string }

// labels are what a to-do has, by their keys; those of nil are none.
func (t *Todo) labels() map[labelKey]string {
	out := map[labelKey]string{}
	if t == nil {
		return out
	}
	if t.Category != "" {
		out[labelKey{CategoryLabel, t.Category}] = t.Category
	}
	for _, tag := range t.Tags {
		out[labelKey{TagLabel, fold.Key(tag)}] = tag
	}
	return out
}

// use is how much more a label is in use than before.
type use struct {
	labelKey
	name        string // as it was written now; empty where it was not
	open, total int
}

// uses are what changes between two states of a to-do, in an order.
func uses(before, after *Todo) (out []use) {
	was, is := before.labels(), after.labels()
	wasOpen, isOpen := before != nil && !before.Completed, after != nil && !after.Completed
	for k, name := range is {
		old, had := was[k]
		u := use{labelKey: k, open: number(isOpen) - number(had && wasOpen), total: 1 - number(had)}
		if old != name {
			u.name = name
		}
		if u != (use{labelKey: k}) {
			out = append(out, u)
		}
	}
	for k := range was {
		if _, has := is[k]; !has {
			out = append(out, use{labelKey: k, open: -number(wasOpen), total: -1})
		}
	}
	slices.SortFunc(out, byLabel)
	return out
}

func byLabel(a, b use) int {
	return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.key, b.key))
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// countLabels moves the counts of the labels that a change touches, at the end of
// its change-set, and drops those that nothing has any more.
func (s *Service) countLabels(w *journal.Writer, before, after *Todo) {
	changed := uses(before, after)
	if len(changed) == 0 {
		return
	}
	sum, _ := w.AtEnd("todo labels", func() (any, func(ctx context.Context) error) {
		t := &labelTally{byKey: map[labelKey]*use{}}
		return t, func(ctx context.Context) error { return s.writeLabels(ctx, w, t) }
	}).(*labelTally)
	sum.add(changed)
}

// labelTally adds up what a change-set does to labels.
type labelTally struct {
	byKey map[labelKey]*use
}

func (t *labelTally) add(changed []use) {
	for _, u := range changed {
		sum := t.byKey[u.labelKey]
		if sum == nil {
			t.byKey[u.labelKey] = &u
			continue
		}
		sum.open, sum.total, sum.name = sum.open+u.open, sum.total+u.total, cmp.Or(u.name, sum.name)
	}
}

func (s *Service) writeLabels(ctx context.Context, w *journal.Writer, t *labelTally) error {
	all := make([]use, 0, len(t.byKey))
	for _, u := range t.byKey {
		all = append(all, *u)
	}
	slices.SortFunc(all, byLabel)
	for some := range db.Pieces(all) {
		args := []any{w.Caller.UserID}
		for _, u := range some {
			args = append(args, u.kind, u.key, u.name, u.open, u.total)
		}
		rows := strings.Repeat(", ($1, ?, ?, ?, ?, ?)", len(some))
		if err := s.db.Later(ctx, "INSERT INTO todo_labels (user_id, kind, label_key, name, open, total) VALUES "+db.Number(rows[2:], 2)+`
ON CONFLICT (user_id, kind, label_key) DO UPDATE SET open = todo_labels.open + excluded.open, total = todo_labels.total + excluded.total,
    name = CASE WHEN excluded.name = '' THEN todo_labels.name ELSE excluded.name END`, args...); err != nil {
			return err
		}
	}
	// Those that nothing has any more; of one kind, so that one of it is found by its key.
	gone := map[string][]any{}
	for _, u := range all {
		if u.total < 0 {
			gone[u.kind] = append(gone[u.kind], u.key)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(gone)) {
		for some := range db.Pieces(gone[kind]) {
			keys := strings.Repeat(", ?", len(some))
			if err := s.db.Later(ctx, "DELETE FROM todo_labels WHERE user_id = $1 AND total = 0 AND kind = $2 AND label_key IN ("+db.Number(keys[2:], 3)+")",
				append([]any{w.Caller.UserID, kind}, some...)...); err != nil {
				return err
			}
		}
	}
	return nil
}
