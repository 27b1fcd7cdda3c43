package person

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
)

// GroupKind is the kind of a group card as the journal says it.
const GroupKind = "group"

// Group is a group that devices keep as a card of the address book. Who is in it
// is what the people's own groups say: those that are called as it is.
type Group struct {
	ID        int64     `json:"id"`
	UID       string    `json:"uid"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	Rev int64 `json:"-"` // the number of its last change, or of its members'
}

// GroupUpdate is what a card says of a group.
type GroupUpdate struct {
	Name string `json:"name"`
	// Members that are new, and that are none any more, by their id.
	Joined, Left []int64 `json:"-"`
	// Awaited are the uids of members that have not arrived.
	Awaited []string `json:"-"`
}

// MemberUID is a uid without the scheme that cards name members with.
func MemberUID(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 9 && strings.EqualFold(s[:9], "urn:uuid:") {
		return s[9:]
	}
	return s
}

// key is what tells groups apart, as people's are.
func groupKey(name string) string { return fold.Key(name) }

// PutGroup makes what a card says hold: it makes the group where id is 0, and
// calls the people in it so. NotFound, Invalid.
func (s *Service) PutGroup(ctx context.Context, c caller.Caller, id int64, o journal.Origin, u GroupUpdate) (g Group, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		g = Group{}
		op := journal.Create
		var before *groupImage
		if id != 0 {
			if g, err = s.findGroup(ctx, c.UserID, id); err != nil {
				return err
			}
			if before, err = s.groupImage(ctx, c.UserID, g); err != nil {
				return err
			}
			op = journal.Update
		} else {
			g.UID, g.CreatedAt = w.Begin(o)
		}
		was := g.Name
		g.Name = strings.TrimSpace(u.Name)
		var k check.Check
		k.Line("name", g.Name, maxLabel)
		if groupKey(g.Name) == "" {
			k.Add("name", "required", "must not be empty")
		}
		if err := k.Err(); err != nil {
			return err
		}
		moved, err := s.regroup(ctx, w, g, was, u)
		if err != nil {
			return err
		}
		// Who is in it is told by the people; what else changes, by the group itself.
		told := op == journal.Create || was != g.Name || !moved
		return s.saveGroup(ctx, w, &g, before, op, told, u.Awaited)
	})
	return g, err
}

// regroup changes the people's groups as a group asks that was called was; it says
// whether anybody's changed.
func (s *Service) regroup(ctx context.Context, w *journal.Writer, g Group, was string, u GroupUpdate) (moved bool, err error) {
	user := w.Caller.UserID
	ids := slices.Concat(u.Joined, u.Left)
	renamed := was != "" && was != g.Name
	if renamed {
		in, err := s.members(ctx, user, groupKey(was))
		if err != nil {
			return false, err
		}
		ids = append(ids, in...)
	}
	slices.Sort(ids)
	people, err := s.FindAll(ctx, w.Caller, slices.Compact(ids))
	if err != nil || len(people) == 0 {
		return false, err
	}
	stays := false // another card is called as this one was
	if renamed {
		if stays, err = s.otherCard(ctx, user, g.ID, was); err != nil {
			return false, err
		}
	}
	slices.SortFunc(people, func(a, b Person) int { return cmp.Compare(a.ID, b.ID) })
	left := map[int64]bool{}
	for _, id := range u.Left {
		left[id] = true
	}
	for _, before := range people {
		p := before
		in := called(p.Groups, was) >= 0
		switch {
		case left[p.ID]:
			p.Groups = without(p.Groups, was)
			if was == "" || stays {
				p.Groups = before.Groups
			}
		case renamed && in && !stays:
			p.Groups = slices.Clone(p.Groups)
			p.Groups[called(p.Groups, was)] = g.Name
		case called(p.Groups, g.Name) < 0 && len(p.Groups) < maxGroups:
			p.Groups = append(slices.Clone(p.Groups), g.Name)
		}
		p.tidy()
		if slices.Equal(p.Groups, before.Groups) {
			continue
		}
		moved = true
		if err := s.save(ctx, w, &p, &before, journal.Update, opt.Opt[Photo]{}); err != nil {
			return false, err
		}
	}
	return moved, nil
}

// called is where in a list a group is; -1 where it is not.
func called(groups []string, name string) int {
	key := groupKey(name)
	return slices.IndexFunc(groups, func(g string) bool { return groupKey(g) == key })
}

func without(groups []string, name string) []string {
	key := groupKey(name)
	return slices.DeleteFunc(slices.Clone(groups), func(g string) bool { return groupKey(g) == key })
}

// DeleteGroup puts a group card into the trash; people are not called so any more,
// unless another card is. NotFound.
func (s *Service) DeleteGroup(ctx context.Context, c caller.Caller, id int64) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		g, err := s.findGroup(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		other, err := s.otherCard(ctx, c.UserID, g.ID, g.Name)
		if err != nil {
			return err
		}
		if !other {
			in, err := s.members(ctx, c.UserID, groupKey(g.Name))
			if err != nil {
				return err
			}
			err = w.Because(GroupKind, id, func() error {
				_, err := s.regroup(ctx, w, g, g.Name, GroupUpdate{Left: in})
				return err
			})
			if err != nil {
				return err
			}
		}
		return s.removeGroup(ctx, w, g)
	})
}

// FindGroups answers those of the groups that there are, by id; in no order.
func (s *Service) FindGroups(ctx context.Context, c caller.Caller, ids []int64) ([]Group, error) {
	return db.QueryIn(ctx, s.db, scanGroup, "SELECT "+groupColumns+" FROM group_cards WHERE user_id = ? AND id IN ", c.UserID, ids)
}

// ListGroups answers a page of the groups that have a card, by their id.
func (s *Service) ListGroups(ctx context.Context, c caller.Caller, req page.Request) (page.Page[Group], error) {
	return db.List(ctx, s.db, db.Listing[Group]{
		Select:  "SELECT " + groupColumns + "\nFROM group_cards",
		Where:   (&db.Where{}).And("user_id = ?", c.UserID),
		Default: "id",
		Scan:    scanGroup,
		Sorts:   []db.Sort{{Name: "id", Column: "id", Int: true}},
	}, req, "")
}

// HasGroups says whether any device keeps groups as cards.
func (s *Service) HasGroups(ctx context.Context, c caller.Caller) (bool, error) {
	_, has, err := db.One(ctx, s.db, db.Value[int64], "SELECT id FROM group_cards WHERE user_id = $1 LIMIT 1", c.UserID)
	return has, err
}

func (s *Service) members(ctx context.Context, userID int64, key string) ([]int64, error) {
	return db.Query(ctx, s.db, db.Value[int64], "SELECT person_id FROM person_groups WHERE user_id = $1 AND group_key = $2 ORDER BY person_id", userID, key)
}

func (s *Service) awaited(ctx context.Context, userID, id int64) ([]string, error) {
	return db.Query(ctx, s.db, db.Value[string], "SELECT uid FROM awaited_members WHERE user_id = $1 AND group_id = $2 ORDER BY uid", userID, id)
}

func (s *Service) otherCard(ctx context.Context, userID, id int64, name string) (bool, error) {
	_, found, err := db.One(ctx, s.db, db.Value[int64], "SELECT id FROM group_cards WHERE user_id = $1 AND group_key = $2 AND id <> $3 LIMIT 1", userID, groupKey(name), id)
	return found, err
}

func (s *Service) findGroup(ctx context.Context, userID, id int64) (Group, error) {
	g, found, err := db.One(ctx, s.db, scanGroup, "SELECT "+groupColumns+" FROM group_cards WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(GroupKind, id)
	}
	return g, err
}

const groupColumns = "id, uid, name, rev, created_at, updated_at"

func scanGroup(s db.Scanner) (g Group, err error) {
	var created, updated int64
	err = s.Scan(&g.ID, &g.UID, &g.Name, &g.Rev, &created, &updated)
	g.CreatedAt, g.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	return g, err
}
