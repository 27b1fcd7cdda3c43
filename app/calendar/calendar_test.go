package calendar_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/page"
)

// settings stands in for the account's.
type settings struct{ *db.DB }

func (s settings) SetDefaultCalendar(ctx context.Context, w *journal.Writer, id *int64) error {
	_, err := s.Exec(ctx, "UPDATE settings SET default_calendar_id = $1 WHERE user_id = $2", id, w.Caller.UserID)
	return err
}

type house struct {
	*calendar.Service
	j        *journal.Journal
	ann, bob caller.Caller
}

func open(t *testing.T, d *db.DB) house {
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	return house{Service: calendar.New(d, j, settings{d}), j: j,
		ann: journaltest.User(t, d, j, "ann", "Europe/Berlin"), bob: journaltest.User(t, d, j, "bob", "UTC")}
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func (h house) make(t *testing.T, name string) calendar.Calendar {
	t.Helper()
	c, err := h.Create(t.Context(), h.ann, named(name))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func named(name string) calendar.Update { return calendar.Update{Name: opt.Some(name)} }

// defaults names the default calendars: there must be exactly one.
func (h house) defaults(t *testing.T) string {
	t.Helper()
	p, err := h.List(t.Context(), h.ann, calendar.Filter{}, page.Request{})
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, c := range p.Items {
		if c.Default {
			names += c.Name
		}
	}
	return names
}

func TestCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		home := h.make(t, "  Home ")
		if home.Name != "Home" || !home.Visible || !home.Default || home.UID == "" {
			t.Errorf("%+v", home)
		}
		work := h.make(t, "Work")
		up, err := h.Update(t.Context(), h.ann, work.ID, journal.Match{work.Rev}, calendar.Update{Color: opt.Some("#3366cc"), Visible: opt.Some(false)})
		if err != nil || up.Name != "Work" || up.Color != "#3366cc" || up.Visible || up.Default || up.Rev <= work.Rev {
			t.Errorf("%+v, %v", up, err)
		}
		if _, err := h.Update(t.Context(), h.ann, work.ID, journal.Match{work.Rev}, named("x")); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, work.ID, journal.Match{work.Rev}); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, work.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, work.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
	})
}

func TestExactlyOneIsTheDefault(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		first, err := h.CreateDefault(t.Context(), h.ann)
		if err != nil || !first.Default || first.Name != "Personal" {
			t.Fatalf("%+v, %v", first, err)
		}
		u := named("Work")
		u.Default = opt.Some(true)
		work, err := h.Create(t.Context(), h.ann, u)
		if err != nil || !work.Default || h.defaults(t) != "Work" {
			t.Errorf("%+v, %v; default is %s", work, err, h.defaults(t))
		}
		if _, err := h.Update(t.Context(), h.ann, work.ID, nil, calendar.Update{Default: opt.Some(false)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("the default was taken away: %v", err)
		}
		if _, err := h.Update(t.Context(), h.ann, first.ID, nil, calendar.Update{Default: opt.Some(false)}); err != nil {
			t.Errorf("what is not the default cannot be told so: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, work.ID, nil); err != nil || h.defaults(t) != "Personal" {
			t.Errorf("the default did not move: %v; %s", err, h.defaults(t))
		}
		if err := h.Delete(t.Context(), h.ann, first.ID, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last calendar was deleted: %v", err)
		}
	})
}

func TestUndoAndRestore(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		undo := func() error {
			p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
			if err == nil {
				_, err = h.j.Undo(t.Context(), h.ann, p.Items[0].ID)
			}
			return err
		}
		h.make(t, "Home")
		if err := undo(); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last calendar was undone: %v", err)
		}
		work := h.make(t, "Work")
		if _, err := h.Update(t.Context(), h.ann, work.ID, nil, calendar.Update{Name: opt.Some("Job"), Color: opt.Some("#000000")}); err != nil {
			t.Fatal(err)
		}
		if err := undo(); err != nil {
			t.Fatal(err)
		}
		if got, _ := h.Find(t.Context(), h.ann, work.ID); got.Name != "Work" || got.Color != "" || !got.Visible {
			t.Errorf("undone update: %+v", got)
		}
		if err := h.Delete(t.Context(), h.ann, work.ID, nil); err != nil {
			t.Fatal(err)
		}
		if err := h.j.Untrash(t.Context(), h.ann, calendar.KindName, work.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := h.Find(t.Context(), h.ann, work.ID); err != nil || got.UID != work.UID || !got.CreatedAt.Equal(work.CreatedAt) {
			t.Errorf("restored: %+v, %v", got, err)
		}
		play := h.make(t, "Play")
		if err := undo(); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, play.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone creation: %v", err)
		}
	})
}

func TestBadFieldsAreAllNamed(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.Create(t.Context(), h.ann, calendar.Update{Name: opt.Some(" "), Color: opt.Some("red")})
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) != 2 || f.Fields[0].Path != "name" || f.Fields[1].Path != "color" {
			t.Errorf("%+v", err)
		}
		if n, err := h.Count(t.Context(), h.ann, calendar.Filter{}); n != 0 || err != nil {
			t.Errorf("%d calendars after bad input, %v", n, err)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.make(t, "Home").ID
		h.make(t, "Work")
		_, find := h.Find(t.Context(), h.bob, id)
		_, update := h.Update(t.Context(), h.bob, id, nil, named("x"))
		for name, err := range map[string]error{"find": find, "update": update, "delete": h.Delete(t.Context(), h.bob, id, nil)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		if p, err := h.List(t.Context(), h.bob, calendar.Filter{}, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("another user lists %d, %v", len(p.Items), err)
		}
	})
}

func TestFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, name := range []string{"Work", "Größe", "home"} {
			h.make(t, name)
		}
		hidden := h.make(t, "Birthdays")
		if _, err := h.Update(t.Context(), h.ann, hidden.ID, nil, calendar.Update{Visible: opt.Some(false)}); err != nil {
			t.Fatal(err)
		}
		yes := true
		for _, tc := range []struct {
			f    calendar.Filter
			want string
		}{
			{calendar.Filter{}, "Birthdays,Größe,home,Work,"},
			{calendar.Filter{Sort: "-name"}, "Work,home,Größe,Birthdays,"},
			{calendar.Filter{Sort: "-created_at"}, "Birthdays,home,Größe,Work,"},
			{calendar.Filter{Sort: "updated_at"}, "Work,Größe,home,Birthdays,"},
			{calendar.Filter{Visible: &yes}, "Größe,home,Work,"},
			{calendar.Filter{Query: "GROSSE"}, "Größe,"},
		} {
			got := ""
			req := page.Request{Limit: 2}
			for {
				p, err := h.List(t.Context(), h.ann, tc.f, req)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range p.Items {
					got += c.Name + ","
				}
				if req.Cursor = p.Next; p.Next == "" {
					break
				}
			}
			if got != tc.want {
				t.Errorf("%+v: %s, want %s", tc.f, got, tc.want)
			}
		}
		if n, err := h.Count(t.Context(), h.ann, calendar.Filter{Visible: &yes}); n != 3 || err != nil {
			t.Errorf("counts %d, %v", n, err)
		}
	})
}

func TestListsScanNoTable(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := open(t, d)
	for _, sort := range []string{"name", "-created_at", "updated_at"} {
		dbtest.NoScan(t, d, func(ctx context.Context) error {
			_, err := h.List(ctx, h.ann, calendar.Filter{Sort: sort}, page.Request{})
			return err
		})
	}
}
