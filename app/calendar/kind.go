package calendar

import (
	"context"

	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the calendars.
func (s *Service) Table() string { return "calendars" }

// Revert makes a calendar be what it was; nil deletes it. Which one is the
// default is the settings' to revert.
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
	c, err := readImage(img)
	if err != nil {
		return err
	}
	if there {
		return s.save(ctx, w, &c, &now, journal.Update)
	}
	return s.save(ctx, w, &c, nil, journal.Restore)
}

// Detach has nothing to let go of: a calendar refers to nothing.
func (s *Service) Detach(context.Context, *journal.Writer, string, int64) func() error { return nil }
