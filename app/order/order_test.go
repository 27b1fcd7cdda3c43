package order_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/order"
)

// shelf is a table of records of two users, in their order.
type shelf struct {
	t *testing.T
	d *db.DB
}

const ann, bob = 1, 2

func each(t *testing.T, test func(t *testing.T, s shelf)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) { test(t, open(t, e)) })
	}
}

func open(t *testing.T, e db.Engine) shelf {
	t.Helper()
	s := shelf{t, dbtest.OpenBare(t, e)}
	s.exec("CREATE TABLE books (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, position BIGINT NOT NULL)")
	s.exec("CREATE INDEX books_position ON books (user_id, position, id)")
	return s
}

func (s shelf) exec(query string, args ...any) {
	s.t.Helper()
	err := s.d.Tx(s.t.Context(), func(ctx context.Context) error {
		_, err := s.d.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// fill puts books 1, 2, … at positions.
func (s shelf) fill(positions ...int64) {
	s.t.Helper()
	s.exec("DELETE FROM books")
	for i, p := range positions {
		s.exec("INSERT INTO books (id, user_id, position) VALUES ($1, $2, $3)", i+1, ann, p)
	}
}

func (s shelf) ids(user int) []int64 {
	s.t.Helper()
	out, err := db.Query(s.t.Context(), s.d, db.Value[int64], "SELECT id FROM books WHERE user_id = $1 ORDER BY position, id", user)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// move puts one book next to another and says how many positions that wrote.
func (s shelf) move(id int64, to order.Spot) (int, error) {
	s.t.Helper()
	position, _, err := db.One(s.t.Context(), s.d, db.Value[int64], "SELECT position FROM books WHERE id = $1", id)
	if err != nil {
		s.t.Fatal(err)
	}
	moved, err := order.Move(s.t.Context(), s.d, "books", order.Placed{ID: id, Position: position}, ann, to)
	for _, m := range moved {
		if m.Position < -order.Max || m.Position > order.Max {
			s.t.Errorf("%d at %d", m.ID, m.Position)
		}
		s.exec("UPDATE books SET position = $1 WHERE id = $2", m.Position, m.ID)
	}
	return len(moved), err
}

func after(id int64) order.Spot  { return order.Spot{After: &id} }
func before(id int64) order.Spot { return order.Spot{Before: &id} }

func TestMoveWritesFew(t *testing.T) {
	const m = order.Max
	each(t, func(t *testing.T, s shelf) {
		for _, tc := range []struct {
			name      string
			positions []int64
			id        int64
			to        order.Spot
			want      []int64
			most      int
		}{
			{"between", []int64{10, 20, 30}, 3, after(1), []int64{1, 3, 2}, 1},
			{"the same, from the other side", []int64{10, 20, 30}, 3, before(2), []int64{1, 3, 2}, 1},
			{"to the front", []int64{10, 20, 30}, 3, before(1), []int64{3, 1, 2}, 1},
			{"to the end", []int64{10, 20, 30}, 1, after(3), []int64{2, 3, 1}, 1},
			{"where it is", []int64{10, 20, 30}, 2, after(1), []int64{1, 2, 3}, 0},
			{"at the end already", []int64{10, 20, 30}, 3, after(2), []int64{1, 2, 3}, 0},
			{"no gap", []int64{10, 11, 12}, 3, after(1), []int64{1, 3, 2}, 3},
			{"ties", []int64{5, 5, 5, 5, 5}, 5, after(1), []int64{1, 5, 2, 3, 4}, 5},
			{"ties, to the front", []int64{5, 5, 5, 5, 5}, 5, before(1), []int64{5, 1, 2, 3, 4}, 1},
			{"ties, to the end", []int64{5, 5, 5}, 1, after(3), []int64{2, 3, 1}, 1},
			{"at the end of numbers", []int64{m - 2, m - 1, m}, 1, after(3), []int64{2, 3, 1}, 3},
			{"at their beginning", []int64{-m, -m + 1, -m + 2}, 3, before(1), []int64{3, 1, 2}, 3},
			{"all at the end of numbers", []int64{m, m, m}, 1, after(2), []int64{2, 1, 3}, 3},
			{"all at their beginning", []int64{-m, -m, -m}, 3, before(2), []int64{1, 3, 2}, 3},
			{"alone with another", []int64{7, 7}, 1, after(2), []int64{2, 1}, 1},
		} {
			s.fill(tc.positions...)
			n, err := s.move(tc.id, tc.to)
			if got := s.ids(ann); err != nil || !slices.Equal(got, tc.want) || n > tc.most {
				t.Errorf("%s: %v with %d writes, want %v with %d; %v", tc.name, got, n, tc.want, tc.most, err)
			}
		}
	})
}

func TestMoveRefuses(t *testing.T) {
	each(t, func(t *testing.T, s shelf) {
		s.fill(10, 20)
		s.exec("INSERT INTO books (id, user_id, position) VALUES (9, $1, 15)", bob)
		id := int64(1)
		for name, to := range map[string]order.Spot{"nowhere": {}, "two places": {After: &id, Before: &id}, "itself": before(2), "unknown": after(77), "Bob's": after(9)} {
			if n, err := s.move(2, to); !fault.Is(err, fault.Invalid) || n != 0 {
				t.Errorf("%s: %d writes, %v", name, n, err)
			}
		}
		// One call moves no more than so many.
		ties := make([]int64, 2000)
		s.fill(ties...)
		if n, err := s.move(2000, after(1000)); !fault.Is(err, fault.Conflict) || n != 0 {
			t.Errorf("%d writes, %v", n, err)
		}
		if n, err := s.move(2000, after(400)); err != nil || n > 1024 || s.ids(ann)[400] != 2000 {
			t.Errorf("%d writes, %v", n, err)
		}
	})
}

// Whatever is moved where, the order is the one asked for, other records keep
// theirs, and few are written.
func TestMovesKeepTheOrderOfTheRest(t *testing.T) {
	each(t, func(t *testing.T, s shelf) {
		for _, start := range []func(i int) int64{
			func(int) int64 { return 0 },
			func(i int) int64 { return int64(i) },
			func(i int) int64 { return int64(i) * order.Gap },
			func(i int) int64 { return order.Max - int64(i%3) },
		} {
			random := rand.New(rand.NewPCG(1, 2))
			const n = 60
			positions := make([]int64, n)
			for i := range positions {
				positions[i] = start(i)
			}
			s.fill(positions...)
			want, writes := s.ids(ann), 0
			for step := range 150 {
				i, j := random.IntN(n), random.IntN(4) // ever the same places
				id, anchor := want[i], want[j]
				if id == anchor {
					continue
				}
				want = slices.Delete(slices.Clone(want), i, i+1)
				at, to := slices.Index(want, anchor), before(anchor)
				if step%2 == 0 {
					at, to = at+1, after(anchor)
				}
				want = slices.Insert(want, at, id)
				w, err := s.move(id, to)
				writes += w
				if got := s.ids(ann); err != nil || !slices.Equal(got, want) {
					t.Fatalf("step %d, %d to %d: %v\n%v\nwant\n%v", step, id, anchor, err, got, want)
				}
			}
			if writes > 150*5 {
				t.Errorf("%d writes for 150 moves", writes)
			}
		}
	})
}

func TestLastIsBehindAll(t *testing.T) {
	each(t, func(t *testing.T, s shelf) {
		for _, tc := range []struct {
			positions   []int64
			least, want int64
		}{
			{nil, 5, 5}, {[]int64{-3, 7}, 5, 7 + order.Gap}, {[]int64{7}, 1 << 40, 1 << 40},
			{[]int64{order.Max - 1}, 5, order.Max}, {[]int64{order.Max}, 5, order.Max},
		} {
			s.fill(tc.positions...)
			if got, err := order.Last(t.Context(), s.d, "books", ann, tc.least); err != nil || got != tc.want {
				t.Errorf("%v: %d, %v", tc, got, err)
			}
		}
	})
}

func TestMoveReadsByTheIndex(t *testing.T) {
	s := open(t, db.SQLite)
	s.fill(1, 2, 3)
	read := func(ctx context.Context) error {
		if _, err := order.Last(ctx, s.d, "books", ann, 0); err != nil {
			return err
		}
		_, err := order.Move(ctx, s.d, "books", order.Placed{ID: 3, Position: 3}, ann, after(1))
		return err
	}
	for _, p := range dbtest.Plans(t, s.d, read) {
		if !strings.HasPrefix(p.Line, "SEARCH") {
			t.Errorf("%s\n\tin the plan of %s", p.Line, p.Query)
		}
	}
}
