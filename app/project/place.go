package project

import (
	"context"

	"umbra/app/caller"
	"umbra/app/journal"
	"umbra/app/order"
)

// Place puts a project next to another in the user's order. Where no room is left
// there, neighbours move a little in the same change-set. NotFound, Invalid,
// Stale, Conflict.
func (s *Service) Place(ctx context.Context, c caller.Caller, id int64, match journal.Match, to order.Spot) (p Project, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		if p, err = s.find(ctx, c.UserID, id); err != nil {
			return err
		}
		if err := match.Check(p.Rev); err != nil {
			return err
		}
		p, err = order.Place(ctx, s.db, s.Table(), order.Placed{ID: id, Position: p.Position}, c.UserID, to, p,
			func(ctx context.Context, at order.Placed) (Project, error) {
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
	return p, err
}

// last is where a new project comes.
func (s *Service) last(ctx context.Context, w *journal.Writer) (int64, error) {
	return order.Last(ctx, s.db, s.Table(), w.Caller.UserID, w.At)
}
