package share

import (
	"context"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the shares.
func (s *Service) Table() string { return "shares" }

// Revert makes a share be what it was; nil takes it back. One with a user who is
// gone or shut out, or of a record that is gone, stays away, as does one beside
// which there is another by now.
func (s *Service) Revert(ctx context.Context, w *journal.Writer, id int64, img []byte) error {
	now, there, err := fault.Found(s.find(ctx, w.Caller.UserID, id))
	if err != nil {
		return err
	}
	if img == nil {
		if !there {
			return nil
		}
		return s.remove(ctx, w, now)
	}
	v, err := readImage(img)
	if err != nil {
		return err
	}
	if there {
		v.Title, v.look = now.Title, now.look
		return s.save(ctx, w, &v, &now, journal.Update)
	}
	fits, err := s.fits(ctx, w.Caller.UserID, &v)
	if err != nil || !fits {
		return err
	}
	return s.save(ctx, w, &v, nil, journal.Restore)
}

// fits says whether a share of earlier can be one again.
func (s *Service) fits(ctx context.Context, userID int64, v *Share) (bool, error) {
	name, err := s.recordName(ctx, userID, v.Kind, v.Record)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	v.Title = name
	user, err := s.somebody(ctx, userID, v.User.ID)
	if fault.Is(err, fault.Invalid) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	v.User = user
	err = s.checkRoom(ctx, userID, *v)
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

// Detach ends the shares of a calendar or project that is being deleted; they
// come back with it.
func (s *Service) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	if kind != caller.Calendars && kind != caller.Projects {
		return nil
	}
	asked := db.AskAll(ctx, s.db, scan, "SELECT "+columns+" FROM shares WHERE user_id = $1 AND "+column(kind)+" = $2 ORDER BY id", w.Caller.UserID, id)
	return func() error {
		all, err := asked()
		if err != nil {
			return err
		}
		for _, v := range all {
			if err := s.remove(ctx, w, v); err != nil {
				return err
			}
		}
		return nil
	}
}
