package dav

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"strings"

	"umbra/app/resource"
)

func bufioOf(w io.Writer) *bufio.Writer { return bufio.NewWriter(w) }

// token is what a client remembers of a sync: the journal's epoch and number. In
// the middle of a first sync it says how far that has come, too.
type token struct {
	epoch string
	since int64
	first int64 // the revision that the first sync has come to; 0 when it is over
	going bool
}

const tokenPrefix = "https://umbra.invalid/sync/" //nolint:gosec // no credentials: a URI, as RFC 6578 wants

func (t token) String() string {
	s := tokenPrefix + t.epoch + "/" + strconv.FormatInt(t.since, 10)
	if t.going {
		s += "/" + strconv.FormatInt(t.first, 10)
	}
	return s
}

func parseToken(s string) (t token, ok bool) {
	rest, ok := strings.CutPrefix(s, tokenPrefix)
	parts := strings.Split(rest, "/")
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return t, false
	}
	t.epoch = parts[0]
	var err error
	if t.since, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return t, false
	}
	if len(parts) == 3 {
		t.going = true
		t.first, err = strconv.ParseInt(parts[2], 10, 64)
	}
	return t, err == nil
}

// maxSync is how many resources one answer names; the client asks again.
const maxSync = 10_000

// limit reads how many a client wants at most.
func limit(body *element, space string) int {
	n, err := strconv.Atoi(body.kid(space, "limit").kid(space, "nresults").trimmed())
	if err != nil || n < 1 {
		return maxSync
	}
	return min(n, maxSync)
}

// sync answers what changed in a collection since a token (RFC 6578). Without one
// it answers every member, and goes on where an answer ends.
func (q *request) sync(body *element) error {
	depth, err := q.depth(0)
	if err != nil {
		return err
	}
	if depth == 2 {
		return refusal{status: http.StatusBadRequest, text: "The Depth of a sync-collection is 0 or 1."}
	}
	// Where the journal stands is read first: what is written meanwhile comes again
	// with the next sync.
	head, err := q.journalHead(q.caller())
	if err != nil {
		return err
	}
	w := want(body)
	n := limit(body, nsDAV)
	text := body.kid(nsDAV, "sync-token").trimmed()
	at := token{epoch: head.Epoch, since: head.Seq, going: true}
	if text != "" {
		var ok bool
		if at, ok = parseToken(text); !ok || at.epoch != head.Epoch || at.since+1 < head.Oldest || at.since > head.Seq {
			return broken("<D:valid-sync-token/>", "The sync token is not known any more: start over.")
		}
	}
	if at.going {
		return q.syncFirst(at, w, n)
	}
	changes, err := q.Resources.Changes(q.ctx, q.caller().UserID, q.at.col, at.since, head.Seq, n+1)
	if err != nil {
		return err
	}
	next := token{epoch: head.Epoch, since: head.Seq}
	more := len(changes) > n
	if more {
		changes = changes[:n]
		next.since = changes[n-1].Seq
	}
	return q.multistatus(func(s *stream) error {
		if err := q.changes(s, changes, w); err != nil {
			return err
		}
		q.syncEnd(s, next, more)
		return nil
	})
}

// syncEnd writes the token, and that there is more where there is.
func (q *request) syncEnd(s *stream, t token, more bool) {
	if more {
		s.status(q.self(), status507, "<D:number-of-matches-within-limits/>")
	}
	s.str("<D:sync-token>", t.String(), "</D:sync-token>\n")
}

// changes answers resources that changed, and those that are gone.
func (q *request) changes(s *stream, list []resource.Change, w wish) error {
	live := make(map[string]bool, len(list))
	ids := map[string][]int64{}
	for _, c := range list {
		if !c.Gone {
			live[c.Name] = true
			ids[c.Kind] = append(ids[c.Kind], c.ID)
		}
	}
	for _, kind := range q.at.col.Kinds() {
		items, err := q.Resources.ByIDs(q.ctx, q.caller().UserID, q.at.col, kind, ids[kind])
		if err != nil {
			return err
		}
		if err := q.items(s, items, w); err != nil {
			return err
		}
	}
	for _, c := range list {
		if c.Gone && !live[c.Name] { // its address may be another's by now
			live[c.Name] = true
			if _, there, err := q.Resources.Find(q.ctx, q.caller().UserID, q.at.col, c.Name); err != nil {
				return err
			} else if there {
				continue
			}
			s.status(q.itemHref(q.at.col, c.Name), status404, "")
		}
	}
	return nil
}

// syncFirst answers members by their revision. One that changes meanwhile comes
// again at the end; one that goes is found in the journal then.
func (q *request) syncFirst(at token, w wish, n int) error {
	c := q.at.col
	return q.multistatus(func(s *stream) error {
		left := n
		for {
			size := min(left+1, 1000)
			items, err := q.Resources.ByRev(q.ctx, q.caller().UserID, c, at.first, size)
			if err != nil {
				return err
			}
			done := len(items) < size
			if len(items) > left {
				items = items[:left]
			}
			if len(items) > 0 {
				at.first = items[len(items)-1].Rev
				left -= len(items)
				if err := q.items(s, items, w); err != nil {
					return err
				}
			}
			if done {
				// What went, or came from elsewhere, while the pages were read is told by the
				// journal the next time.
				q.syncEnd(s, token{epoch: at.epoch, since: at.since}, false)
				return nil
			}
			if left == 0 {
				q.syncEnd(s, at, true)
				return nil
			}
		}
	})
}

// syncHome answers the collections of a home: those that are there, whenever
// anything has changed, and those that were deleted since. What others share
// changes by journals of theirs: it is answered each time.
func (q *request) syncHome(body *element) error {
	head, err := q.journalHead(q.guest.Caller)
	if err != nil {
		return err
	}
	w := want(body)
	text := body.kid(nsDAV, "sync-token").trimmed()
	at := token{epoch: head.Epoch, since: -1}
	if text != "" {
		var ok bool
		if at, ok = parseToken(text); !ok || at.epoch != head.Epoch || at.since+1 < head.Oldest || at.since > head.Seq {
			return broken("<D:valid-sync-token/>", "The sync token is not known any more: start over.")
		}
	}
	var gone []string
	if at.since >= 0 {
		if gone, err = q.Resources.GoneCollections(q.ctx, q.guest.UserID, at.since); err != nil {
			return err
		}
	}
	return q.multistatus(func(s *stream) error {
		for i := range q.cols {
			c := &q.cols[i]
			if c.Kind == resource.Home || c.Kind == resource.People || at.since >= head.Seq && !c.Shared() {
				continue
			}
			if err := q.answer(s, &subject{kind: atCollection, col: c, href: q.href(c)}, w); err != nil {
				return err
			}
		}
		for _, n := range gone {
			s.status(q.home()+segment(n)+"/", status404, "")
		}
		q.syncEnd(s, token{epoch: head.Epoch, since: head.Seq}, false)
		return nil
	})
}
