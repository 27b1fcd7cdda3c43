package person

import (
	"bytes"
	"context"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
)

// Service keeps people. Each exported method is one transaction.
type Service struct {
	db      *db.DB
	journal *journal.Journal
}

// New makes the service and tells the journal of its kind.
func New(d *db.DB, j *journal.Journal) *Service {
	s := &Service{db: d, journal: j}
	j.Add(s, groupCards{s})
	return s
}

// Find answers one person; NotFound.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64) (Person, error) {
	return s.find(ctx, c.UserID, id)
}

// List answers a page of people; Invalid for a sort or cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Person], error) {
	return s.list(ctx, c, f, req)
}

// Count says how many people a filter takes. Without a filter it reads a
// counter; else it counts.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	if f.those() == "" {
		f.Sort = ""
	}
	if f == (Filter{}) {
		return s.journal.Total(ctx, c.UserID, KindName)
	}
	return s.count(ctx, c, f)
}

// Create makes a person; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Person, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a person that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (p Person, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		p = Person{}
		p.UID, p.CreatedAt = w.Begin(o)
		join := func() error { return nil }
		if o.UID != "" { // nobody waits for one that has just been made up
			join = s.arrived(ctx, c.UserID, &p)
		}
		photo, err := p.change(u)
		if err != nil {
			return err
		}
		if err := join(); err != nil {
			return err
		}
		return s.save(ctx, w, &p, nil, journal.Create, photo)
	})
	return p, err
}

// Update changes the fields given; NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, match journal.Match, u Update) (p Person, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		p = before
		photo, err := p.change(u)
		if err != nil {
			return err
		}
		return s.save(ctx, w, &p, &before, journal.Update, photo)
	})
	return p, err
}

// Delete puts a person into the trash; what names them lets go of them. NotFound, Stale.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id int64, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		p, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(p.Rev); err != nil {
			return err
		}
		return s.remove(ctx, w, p)
	})
}

// change applies an update, checks the result, and answers what the photo
// becomes, where it was given.
func (p *Person) change(u Update) (opt.Opt[Photo], error) {
	u.apply(p)
	p.tidy()
	p.name(u.DisplayName)
	var c check.Check
	p.validate(&c)
	photo := p.photoGiven(&c, u.Photo)
	return photo, c.Err()
}

// save writes a person and their journal entry: the one way a person changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, p, before *Person, op string, photo opt.Opt[Photo]) error {
	user := w.Caller.UserID
	var groupsWere []string
	if before != nil {
		groupsWere = before.Groups
	}
	s.stir(ctx, w, groupsWere, p.Groups)
	p.Rev = w.Next()
	p.UpdatedAt = clock.FromMicros(w.At)
	was := image{}
	if before != nil {
		var err error
		if was, photo, err = s.imageBefore(ctx, user, *before, photo); err != nil {
			return err
		}
	}
	switch {
	case photo.Has():
		p.PhotoRev = p.Rev
	case photo.Null:
		p.PhotoRev = 0
	}
	change := journal.Change{Seq: p.Rev, Kind: KindName, UID: p.UID, Title: p.DisplayName, Op: op, Collection: "people"}
	var err error
	switch op {
	case journal.Create:
		err = s.insert(ctx, user, p)
	case journal.Restore:
		err = s.reinsert(ctx, user, p)
	default:
		change.Before = was
		err = s.update(ctx, user, p)
	}
	if err != nil {
		return err
	}
	p.Photo = photoPath(p.ID, p.PhotoRev)
	if err := s.setGroups(ctx, user, p, groupsWere); err != nil {
		return err
	}
	if err := s.storePhoto(ctx, user, p.ID, photo); err != nil {
		return err
	}
	change.ID = p.ID
	return w.Record(ctx, change)
}

// imageBefore is what the journal keeps of a person that changes: with the
// photo only where that changes too. A photo that is given and is the one there
// already does not: photo comes back as left out.
func (s *Service) imageBefore(ctx context.Context, userID int64, before Person, photo opt.Opt[Photo]) (image, opt.Opt[Photo], error) {
	none := opt.Opt[Photo]{}
	if !photo.Set || photo.Null && before.PhotoRev == 0 {
		return imageOf(before, none), none, nil
	}
	if before.PhotoRev == 0 {
		return imageOf(before, opt.Null[Photo]()), photo, nil
	}
	old, err := s.findPhoto(ctx, userID, before.ID)
	if err != nil {
		return image{}, none, err
	}
	if photo.Has() && bytes.Equal(old.Data, photo.Value.Data) {
		return imageOf(before, none), none, nil
	}
	return imageOf(before, opt.Some(old)), photo, nil
}

func (s *Service) remove(ctx context.Context, w *journal.Writer, p Person) error {
	s.stir(ctx, w, p.Groups, nil)
	photo := opt.Null[Photo]()
	if p.PhotoRev != 0 {
		old, err := s.findPhoto(ctx, w.Caller.UserID, p.ID)
		if err != nil {
			return err
		}
		photo = opt.Some(old)
	}
	if err := w.Detach(ctx, KindName, p.ID); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM people WHERE user_id = $1 AND id = $2", w.Caller.UserID, p.ID); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: p.ID, UID: p.UID, Title: p.DisplayName,
		Op: journal.Delete, Before: imageOf(p, photo), Collection: "people"})
}
