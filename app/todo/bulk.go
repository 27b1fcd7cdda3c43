package todo

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// MaxBulk is how many to-dos one call may change.
const MaxBulk = 500

// Bulk is one change of several to-dos: the same fields for all, or their end.
type Bulk struct {
	IDs    []int64 `json:"ids" minItems:"1" maxItems:"500" doc:"The to-dos to change, each once, in this order." example:"[41,42,43]"`
	Set    *Update `json:"set,omitempty" doc:"The fields to set in each of them, as in a change of one."`
	Delete bool    `json:"delete,omitempty" doc:"Whether to delete them instead, with their parts." example:"false"`
}

// Bulk changes or deletes several to-dos as one change-set, each by the same
// rules as alone, and says how many. Where one cannot be changed none is:
// NotFound, Invalid.
func (s *Service) Bulk(ctx context.Context, c caller.Caller, b Bulk) (n int, err error) {
	if err := b.validate(); err != nil {
		return 0, err
	}
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		all, err := s.findAll(ctx, c.UserID, b.IDs)
		if err != nil {
			return err
		}
		if b.Delete {
			return s.removeAll(ctx, w, all)
		}
		for _, before := range all {
			t := before
			if err := s.change(ctx, w, &t, *b.Set); err != nil {
				return inBulk(err, t.ID)
			}
			if err := s.save(ctx, w, &t, &before, journal.Update); err != nil {
				return err
			}
		}
		return nil
	})
	return len(b.IDs), err
}

func (b Bulk) validate() error {
	var c check.Check
	if len(b.IDs) == 0 {
		c.Add("ids", "required", "must name at least one to-do")
	}
	c.Count("ids", len(b.IDs), MaxBulk)
	seen := map[int64]bool{}
	for i, id := range b.IDs {
		if seen[id] {
			c.Add(fmt.Sprintf("ids[%d]", i), "duplicate", "is named before")
		}
		seen[id] = true
	}
	switch {
	case b.Delete && b.Set != nil:
		c.Add("set", "conflict", "cannot go with delete; send one of both")
	case !b.Delete && (b.Set == nil || reflect.ValueOf(*b.Set).IsZero()):
		c.Add("set", "required", "must hold at least one field, or delete be true")
	}
	return c.Err()
}

// findAll reads to-dos, which on PostgreSQL travel together; NotFound.
func (s *Service) findAll(ctx context.Context, userID int64, ids []int64) ([]Todo, error) {
	answers := make([]func() (Todo, bool, error), len(ids))
	for i, id := range ids {
		answers[i] = db.Ask(ctx, s.db, scan, "SELECT "+columns+" FROM todos WHERE user_id = $1 AND id = $2", userID, id)
	}
	all := make([]Todo, len(ids))
	for i, answer := range answers {
		t, found, err := answer()
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fault.Missing(KindName, ids[i])
		}
		all[i] = t
	}
	return all, nil
}

// removeAll deletes to-dos. Those that are parts of others named go with them.
func (s *Service) removeAll(ctx context.Context, w *journal.Writer, all []Todo) error {
	named := make(map[int64]bool, len(all))
	for _, t := range all {
		named[t.ID] = true
	}
	for _, parts := range []bool{false, true} {
		for _, t := range all {
			if part := t.ParentID != nil && named[*t.ParentID]; part != parts {
				continue
			}
			_, there, err := db.One(ctx, s.db, db.Value[int64], "SELECT id FROM todos WHERE user_id = $1 AND id = $2", w.Caller.UserID, t.ID)
			if err != nil {
				return err
			}
			if !there {
				continue
			}
			if err := s.remove(ctx, w, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// inBulk names, in a refusal, the field as it was sent and the to-do that it
// does not fit.
func inBulk(err error, id int64) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return err
	}
	fields := make([]fault.Field, len(f.Fields))
	for i, x := range f.Fields {
		fields[i] = fault.Field{Path: "set." + x.Path, Rule: x.Rule, Message: fmt.Sprintf("%s (for the to-do %d)", x.Message, id)}
	}
	return fault.Fields(fields...)
}
