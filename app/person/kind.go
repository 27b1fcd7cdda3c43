package person

import (
	"context"
	"encoding/json"

	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the people.
func (s *Service) Table() string { return "people" }

// Revert makes a person be who they were, with the photo where the image knows
// it; nil deletes them.
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
	var i image
	if err := json.Unmarshal(img, &i); err != nil {
		return err
	}
	p := i.Person
	p.NameGiven, p.PhotoRev = i.NameGiven, now.PhotoRev
	if there {
		return s.save(ctx, w, &p, &now, journal.Update, i.PhotoWas)
	}
	return s.save(ctx, w, &p, nil, journal.Restore, i.PhotoWas)
}

// Detach has nothing to do: a person refers to nothing.
func (s *Service) Detach(context.Context, *journal.Writer, string, int64) func() error { return nil }

// image is how the journal keeps a person: their fields, and what the API does
// not show. PhotoWas is left out where the change left the photo alone.
type image struct {
	Person
	NameGiven bool           `json:"display_name_given"`
	PhotoWas  opt.Opt[Photo] `json:"photo_was,omitzero"`
}

func imageOf(p Person, photo opt.Opt[Photo]) image { return image{p, p.NameGiven, photo} }
