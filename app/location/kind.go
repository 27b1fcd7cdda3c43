package location

import (
	"context"
	"encoding/json"

	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the places.
func (s *Service) Table() string { return "locations" }

// Revert makes a place be what it was; nil deletes it.
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
	var l Location
	if err := json.Unmarshal(img, &l); err != nil {
		return err
	}
	if there {
		return s.save(ctx, w, &l, &now, journal.Update)
	}
	return s.save(ctx, w, &l, nil, journal.Restore)
}

// Detach has nothing to do: a place refers to nothing.
func (s *Service) Detach(context.Context, *journal.Writer, string, int64) func() error { return nil }
