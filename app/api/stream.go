package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"umbra/app/caller"
	"umbra/app/journal"
	"umbra/app/share"
)

// stream follows the journals that a user sees, their own and those of who shares
// with them, and writes events; after the first failure it writes no more.
type stream struct {
	w        http.ResponseWriter
	out      *http.ResponseController
	journal  *journal.Journal
	now      func() time.Time
	patience time.Duration // for one write
	err      error

	caller caller.Caller
	at     vector
	signal <-chan struct{}
	stop   func()
}

// watch is signalled from now on by whatever the caller sees.
func (s *stream) watch(c caller.Caller) {
	s.caller = c
	users := []int64{c.UserID}
	for _, sh := range shared(c) {
		if !slices.Contains(users, sh.Owner.ID) {
			users = append(users, sh.Owner.ID)
		}
	}
	before := s.stop
	s.signal, s.stop = s.journal.Listen(users...)
	if before != nil {
		before()
	}
}

func shared(c caller.Caller) []caller.Share {
	if c.Shared == nil {
		return nil
	}
	return *c.Shared
}

// of is what one owner shares with the caller.
func of(c caller.Caller, owner int64) []caller.Share {
	return slices.DeleteFunc(slices.Clone(shared(c)), func(s caller.Share) bool { return s.Owner.ID != owner })
}

// stand puts the stream where the journals are now, but for those where it stands
// already, and answers from which numbers on they are whole.
func (s *stream) stand(ctx context.Context) (kept map[int64]int64, err error) {
	now, kept := vector{digest: digestOf(shared(s.caller))}, map[int64]int64{}
	users := []int64{s.caller.UserID}
	for _, sh := range shared(s.caller) {
		if !slices.Contains(users, sh.Owner.ID) {
			users = append(users, sh.Owner.ID)
		}
	}
	for _, user := range users {
		p, known := s.at.of(user)
		if !known {
			head, err := s.journal.Head(ctx, user)
			if err != nil {
				return nil, err
			}
			p, kept[user] = point{user, head.Epoch, head.Seq}, head.Oldest
		}
		now.points = append(now.points, p)
	}
	s.at = now
	return kept, nil
}

// livePosition is where a stream that this caller begins now would stand.
func (a *API) livePosition(ctx context.Context, c caller.Caller) (string, error) {
	s := &stream{journal: a.Journal, caller: c}
	if _, err := s.stand(ctx); err != nil {
		return "", err
	}
	return s.at.String(), nil
}

// begin says where the stream starts: after the event that the client saw last,
// or, where that cannot be, now.
func (s *stream) begin(last string, kept map[int64]int64) {
	if last == "" {
		s.event("ready", struct{}{})
		return
	}
	was, ok := parseVector(last, s.caller.UserID)
	if !ok || !s.at.follows(was, kept) {
		s.event("reset", struct{}{})
		return
	}
	s.at = was
	s.event("ready", struct{}{})
}

// batch is what was read of the journals, and not sent yet.
type batch struct {
	entries []journal.Entry
	upTo    []int64 // for each point; 0 where nothing was read
	full    bool    // there may be more
}

// read reads what is new.
func (s *stream) read(ctx context.Context) (b batch, err error) {
	for i, p := range s.at.points {
		var entries []journal.Entry
		var last int64
		if i == 0 {
			if entries, err = s.journal.Since(ctx, p.user, p.seq, liveBatch); len(entries) > 0 {
				last = entries[len(entries)-1].Seq
			}
			b.full = b.full || len(entries) == liveBatch
		} else {
			entries, last, err = s.journal.SinceIn(ctx, p.user, p.seq, liveBatch, of(s.caller, p.user))
			b.full = b.full || last > 0 // it may be only what is not shown
		}
		if err != nil {
			return b, err
		}
		b.entries, b.upTo = append(b.entries, entries...), append(b.upTo, last)
	}
	return b, nil
}

// send sends a batch and stands behind it.
func (s *stream) send(b batch) {
	for _, e := range b.entries {
		owner := e.OwnerID
		if owner == 0 {
			owner = s.caller.UserID
		}
		s.at.move(owner, e.Seq)
		s.event("change", e)
	}
	for i, seq := range b.upTo {
		s.at.move(s.at.points[i].user, seq)
	}
}

// differs says whether something was shared with the caller, or taken back.
func (s *stream) differs(c caller.Caller) bool { return digestOf(shared(c)) != s.at.digest }

// share tells what is shared now, or no more, and goes on with that.
func (s *stream) share(ctx context.Context, c caller.Caller) error {
	was := shared(s.caller)
	s.watch(c)
	if _, err := s.stand(ctx); err != nil {
		return err
	}
	tell := func(sh caller.Share, op string) {
		s.event("change", journal.Entry{At: s.now().UTC(), Source: caller.System, Kind: share.KindName, ID: sh.ID, Op: op, OwnerID: sh.Owner.ID})
	}
	for _, old := range was {
		if !slices.ContainsFunc(shared(c), func(n caller.Share) bool { return n.ID == old.ID }) {
			tell(old, journal.Delete)
		}
	}
	for _, n := range shared(c) {
		i := slices.IndexFunc(was, func(old caller.Share) bool { return n.ID == old.ID })
		switch {
		case i < 0:
			tell(n, journal.Create)
		case was[i] != n:
			tell(n, journal.Update)
		}
	}
	return nil
}

func (s *stream) event(name string, data any) {
	b, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	s.write(fmt.Sprintf("event: %s\nid: %s\ndata: %s\n\n", name, s.at, b))
}

func (s *stream) write(text string) {
	if s.err != nil {
		return
	}
	// The server's own deadlines are for requests that end.
	_ = s.out.SetWriteDeadline(time.Now().Add(s.patience))
	if _, s.err = s.w.Write([]byte(text)); s.err == nil {
		s.err = s.out.Flush()
	}
}
