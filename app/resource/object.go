package resource

import (
	"context"

	"umbra/app/db"
)

// Object is what a client stored.
type Object struct {
	ID     int64 // of its record
	Name   string
	UID    string
	Parent string // the UID of a parent that has not arrived yet
	Rev    int64  // the record's when it was stored
	Marks  string
	Data   []byte
}

func scanObject(s db.Scanner) (o Object, err error) {
	return o, s.Scan(&o.ID, &o.Name, &o.UID, &o.Parent, &o.Rev, &o.Marks, &o.Data)
}

const objectColumns = "record_id, name, uid, parent_uid, rev, marks, data"

// Objects answers what is stored for records of a kind, by their id.
func (s *Store) Objects(ctx context.Context, userID int64, kind string, ids []int64) (map[int64]Object, error) {
	out := make(map[int64]Object, len(ids))
	rows, err := db.QueryIn(ctx, s.db, scanObject, "SELECT "+objectColumns+" FROM dav_objects WHERE kind = '"+kind+"' AND user_id = ? AND record_id IN ", userID, ids)
	for _, o := range rows {
		out[o.ID] = o
	}
	return out, err
}

// Waiting answers the objects whose parent is the one of a UID and has not been
// there until now.
func (s *Store) Waiting(ctx context.Context, userID int64, kind, uid string) ([]Object, error) {
	return db.Query(ctx, s.db, scanObject, "SELECT "+objectColumns+" FROM dav_objects WHERE user_id = $1 AND kind = $2 AND parent_uid = $3 AND parent_uid <> '' AND rev > 0 ORDER BY record_id", userID, kind, uid)
}

// Save keeps an object in place of what was kept for its record. Call it within
// the transaction that writes the record.
func (s *Store) Save(ctx context.Context, userID int64, kind string, o Object) error {
	return s.db.Later(ctx, `INSERT INTO dav_objects (user_id, kind, record_id, name, uid, parent_uid, rev, marks, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (user_id, kind, record_id) DO UPDATE SET name = excluded.name, uid = excluded.uid, parent_uid = excluded.parent_uid,
    rev = excluded.rev, marks = excluded.marks, data = excluded.data`,
		userID, kind, o.ID, o.Name, o.UID, o.Parent, o.Rev, o.Marks, o.Data)
}
