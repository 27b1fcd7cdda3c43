package resource

import (
	"cmp"
	"context"
	"slices"

	"umbra/app/caller"
	"umbra/app/db"
)

// Change is what became of a resource of a collection.
type Change struct {
	Item
	Seq  int64
	Gone bool // it is not there any more, be it deleted or moved
}

// Changes answers what changed in a collection after a number of the journal and
// up to another, each resource once, in order of its last change, at most limit.
func (s *Store) Changes(ctx context.Context, userID int64, c *Collection, since, upTo int64, limit int) (out []Change, err error) {
	for _, kind := range c.Kinds() {
		read := s.journaled
		if kind == Group {
			read = s.groups
		}
		part, err := read(ctx, userID, c, kind, since, upTo, limit)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Compare(a.Seq, b.Seq) })
	return out[:min(limit, len(out))], nil
}

func (c *Collection) scanChange(kind string) func(r db.Scanner) (Change, error) {
	return func(r db.Scanner) (x Change, err error) {
		var uid, name, stored string
		var rev *int64
		var recordUID *string
		x.Kind = kind
		err = r.Scan(&x.ID, &x.Seq, &uid, &name, &stored, &rev, &recordUID)
		if x.Gone = rev == nil; !x.Gone {
			x.Rev, uid = *rev, *recordUID
		}
		if x.UID, x.Name = stored, name; name == "" {
			x.UID, x.Name = uid, uid+c.Extension()
		}
		return x, err
	}
}

func (s *Store) journaled(ctx context.Context, userID int64, c *Collection, kind string, since, upTo int64, limit int) ([]Change, error) {
	cond, args := c.within(kind, []any{userID, since, upTo, c.Journal(), kind, limit})
	const part = "SELECT record_id, seq, uid FROM journal WHERE user_id = $1 AND seq > $2 AND seq <= $3 AND kind = $5 AND "
	return db.Query(ctx, s.db, c.scanChange(kind), `SELECT j.record_id, j.seq, j.uid, COALESCE(o.name, ''), COALESCE(o.uid, ''), r.rev, r.uid
FROM (SELECT record_id, MAX(seq) AS seq, MAX(uid) AS uid FROM (`+part+"collection = $4 UNION ALL "+part+"collection_was = $4 AND collection_was <> ''"+`) x GROUP BY record_id) j
LEFT JOIN dav_objects o ON o.user_id = $1 AND o.kind = $5 AND o.record_id = j.record_id
LEFT JOIN `+tables[kind].name+" r ON r.user_id = $1 AND r.id = j.record_id"+cond+`
ORDER BY j.seq LIMIT $6`, args...)
}

// groups answers the group cards that changed: those that are there by their own
// revision, which follows their members without a word in the journal, and those
// that went by the journal.
func (s *Store) groups(ctx context.Context, userID int64, c *Collection, kind string, since, upTo int64, limit int) ([]Change, error) {
	return db.Query(ctx, s.db, c.scanChange(kind), `SELECT r.id, r.rev, r.uid, COALESCE(o.name, ''), COALESCE(o.uid, ''), r.rev, r.uid
FROM group_cards r LEFT JOIN dav_objects o ON o.user_id = r.user_id AND o.kind = 'group' AND o.record_id = r.id
WHERE r.user_id = $1 AND r.rev > $2 AND r.rev <= $3
UNION ALL SELECT j.record_id, j.seq, j.uid, COALESCE(o.name, ''), COALESCE(o.uid, ''), CAST(NULL AS BIGINT), CAST(NULL AS TEXT)
FROM (SELECT record_id, MAX(seq) AS seq, MAX(uid) AS uid FROM journal WHERE user_id = $1 AND seq > $2 AND seq <= $3 AND kind = 'group' AND collection = 'groups' GROUP BY record_id) j
LEFT JOIN dav_objects o ON o.user_id = $1 AND o.kind = 'group' AND o.record_id = j.record_id
WHERE NOT EXISTS (SELECT 1 FROM group_cards g WHERE g.user_id = $1 AND g.id = j.record_id)
ORDER BY 2 LIMIT $4`, userID, since, upTo, limit)
}

// LastChange is the number of the last change in each collection, by its name, as
// its owner's journal still has it.
func (s *Store) LastChange(ctx context.Context, who caller.Caller, all []Collection) (map[string]int64, error) {
	out := map[string]int64{}
	names, asked := []string{}, []func() (int64, bool, error){}
	for i := range all {
		if all[i].Kind == Home {
			continue
		}
		names = append(names, all[i].Name)
		// They travel together on PostgreSQL; each is a look at an index.
		also := all[i].Journal()
		if all[i].Kind == People {
			also = "groups"
		}
		asked = append(asked, db.Ask(ctx, s.db, db.Value[int64], `SELECT COALESCE(MAX(seq), 0) FROM (
    SELECT (SELECT MAX(seq) FROM journal WHERE user_id = $1 AND collection = $2) AS seq
    UNION ALL SELECT (SELECT MAX(seq) FROM journal WHERE user_id = $1 AND collection_was = $2 AND collection_was <> '')
    UNION ALL SELECT (SELECT MAX(seq) FROM journal WHERE user_id = $1 AND collection = $3)) x`, all[i].By(who).UserID, all[i].Journal(), also))
	}
	for i, ask := range asked {
		n, _, err := ask()
		if err != nil {
			return nil, err
		}
		out[names[i]] = n
	}
	return out, nil
}
