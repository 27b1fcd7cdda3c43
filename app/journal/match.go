package journal

import (
	"context"

	"umbra/app/db"
	"umbra/app/fault"
)

// Match is an If-Match condition: the revisions that the caller accepts.
// A nil Match is no condition.
type Match []int64

// Check answers Stale when a record's revision is none of those accepted.
func (m Match) Check(rev int64) error {
	if m == nil {
		return nil
	}
	for _, r := range m {
		if r == rev {
			return nil
		}
	}
	return fault.New(fault.Stale, "changed", "It was changed in the meantime. Read it again and repeat your change.")
}

// Untouched says whether nobody has edited a record of a user's since one of its
// revisions: all that changed it then follows from the deletion of others that it
// referred to. Where the journal does not reach back so far it says no.
func (j *Journal) Untouched(ctx context.Context, userID int64, of Record, since int64) (bool, error) {
	untouched, _, err := db.One(ctx, j.db, db.Value[bool], `SELECT EXISTS (
    SELECT 1 FROM journal WHERE user_id = $1 AND kind = $2 AND record_id = $3 AND seq = $4
) AND NOT EXISTS (
    SELECT 1 FROM journal WHERE user_id = $1 AND kind = $2 AND record_id = $3 AND seq > $4 AND (cause = '' OR operation <> $5)
) FROM journal_heads WHERE user_id = $1 AND pruned < $4`, userID, of.Kind, of.ID, since, Update)
	return untouched, err
}
