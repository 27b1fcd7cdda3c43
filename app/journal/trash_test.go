package journal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/todo"
)

const day = 24 * time.Hour

func (h house) trash(t *testing.T) []journal.Trashed {
	t.Helper()
	p, err := h.Trash(t.Context(), h.ann, page.Request{})
	must(t, err)
	return p.Items
}

// journalText is all that the journal and the trash hold, as text.
func (h house) journalText(t *testing.T) string {
	t.Helper()
	rows, err := db.Query(t.Context(), h.db, db.Value[string],
		"SELECT title || ' ' || COALESCE(image, '') || ' ' || cause || ' ' || dav_name || ' ' || collection FROM journal")
	must(t, err)
	trashed, err := db.Query(t.Context(), h.db, db.Value[string], "SELECT title FROM trash")
	must(t, err)
	return strings.Join(append(rows, trashed...), "\n")
}

func TestRestoringAPlaceRestoresWhatNamedIt(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		p := h.place(t, "Mill")
		var ids []int64
		for _, title := range []string{"a", "b", "touched since"} {
			ids = append(ids, h.todo(t, todo.Update{Title: opt.Some(title), LocationID: opt.Some(p.ID)}).ID)
		}
		must(t, h.locations.Delete(ctx, h.ann, p.ID, nil))
		if trash := h.trash(t); len(trash) != 1 || trash[0].Kind != location.KindName || trash[0].Title != "Mill" || !trash[0].PurgedAt.Equal(h.clock.Now().Add(30*day)) {
			t.Errorf("%+v", trash)
		}
		for _, id := range ids {
			if got, err := h.todos.Find(ctx, h.ann, id); err != nil || got.LocationID != nil {
				t.Errorf("%+v, %v", got, err)
			}
		}
		_, err := h.todos.Update(ctx, h.ann, ids[2], nil, titled("mine now"))
		must(t, err)
		if err := h.Untrash(ctx, h.bob, location.KindName, p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("Bob restores Ann's: %v", err)
		}
		must(t, h.Untrash(ctx, h.ann, location.KindName, p.ID))
		if got, err := h.locations.Find(ctx, h.ann, p.ID); err != nil || got.UID != p.UID || got.Name != "Mill" {
			t.Errorf("%+v, %v", got, err)
		}
		for i, id := range ids {
			got, err := h.todos.Find(ctx, h.ann, id)
			if back := got.LocationID != nil && *got.LocationID == p.ID; err != nil || back != (i < 2) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		if got, _ := h.todos.Find(ctx, h.ann, ids[2]); got.Title != "mine now" {
			t.Errorf("what was touched since was overwritten: %+v", got)
		}
		if n, err := h.CountTrash(ctx, h.ann); n != 0 || err != nil {
			t.Errorf("%d left in the trash, %v", n, err)
		}
		if err := h.Untrash(ctx, h.ann, location.KindName, p.ID); code(err) != "not_in_trash" {
			t.Errorf("restored twice: %v", err)
		}
	})
}

func TestPurgedIsNowhereAnyMore(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		x := h.todo(t, todo.Update{Title: opt.Some("xyzzy title"), Description: opt.Some("xyzzy text")})
		part := h.todo(t, todo.Update{Title: opt.Some("xyzzy part"), ParentID: opt.Some(x.ID)})
		kept := h.todo(t, titled("plugh"))
		_, err := h.todos.Update(ctx, h.ann, x.ID, nil, titled("xyzzy again"))
		must(t, err)
		changed := h.newest(t)
		must(t, h.todos.Delete(ctx, h.ann, x.ID, nil))
		deleted := h.newest(t)
		must(t, h.todos.Delete(ctx, h.ann, kept.ID, nil))
		if !strings.Contains(h.journalText(t), "xyzzy") {
			t.Fatal("the test looks in the wrong place")
		}
		if err := h.Purge(ctx, h.bob, todo.KindName, x.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("Bob purges Ann's: %v", err)
		}
		must(t, h.Purge(ctx, h.ann, todo.KindName, x.ID))
		if text := h.journalText(t); strings.Contains(text, "xyzzy") || !strings.Contains(text, "plugh") {
			t.Errorf("after the purge:\n%s", text)
		}
		if _, err := h.Undo(ctx, h.ann, deleted.ID); code(err) != "purged" {
			t.Errorf("undo of the deletion: %v", err)
		}
		if _, err := h.Undo(ctx, h.ann, changed.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("undo of the change before: %v", err)
		}
		for _, id := range []int64{x.ID, part.ID} {
			if err := h.Untrash(ctx, h.ann, todo.KindName, id); code(err) != "not_in_trash" {
				t.Errorf("restore of %d: %v", id, err)
			}
		}
		if err := h.Purge(ctx, h.ann, todo.KindName, x.ID); code(err) != "not_in_trash" {
			t.Errorf("purged twice: %v", err)
		}
		if trash := h.trash(t); len(trash) != 1 || trash[0].ID != kept.ID {
			t.Errorf("%+v", trash)
		}
		if n, err := h.Empty(ctx, h.bob); n != 0 || err != nil {
			t.Errorf("Bob emptied %d, %v", n, err)
		}
		if n, err := h.Empty(ctx, h.ann); n != 1 || err != nil || strings.Contains(h.journalText(t), "plugh") {
			t.Errorf("emptied %d, %v:\n%s", n, err, h.journalText(t))
		}
	})
}

func TestExpiry(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		x := h.todo(t, titled("xyzzy"))
		old := h.todo(t, titled("old"))
		h.clock.Advance(60 * day)
		must(t, h.todos.Delete(ctx, h.ann, x.ID, nil))
		h.clock.Advance(30 * day)
		must(t, h.Expire(ctx)) // to the microsecond: neither has been kept for longer than it should
		if trash := h.trash(t); len(trash) != 1 {
			t.Errorf("after 30 days: %+v", trash)
		}
		if n, err := h.CountSets(ctx, h.ann); n != 3 || err != nil {
			t.Errorf("after 90 days: %d sets, %v", n, err)
		}
		h.clock.Advance(time.Microsecond)
		must(t, h.Expire(ctx))
		if trash := h.trash(t); len(trash) != 0 || strings.Contains(h.journalText(t), "xyzzy") {
			t.Errorf("after 30 days and a moment: %+v\n%s", trash, h.journalText(t))
		}
		if n, err := h.CountSets(ctx, h.ann); n != 1 || err != nil {
			t.Errorf("after 90 days and a moment: %d sets, %v", n, err)
		}
		head, err := h.Head(ctx, h.ann.UserID)
		if err != nil || head.Oldest != head.Seq {
			t.Errorf("%+v, %v", head, err)
		}
		if got, err := h.todos.Find(ctx, h.ann, old.ID); err != nil || got.Title != "old" {
			t.Errorf("a record went with its history: %+v, %v", got, err)
		}
		h.clock.Advance(90*day + time.Microsecond)
		must(t, h.Expire(ctx))
		if head, err := h.Head(ctx, h.ann.UserID); err != nil || head.Oldest != head.Seq+1 {
			t.Errorf("%+v, %v", head, err)
		}
	})
}

func TestPruningLeavesWhatTheTrashNeeds(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		x := h.todo(t, titled("x"))
		must(t, h.todos.Delete(ctx, h.ann, x.ID, nil))
		h.clock.Advance(day)
		if n, err := h.Prune(ctx, h.clock.Now()); n != 1 || err != nil {
			t.Errorf("pruned %d, %v", n, err)
		}
		must(t, h.Untrash(ctx, h.ann, todo.KindName, x.ID))
		if got, err := h.todos.Find(ctx, h.ann, x.ID); err != nil || got.Title != "x" {
			t.Errorf("%+v, %v", got, err)
		}
		if n, err := h.Total(ctx, h.ann.UserID, todo.KindName); n != 1 || err != nil {
			t.Errorf("%d counted, %v", n, err)
		}
	})
}

// A clock that was ahead for a while, and was set back, must not keep what came
// after from going; what it marked itself goes when that time has come.
func TestExpiryAfterAClockThatWasAhead(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		before := h.todo(t, titled("before"))
		must(t, h.todos.Delete(ctx, h.ann, before.ID, nil))
		h.clock.Advance(1000 * day)
		ahead := h.todo(t, titled("ahead"))
		must(t, h.todos.Delete(ctx, h.ann, ahead.ID, nil))
		h.clock.Advance(-1000 * day)
		after := h.todo(t, titled("after"))
		must(t, h.todos.Delete(ctx, h.ann, after.ID, nil))
		h.clock.Advance(91 * day)
		h.todo(t, titled("today"))
		must(t, h.Expire(ctx))
		if trash := h.trash(t); len(trash) != 1 || trash[0].Title != "ahead" {
			t.Errorf("the trash holds %+v", trash)
		}
		if left := h.journalText(t); strings.Contains(left, "before") || strings.Contains(left, "after") || !strings.Contains(left, "ahead") || !strings.Contains(left, "today") {
			t.Errorf("the journal holds\n%s", left)
		}
		h.clock.Advance(1000 * day)
		must(t, h.Expire(ctx))
		if trash := h.trash(t); len(trash) != 0 {
			t.Errorf("later, the trash holds %+v", trash)
		}
	})
}

func TestNeitherExpiryNorHistoryScans(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	todos := todo.New(d, j, k)
	ann := journaltest.User(t, d, j, "ann", "UTC")
	x, err := todos.Create(t.Context(), ann, titled("x"))
	must(t, err)
	must(t, todos.Delete(t.Context(), ann, x.ID, nil))
	for _, do := range []func(ctx context.Context) error{
		func(ctx context.Context) error { _, err := j.History(ctx, ann, page.Request{}); return err },
		func(ctx context.Context) error {
			_, err := j.HistoryOf(ctx, ann, journal.Record{Kind: todo.KindName, ID: x.ID}, page.Request{})
			return err
		},
		func(ctx context.Context) error { _, err := j.Prune(ctx, k.Now()); return err },
	} {
		dbtest.NoScan(t, d, do)
	}
}
