package todo

import (
	"context"

	"umbra/app/caller"
	"umbra/app/journal"
	"umbra/app/order"
)

// Place puts a to-do next to another in the user's order. Where no room is left
// there, neighbours move a little in the same change-set. NotFound, Invalid,
// Stale, Conflict.
func (s *Service) Place(ctx context.Context, c caller.Caller, id int64, match journal.Match, to order.Spot) (t Todo, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		if t, err = s.find(ctx, c.UserID, id); err != nil {
			return err
		}
		if err := match.Check(t.Rev); err != nil {
			return err
		}
		t, err = order.Place(ctx, s.db, s.Table(), order.Placed{ID: id, Position: t.Position}, c.UserID, to, t,
			func(ctx context.Context, at order.Placed) (Todo, error) {
				before, err := s.find(ctx, c.UserID, at.ID)
				if err != nil {
					return before, err
				}
				after := before
				after.Position = at.Position
				return after, s.save(ctx, w, &after, &before, journal.Update)
			})
		return err
	})
	return t, err
}

// last is where a new to-do comes.
func (s *Service) last(ctx context.Context, w *journal.Writer) (int64, error) {
	return order.Last(ctx, s.db, s.Table(), w.Caller.UserID, w.At)
}
