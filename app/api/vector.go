package api

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"umbra/app/caller"
)

// point is where a stream stands in one user's journal.
type point struct {
	user  int64
	epoch string
	seq   int64
}

// vector is where a stream stands in all the journals that a user sees, their own
// first, and what of the others' is shared with them. As an event id it is opaque:
// "4f2a6c1d-17", and, where others share, "4f2a6c1d-17_9f3c…_2-77b0a1c2-5".
type vector struct {
	points []point
	digest string // of the shares; empty for none
}

func (v vector) String() string {
	var b strings.Builder
	for i, p := range v.points {
		switch i {
		case 0:
		case 1:
			fmt.Fprintf(&b, "_%s_%d-", v.digest, p.user)
		default:
			fmt.Fprintf(&b, "_%d-", p.user)
		}
		fmt.Fprintf(&b, "%s-%d", p.epoch, p.seq)
	}
	return b.String()
}

// parseVector reads an event id of a user's.
func parseVector(text string, user int64) (v vector, ok bool) {
	parts := strings.Split(text, "_")
	read := func(user int64, text string) {
		epoch, number, found := strings.Cut(text, "-")
		seq, err := strconv.ParseInt(number, 10, 64)
		v.points = append(v.points, point{user, epoch, seq})
		ok = ok && found && err == nil
	}
	ok = len(parts) != 2
	read(user, parts[0])
	if len(parts) < 3 {
		return v, ok
	}
	v.digest = parts[1]
	for _, part := range parts[2:] {
		id, rest, _ := strings.Cut(part, "-")
		owner, err := strconv.ParseInt(id, 10, 64)
		ok = ok && err == nil
		read(owner, rest)
	}
	return v, ok
}

// follows says whether a stream that stood at was can go on from there, v being
// where the journals are now and kept from which numbers on they are whole.
func (v vector) follows(was vector, kept map[int64]int64) bool {
	if was.digest != v.digest || len(was.points) != len(v.points) {
		return false
	}
	for i, p := range was.points {
		now := v.points[i]
		if p.user != now.user || p.epoch != now.epoch || p.seq > now.seq || p.seq < kept[p.user]-1 {
			return false
		}
	}
	return true
}

func (v vector) of(user int64) (point, bool) {
	for _, p := range v.points {
		if p.user == user {
			return p, true
		}
	}
	return point{}, false
}

// move goes on to a number of a user's journal.
func (v vector) move(user, seq int64) {
	for i := range v.points {
		if v.points[i].user == user {
			v.points[i].seq = max(v.points[i].seq, seq)
		}
	}
}

// digestOf differs where anything differs in what is shared.
func digestOf(shares []caller.Share) string {
	if len(shares) == 0 {
		return ""
	}
	h := fnv.New64a()
	for _, s := range shares {
		fmt.Fprintf(h, "%d %d %s %d %s %s %t %q\n", s.ID, s.Owner.ID, s.Kind, s.Record, s.Access, s.Color, s.Visible, s.Owner.Name)
	}
	return strconv.FormatUint(h.Sum64(), 16)
}
