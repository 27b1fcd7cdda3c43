package person

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// groupCards is the journal's kind of group cards.
type groupCards struct{ *Service }

func (groupCards) Name() string  { return GroupKind }
func (groupCards) Table() string { return "group_cards" }

// Detach has nothing to do: a group refers to nothing, and people by its name.
func (groupCards) Detach(context.Context, *journal.Writer, string, int64) func() error { return nil }

// groupImage is how the journal keeps a group.
type groupImage struct {
	Group
	Awaited []string `json:"awaited,omitempty"`
}

func (s *Service) groupImage(ctx context.Context, userID int64, g Group) (*groupImage, error) {
	awaited, err := s.awaited(ctx, userID, g.ID)
	return &groupImage{g, awaited}, err
}

// Revert makes a group be what it was; who is in it, the people's own changes say.
func (k groupCards) Revert(ctx context.Context, w *journal.Writer, id int64, img []byte) error {
	now, there, err := fault.Found(k.findGroup(ctx, w.Caller.UserID, id))
	if err != nil {
		return err
	}
	if img == nil {
		if !there {
			return nil
		}
		return k.removeGroup(ctx, w, now)
	}
	var i groupImage
	if err := json.Unmarshal(img, &i); err != nil {
		return err
	}
	g := i.Group
	if !there {
		return k.saveGroup(ctx, w, &g, nil, journal.Restore, true, i.Awaited)
	}
	before, err := k.groupImage(ctx, w.Caller.UserID, now)
	if err != nil {
		return err
	}
	return k.saveGroup(ctx, w, &g, before, journal.Update, true, i.Awaited)
}

// saveGroup writes a group and, where it is told, its journal entry: the one way
// a group changes beside its members.
func (s *Service) saveGroup(ctx context.Context, w *journal.Writer, g *Group, before *groupImage, op string, told bool, awaited []string) error {
	user := w.Caller.UserID
	g.Rev, g.UpdatedAt = w.Next(), clock.FromMicros(w.At)
	values := []any{g.UID, g.Name, groupKey(g.Name), g.Rev, clock.Micros(g.CreatedAt), clock.Micros(g.UpdatedAt)}
	var err error
	switch op {
	case journal.Create:
		g.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertGroup, append([]any{user}, values...)...)
	case journal.Restore:
		err = s.db.Later(ctx, reinsertGroup, append([]any{user, g.ID}, values...)...)
	default:
		err = s.db.Later(ctx, updateGroup, append([]any{user, g.ID}, values...)...)
	}
	if err != nil {
		return err
	}
	var awaitedBefore []string
	if before != nil {
		awaitedBefore = before.Awaited
	}
	if err := s.await(ctx, user, g.ID, awaitedBefore, awaited); err != nil {
		return err
	}
	x := s.stirred(w)
	x.n++
	x.done[g.ID], x.changed = x.n, true
	if !told {
		return nil
	}
	change := journal.Change{Seq: g.Rev, Kind: GroupKind, ID: g.ID, UID: g.UID, Title: g.Name, Op: op, Collection: "groups"}
	if op == journal.Update {
		change.Before = before
	}
	return w.Record(ctx, change)
}

func (s *Service) await(ctx context.Context, userID, id int64, before, now []string) error {
	now = slices.Compact(slices.Sorted(slices.Values(now)))
	if slices.Equal(before, now) {
		return nil
	}
	if len(before) > 0 {
		if err := s.db.Later(ctx, "DELETE FROM awaited_members WHERE user_id = $1 AND group_id = $2", userID, id); err != nil {
			return err
		}
	}
	for _, uid := range now {
		if err := s.db.Later(ctx, "INSERT INTO awaited_members (user_id, uid, group_id) VALUES ($1, $2, $3)", userID, uid, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) removeGroup(ctx context.Context, w *journal.Writer, g Group) error {
	before, err := s.groupImage(ctx, w.Caller.UserID, g)
	if err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM group_cards WHERE user_id = $1 AND id = $2", w.Caller.UserID, g.ID); err != nil {
		return err
	}
	s.stirred(w).changed = true
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: GroupKind, ID: g.ID, UID: g.UID, Title: g.Name, Op: journal.Delete, Before: before, Collection: "groups"})
}

// arrived puts a new person into the groups whose cards have named them already.
// It is asked before and answered later, with what else is asked of the database.
func (s *Service) arrived(ctx context.Context, userID int64, p *Person) (join func() error) {
	uid := MemberUID(p.UID)
	waiting := db.AskAll(ctx, s.db, db.Value[string], `SELECT g.name FROM awaited_members a
JOIN group_cards g ON g.user_id = a.user_id AND g.id = a.group_id WHERE a.user_id = $1 AND a.uid = $2 ORDER BY g.id`, userID, uid)
	return func() error {
		names, err := waiting()
		if err != nil || len(names) == 0 {
			return err
		}
		for _, name := range names {
			if called(p.Groups, name) < 0 && len(p.Groups) < maxGroups {
				p.Groups = append(slices.Clone(p.Groups), name)
			}
		}
		return s.db.Later(ctx, "DELETE FROM awaited_members WHERE user_id = $1 AND uid = $2", userID, uid)
	}
}

// stir are the groups whose members a change-set changes.
type stir struct {
	n       int                                // counts what follows
	keys    map[string]int                     // when members last changed, by the group's key
	cards   map[string]func() ([]Group, error) // what there is of it, asked early so that nobody waits
	done    map[int64]int                      // when a card itself did, by its id
	changed bool                               // there are other cards than were asked for
}

func (s *Service) stirred(w *journal.Writer) *stir {
	return w.AtEnd("person.groups", func() (any, func(context.Context) error) {
		x := &stir{keys: map[string]int{}, cards: map[string]func() ([]Group, error){}, done: map[int64]int{}}
		return x, func(ctx context.Context) error { return s.follow(ctx, w, x) }
	}).(*stir) //nolint:forcetypeassert // it is what begin made
}

// stir notes the groups that a person is in before or after a change, not both.
// Call it before anything else that the change waits for.
func (s *Service) stir(ctx context.Context, w *journal.Writer, before, after []string) {
	for _, lists := range [][2][]string{{before, after}, {after, before}} {
		for _, g := range lists[0] {
			if called(lists[1], g) >= 0 {
				continue
			}
			x, key := s.stirred(w), groupKey(g)
			x.n++
			x.keys[key] = x.n
			if x.cards[key] == nil {
				x.cards[key] = s.askCards(ctx, w.Caller.UserID, key)
			}
		}
	}
}

func (s *Service) askCards(ctx context.Context, userID int64, key string) func() ([]Group, error) {
	return db.AskAll(ctx, s.db, scanGroup, "SELECT "+groupColumns+" FROM group_cards WHERE user_id = $1 AND group_key = $2 ORDER BY id", userID, key)
}

// follow gives the cards of groups whose members changed a new revision, once.
// The journal has the people's changes: undo takes those back, and a later one of
// somebody else is none of the same record.
func (s *Service) follow(ctx context.Context, w *journal.Writer, x *stir) error {
	for _, key := range slices.Sorted(maps.Keys(x.keys)) {
		cards, err := x.cards[key]()
		if err == nil && x.changed {
			cards, err = s.askCards(ctx, w.Caller.UserID, key)()
		}
		if err != nil {
			return err
		}
		for _, g := range cards {
			if x.done[g.ID] > x.keys[key] {
				continue
			}
			if err := s.db.Later(ctx, "UPDATE group_cards SET rev = $1, updated_at = $2 WHERE user_id = $3 AND id = $4", w.Next(), w.At, w.Caller.UserID, g.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

var groupSetters = []string{"uid", "name", "group_key", "rev", "created_at", "updated_at"}

var (
	insertGroup   = db.InsertSQL("group_cards", append([]string{"user_id"}, groupSetters...)) + " RETURNING id"
	reinsertGroup = db.InsertSQL("group_cards", append([]string{"user_id", "id"}, groupSetters...))
	updateGroup   = db.UpdateSQL("group_cards", groupSetters)
)
