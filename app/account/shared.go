package account

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"umbra/app/caller"
)

// sharedColumn is what others share with the user u, so that it is known by the
// one read that each request costs: a line a share, of words. Names come last and
// hold neither line breaks nor anything else of the kind. The shares of a user who
// is shut out rest. With whom nothing is shared, the tables that it joins are not
// even opened.
const sharedColumn = `CASE WHEN EXISTS (SELECT 1 FROM shares sh_any WHERE sh_any.with_user_id = u.id) THEN COALESCE((SELECT string_agg(CAST(sh.id AS TEXT) || ' ' || CAST(sh.user_id AS TEXT) || ' ' || sh_head.epoch || ' '
    || CASE WHEN sh.calendar_id IS NULL THEN 'project ' || CAST(sh.project_id AS TEXT) ELSE 'calendar ' || CAST(sh.calendar_id AS TEXT) END
    || ' ' || sh.access || ' ' || CASE WHEN sh.visible THEN '1' ELSE '0' END || ' ' || sh.color || ' '
    || COALESCE(NULLIF(sh_set.preferred_name, ''), sh_owner.username), '
')
FROM shares sh JOIN users sh_owner ON sh_owner.id = sh.user_id JOIN settings sh_set ON sh_set.user_id = sh.user_id
    JOIN journal_heads sh_head ON sh_head.user_id = sh.user_id
WHERE sh.with_user_id = u.id AND NOT sh_owner.disabled), '') ELSE '' END`

// readShared reads what sharedColumn answers; nil where nothing is shared.
func readShared(text string) (*[]caller.Share, error) {
	if text == "" {
		return nil, nil
	}
	var out []caller.Share
	for line := range strings.Lines(text) {
		words := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 9)
		if len(words) != 9 {
			return nil, fmt.Errorf("a share of %d words", len(words))
		}
		var ids [3]int64
		for i, at := range []int{0, 1, 4} {
			n, err := strconv.ParseInt(words[at], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("a share's number: %w", err)
			}
			ids[i] = n
		}
		out = append(out, caller.Share{ID: ids[0], Owner: caller.Name{ID: ids[1], Name: words[8]}, Epoch: words[2], Kind: words[3],
			Record: ids[2], Access: words[5], Visible: words[6] == "1", Color: words[7]})
	}
	slices.SortFunc(out, func(a, b caller.Share) int { return cmp.Compare(a.ID, b.ID) })
	return &out, nil
}
