package share

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/page"
)

// Service keeps shares. Each exported method is one transaction. A record is
// named by its kind (caller.Calendars, caller.Projects) and id.
type Service struct {
	db      *db.DB
	journal *journal.Journal
}

// New makes the service, tells the journal of its kind, and guards what guests write.
func New(d *db.DB, j *journal.Journal) *Service {
	s := &Service{db: d, journal: j}
	j.Add(s)
	j.GuardWith(s.holds)
	return s
}

// holds asks whether a guest may write still: their share is there, and neither
// what it allows nor its owner's account was taken back.
func (s *Service) holds(ctx context.Context, c caller.Caller) func() error {
	asked := db.Ask(ctx, s.db, db.Value[string], `SELECT s.access FROM shares s JOIN users o ON o.id = s.user_id
WHERE s.user_id = $1 AND s.id = $2 AND s.with_user_id = $3 AND NOT o.disabled`, c.UserID, c.Within.ID, c.ActorID)
	return func() error {
		access, found, err := asked()
		switch {
		case err != nil:
			return err
		case !found:
			return fault.Missing(c.Within.Kind, c.Within.Record)
		case access != caller.Write:
			return ReadOnly()
		}
		return nil
	}
}

// ReadOnly is the answer to whoever may only look.
func ReadOnly() error {
	return fault.New(fault.Forbidden, "read_only", "This is shared with you to look at, not to change. Ask its owner for more.")
}

// OwnerOnly is the answer to whoever asks for what stays with the owner.
func OwnerOnly(what string) error {
	return fault.New(fault.Forbidden, "owner_only", "Only the owner of what is shared can "+what+".")
}

// List answers a page of with whom a record is shared, the first first; a guest
// sees their own share alone. NotFound, Invalid for a cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, kind string, record int64, req page.Request) (page.Page[Share], error) {
	w := where(c, kind, record)
	p, err := db.List(ctx, s.db, db.Listing[Share]{Select: "SELECT " + columns + "\nFROM shares", Where: w, Scan: scan,
		Sorts: []db.Sort{{Name: "created_at", Column: "id", Int: true}}, Default: "created_at"}, req, "")
	if err == nil && len(p.Items) == 0 { // else it is there
		_, err = s.recordName(ctx, c.UserID, kind, record)
	}
	return p, err
}

// where takes the shares of a record that the caller may see.
func where(c caller.Caller, kind string, record int64) *db.Where {
	w := (&db.Where{}).And("user_id = ?", c.UserID).And(column(kind)+" = ?", record)
	if c.Guest() {
		w.And("with_user_id = ?", c.ActorID)
	}
	return w
}

// Create shares a record with a user; NotFound, Invalid, Conflict where it is
// shared with them already or with too many.
func (s *Service) Create(ctx context.Context, c caller.Caller, kind string, record int64, n Draft) (v Share, err error) {
	if c.Guest() {
		return v, OwnerOnly("share it with others")
	}
	if err := checkAccess(n.Access); err != nil {
		return v, err
	}
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		v = Share{UID: journal.NewUID(), Kind: kind, Record: record, Access: n.Access, CreatedAt: clock.FromMicros(w.At), look: look{visible: true}}
		if v.Title, err = s.recordName(ctx, c.UserID, kind, record); err != nil {
			return err
		}
		if v.User, err = s.somebody(ctx, c.UserID, n.UserID); err != nil {
			return err
		}
		if err := s.checkRoom(ctx, c.UserID, v); err != nil {
			return err
		}
		return s.save(ctx, w, &v, nil, journal.Create)
	})
	return v, err
}

// somebody is another user of this Umbra who is not shut out.
func (s *Service) somebody(ctx context.Context, userID, other int64) (caller.Name, error) {
	n, found, err := db.One(ctx, s.db, scanName, "SELECT u.id, "+nameOf+` FROM users u JOIN settings t ON t.user_id = u.id
WHERE u.id = $1 AND u.id <> $2 AND NOT u.disabled`, other, userID)
	if err == nil && !found {
		err = fault.BadField("user_id", "reference", "must be another user of this Umbra")
	}
	return n, err
}

// checkRoom answers Conflict for a share that is there already, or one too many.
func (s *Service) checkRoom(ctx context.Context, userID int64, v Share) error {
	_, there, err := s.with(ctx, userID, v.Kind, v.Record, v.User.ID)
	if err != nil {
		return err
	}
	if there {
		return fault.New(fault.Conflict, "already_shared", "It is shared with "+v.User.Name+" already. Change that share instead.")
	}
	with, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM shares WHERE user_id = $1 AND "+column(v.Kind)+" = $2", userID, v.Record)
	if err != nil {
		return err
	}
	seen, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM shares WHERE with_user_id = $1", v.User.ID)
	if err != nil {
		return err
	}
	if with >= MaxWith || seen >= MaxSeen {
		return fault.Newf(fault.Conflict, "too_many_shares", "A calendar or project is shared with at most %d people, and one person sees at most %d of others. Take another share back first.", MaxWith, MaxSeen)
	}
	return nil
}

// Update changes what a user may do; NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, kind string, record, id int64, match journal.Match, u Update) (v Share, err error) {
	if c.Guest() {
		return v, OwnerOnly("change with whom it is shared")
	}
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.of(ctx, c.UserID, kind, record, id, match)
		if err != nil {
			return err
		}
		v = before
		u.Access.Into(&v.Access)
		if err := checkAccess(v.Access); err != nil {
			return err
		}
		return s.save(ctx, w, &v, &before, journal.Update)
	})
	return v, err
}

// Delete takes a share back, or, asked by the guest, leaves it. NotFound, Stale.
func (s *Service) Delete(ctx context.Context, c caller.Caller, kind string, record, id int64, match journal.Match) error {
	guest := c.Guest()
	c.Within = caller.Share{} // leaving is no write within the share: who may only read may leave too
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		v, err := s.of(ctx, c.UserID, kind, record, id, match)
		if err != nil {
			return err
		}
		if guest && v.User.ID != c.ActorID {
			return fault.Missing(KindName, id)
		}
		return s.remove(ctx, w, v)
	})
}

// of is the share of a record, at a revision.
func (s *Service) of(ctx context.Context, userID int64, kind string, record, id int64, match journal.Match) (Share, error) {
	v, err := s.find(ctx, userID, id)
	if err != nil {
		return v, err
	}
	if v.Kind != kind || v.Record != record {
		return v, fault.Missing(KindName, id)
	}
	return v, match.Check(v.Rev)
}

// SetLook changes how a guest has a shared calendar look. It is theirs alone: it
// is in no journal, and their other windows are told. NotFound.
func (s *Service) SetLook(ctx context.Context, c caller.Caller, l Look) error {
	return s.db.Tx(ctx, func(ctx context.Context) error {
		v, err := s.find(ctx, c.UserID, c.Within.ID)
		if err != nil {
			return err
		}
		l.Color.Into(&v.look.color)
		l.Visible.Into(&v.look.visible)
		s.journal.Stir(ctx, c.ActorID)
		return s.db.Later(ctx, "UPDATE shares SET color = $3, visible = $4 WHERE user_id = $1 AND id = $2", c.UserID, v.ID, v.look.color, v.look.visible)
	})
}

// save writes a share and its journal entry: the one way a share changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, v, before *Share, op string) error {
	v.Rev = w.Next()
	v.UpdatedAt = clock.FromMicros(w.At)
	change := journal.Change{Seq: v.Rev, Kind: KindName, UID: v.UID, Title: v.title(), Op: op, Collection: "shares"}
	var err error
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, v)
	case journal.Restore:
		err = s.write(ctx, reinsertSQL, w.Caller.UserID, v)
	default:
		change.Before = before.image()
		err = s.write(ctx, updateSQL, w.Caller.UserID, v)
	}
	if err != nil {
		return err
	}
	change.ID = v.ID
	s.journal.Stir(ctx, v.User.ID)
	return w.Record(ctx, change)
}

func (s *Service) remove(ctx context.Context, w *journal.Writer, v Share) error {
	if err := w.Detach(ctx, KindName, v.ID); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM shares WHERE user_id = $1 AND id = $2", w.Caller.UserID, v.ID); err != nil {
		return err
	}
	s.journal.Stir(ctx, v.User.ID)
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: v.ID, UID: v.UID, Title: v.title(),
		Op: journal.Delete, Before: v.image(), Collection: "shares", Untrashed: true})
}

func (s *Share) title() string { return s.Title + " (" + s.User.Name + ")" }
