package journal

import (
	"context"
	"maps"
	"slices"
)

// ending is something that a feature adds up while a change-set is written.
type ending struct {
	sum   any
	write func(ctx context.Context) error
}

// AtEnd answers what is added up under a name in the running change-set, made by
// begin the first time, and has write called once before it is committed. One row
// that each of many changes moves is moved once so: PostgreSQL looks through every
// version of a row that its transaction has made.
func (w *Writer) AtEnd(name string, begin func() (sum any, write func(ctx context.Context) error)) (sum any) {
	e := w.ends[name]
	if e == nil {
		e = &ending{}
		e.sum, e.write = begin()
		if w.ends == nil {
			w.ends = map[string]*ending{}
		}
		w.ends[name] = e
		w.order = append(w.order, name)
	}
	return e.sum
}

// end writes what was added up.
func (w *Writer) end(ctx context.Context) error {
	for _, name := range w.order {
		if err := w.ends[name].write(ctx); err != nil {
			return err
		}
	}
	if err := w.hold(ctx); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(w.counts)) {
		if w.counts[name] == 0 {
			continue
		}
		if err := w.j.db.Later(ctx, `INSERT INTO record_counts (user_id, name, n) VALUES ($1, $2, $3)
ON CONFLICT (user_id, name) DO UPDATE SET n = record_counts.n + excluded.n`, w.Caller.UserID, name, w.counts[name]); err != nil {
			return err
		}
	}
	return nil
}
