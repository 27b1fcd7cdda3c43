package location_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/page"
)

type house struct {
	*location.Service
	j        *journal.Journal
	clock    *clock.Fake
	ann, bob caller.Caller
	detached *[]string
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) house {
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	h := house{Service: location.New(d, j), j: j, clock: k, detached: &[]string{}}
	j.Add(other{h.detached})
	h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
	h.bob = journaltest.User(t, d, j, "bob", "America/New_York")
	return h
}

// other stands for a kind that refers to places.
type other struct{ detached *[]string }

func (other) Name() string                                                 { return "todo" }
func (other) Table() string                                                { return "todos" }
func (other) Revert(context.Context, *journal.Writer, int64, []byte) error { return nil }
func (o other) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	return func() error {
		there, err := w.Exists(ctx, kind, id)
		*o.detached = append(*o.detached, fmt.Sprintf("%s %d %v", kind, id, there))
		return err
	}
}

func (h house) make(t *testing.T, u location.Update) location.Location {
	t.Helper()
	got, err := h.Create(t.Context(), h.ann, u)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func named(name string) location.Update { return location.Update{Name: opt.Some(name)} }

func TestCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made := h.make(t, location.Update{Name: opt.Some(" Corner Bakery "), Address: opt.Some("12 Mill Lane\nOxford"), Category: opt.Some("food"),
			Latitude: opt.Some(51.752), Longitude: opt.Some(-1.2577), Phone: opt.Some("+44 1865 000000"), Email: opt.Some("hello@bakery.example"),
			Website: opt.Some("https://bakery.example"), Notes: opt.Some("Closed on Mondays."), Favourite: opt.Some(true)})
		got, err := h.Find(t.Context(), h.ann, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != "Corner Bakery" || got.Address != "12 Mill Lane\nOxford" || *got.Latitude != 51.752 || *got.Longitude != -1.2577 ||
			got.Email != "hello@bakery.example" || got.Website != "https://bakery.example" || !got.Favourite || got.UID == "" || got.Rev != made.Rev {
			t.Errorf("%+v", got)
		}
		h.clock.Advance(time.Minute)
		up, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev},
			location.Update{Latitude: opt.Null[float64](), Longitude: opt.Null[float64](), Notes: opt.Null[string]()})
		if err != nil || up.Latitude != nil || up.Longitude != nil || up.Notes != "" || up.Phone != got.Phone || !up.UpdatedAt.After(up.CreatedAt) {
			t.Errorf("%+v, %v", up, err)
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, named("x")); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, journal.Match{made.Rev}); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
		if want := []string{fmt.Sprintf("location %d true", made.ID)}; len(*h.detached) != 1 || (*h.detached)[0] != want[0] {
			t.Errorf("detached %v, want %v", *h.detached, want)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.make(t, named("secret")).ID
		for name, err := range map[string]error{
			"find":   second(h.Find(t.Context(), h.bob, id)),
			"update": second(h.Update(t.Context(), h.bob, id, nil, named("x"))),
			"delete": h.Delete(t.Context(), h.bob, id, nil),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		if p, err := h.List(t.Context(), h.bob, location.Filter{}, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("another user lists %d, %v", len(p.Items), err)
		}
		if n, err := h.Count(t.Context(), h.bob, location.Filter{}); err != nil || n != 0 {
			t.Errorf("another user counts %d, %v", n, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestBadFieldsAreAllNamedAndNothingChanges(t *testing.T) {
	for _, tc := range []struct {
		name string
		u    location.Update
		want string
	}{
		{"everything", location.Update{Name: opt.Some(" "), Address: opt.Some("a\x00"), Category: opt.Some("a\nb"), Latitude: opt.Some(90.1),
			Longitude: opt.Some(-180.5), Phone: opt.Some("1\t2"), Email: opt.Some("bakery"), Website: opt.Some("ftp://x"), Notes: opt.Some("\xff")},
			"name address category latitude longitude phone email website notes"},
		{"not a number", location.Update{Name: opt.Some("x"), Latitude: opt.Some(math.NaN()), Longitude: opt.Some(math.Inf(1))}, "latitude longitude"},
		{"latitude alone", location.Update{Name: opt.Some("x"), Latitude: opt.Some(1.0)}, "longitude"},
		{"longitude alone", location.Update{Name: opt.Some("x"), Longitude: opt.Some(1.0)}, "latitude"},
		{"too long", location.Update{Name: opt.Some(strings.Repeat("x", 501)), Address: opt.Some(strings.Repeat("x", 1001)), Phone: opt.Some(strings.Repeat("1", 101))}, "name address phone"},
		{"no name", location.Update{}, "name"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				_, err := h.Create(t.Context(), h.ann, tc.u)
				var f *fault.Error
				if !errors.As(err, &f) || f.Kind != fault.Invalid {
					t.Fatal(err)
				}
				var got []string
				for _, x := range f.Fields {
					got = append(got, x.Path)
				}
				if strings.Join(got, " ") != tc.want {
					t.Errorf("named %v, want %s", got, tc.want)
				}
				if n, _ := h.Count(t.Context(), h.ann, location.Filter{}); n != 0 {
					t.Errorf("%d places after only bad input", n)
				}
				if p, _ := h.j.History(t.Context(), h.ann, page.Request{}); len(p.Items) != 0 {
					t.Error("bad input left a trace in the history")
				}
			})
		})
	}
}

func TestCornersOfTheWorldAreTaken(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, at := range [][2]float64{{90, 180}, {-90, -180}, {0, 0}, {51.75200000000001, -1.2577000000000003}} {
			made := h.make(t, location.Update{Name: opt.Some("x"), Latitude: opt.Some(at[0]), Longitude: opt.Some(at[1])})
			got, err := h.Find(t.Context(), h.ann, made.ID)
			if err != nil || *got.Latitude != at[0] || *got.Longitude != at[1] {
				t.Errorf("%v came back as %v, %v; %v", at, *got.Latitude, *got.Longitude, err)
			}
		}
	})
}

func TestFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		first := h.make(t, location.Update{Name: opt.Some("Zoo"), Category: opt.Some("fun"), Favourite: opt.Some(true)})
		h.make(t, location.Update{Name: opt.Some("ärztin"), Category: opt.Some("health"), Address: opt.Some("Große Straße 1")})
		h.make(t, location.Update{Name: opt.Some("Bakery"), Category: opt.Some("food"), Notes: opt.Some("100% rye")})
		if _, err := h.Update(t.Context(), h.ann, first.ID, nil, named("zoo")); err != nil {
			t.Fatal(err)
		}
		yes, no := true, false
		for _, tc := range []struct {
			name string
			f    location.Filter
			want string
		}{
			{"by name, folded", location.Filter{}, "ärztin,Bakery,zoo,"},
			{"backwards", location.Filter{Sort: "-name"}, "zoo,Bakery,ärztin,"},
			{"as made", location.Filter{Sort: "created_at"}, "zoo,ärztin,Bakery,"},
			{"last changed", location.Filter{Sort: "-updated_at"}, "zoo,Bakery,ärztin,"},
			{"category", location.Filter{Category: "food"}, "Bakery,"},
			{"favourites", location.Filter{Favourite: &yes}, "zoo,"},
			{"others", location.Filter{Favourite: &no}, "ärztin,Bakery,"},
			{"text, accent-blind", location.Filter{Query: "GROSSE strasse"}, "ärztin,"},
			{"text is literal", location.Filter{Query: "0%"}, "Bakery,"},
			{"both", location.Filter{Query: "a", Favourite: &yes}, ""},
		} {
			p, err := h.List(t.Context(), h.ann, tc.f, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, x := range p.Items {
				got += x.Name + ","
			}
			if got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
			if n, err := h.Count(t.Context(), h.ann, tc.f); err != nil || n != int64(len(p.Items)) {
				t.Errorf("%s: counts %d of %d, %v", tc.name, n, len(p.Items), err)
			}
		}
		if _, err := h.List(t.Context(), h.ann, location.Filter{Sort: "distance"}, page.Request{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an order that is not offered: %v", err)
		}
	})
}

func TestUndoAndTrash(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		undo := func() {
			t.Helper()
			p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		same := func(what string, want location.Location) {
			t.Helper()
			got, err := h.Find(t.Context(), h.ann, want.ID)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if got.Name != want.Name || *got.Latitude != *want.Latitude || got.UID != want.UID || !got.CreatedAt.Equal(want.CreatedAt) || got.Notes != want.Notes {
				t.Errorf("%s: %+v, want %+v", what, got, want)
			}
		}
		made := h.make(t, location.Update{Name: opt.Some("a"), Latitude: opt.Some(1.1), Longitude: opt.Some(2.2), Notes: opt.Some("n")})
		h.clock.Advance(time.Hour)
		if _, err := h.Update(t.Context(), h.ann, made.ID, nil, location.Update{Name: opt.Some("b"), Latitude: opt.Null[float64](), Longitude: opt.Null[float64]()}); err != nil {
			t.Fatal(err)
		}
		undo()
		same("undone update", made)
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		undo()
		same("undone deletion", made)
		undo() // the undo itself: deleted again
		if err := h.j.Untrash(t.Context(), h.ann, location.KindName, made.ID); err != nil {
			t.Fatal(err)
		}
		same("out of the trash", made)
		other := h.make(t, named("new"))
		undo()
		if _, err := h.Find(t.Context(), h.ann, other.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone creation: %v", err)
		}
		if n, err := h.Count(t.Context(), h.ann, location.Filter{}); err != nil || n != 1 {
			t.Errorf("%d places in the end, %v", n, err)
		}
	})
}

func TestListsScanNoTable(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	yes := true
	for _, f := range []location.Filter{{}, {Category: "x"}, {Favourite: &yes}, {Category: "x", Sort: "-name"}, {Favourite: &yes, Sort: "name"},
		{Sort: "created_at"}, {Sort: "-created_at"}, {Sort: "updated_at"}, {Sort: "-updated_at"}} {
		dbtest.NoScan(t, d, func(ctx context.Context) error {
			_, err := h.List(ctx, h.ann, f, page.Request{})
			return err
		})
	}
}
