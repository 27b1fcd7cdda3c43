package journal

import "umbra/app/fault"

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
