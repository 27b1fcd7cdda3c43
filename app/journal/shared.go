package journal

import (
	"context"
	"slices"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
)

// SinceIn is Since in the journal of somebody who shares: of what changed after a
// number it answers what shows within the shares, which are all that owner's, and
// the number it has read up to, 0 where there was nothing to read. What was moved
// out of sight shows as deleted.
func (j *Journal) SinceIn(ctx context.Context, ownerID, seq int64, limit int, shares []caller.Share) (shown []Entry, last int64, err error) {
	type row struct {
		Entry
		was string
	}
	rows, err := db.Query(ctx, j.db, func(s db.Scanner) (row, error) {
		var r row
		var at int64
		err := s.Scan(&r.Seq, &r.ChangeSet, &at, &r.Source, &r.Kind, &r.ID, &r.UID, &r.Op, &r.Title, &r.Collection, &r.was)
		r.At = clock.FromMicros(at)
		return r, err
	}, "SELECT "+entryColumns+", collection_was FROM journal WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3", ownerID, seq, limit)
	for _, r := range rows {
		e := r.Entry
		e.OwnerID, last = ownerID, e.Seq
		lies := func(collection string) bool {
			return slices.ContainsFunc(shares, func(s caller.Share) bool { return ref(s.Kind, s.Record) == collection })
		}
		switch {
		case lies(e.Collection) || lies(ref(e.Kind, e.ID)):
		case r.was != "" && lies(r.was):
			e.Op, e.Title, e.Collection = Delete, "", r.was
		default:
			continue
		}
		shown = append(shown, e)
	}
	return shown, last, err
}
