// Package order keeps records in an order that a person chose: each has a
// position, with gaps between, so that one can be put between two others by
// writing it alone.
//
// Its tables have user_id, id and position, with an index on the three.
package order

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"umbra/app/db"
	"umbra/app/fault"
)

// Max is the largest position, and -Max the smallest: integers that JSON
// carries everywhere unharmed.
const Max = 1<<53 - 1

// Gap is what is left between records where there is room: sixteen can be put
// one after another into the same place before others must move.
const Gap = 1 << 16

// Spot is a place beside another record.
type Spot struct {
	After  *int64 `json:"after,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Number of the record to come right after; send this or before." example:"41"`
	Before *int64 `json:"before,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Number of the record to come right before; send this or after."`
}

// Placed is a record with a position to write.
type Placed struct{ ID, Position int64 }

// Last is the position of a new record of the user's: behind all others, and
// no smaller than least.
func Last(ctx context.Context, d *db.DB, table string, userID, least int64) (int64, error) {
	last, found, err := db.One(ctx, d, db.Value[int64], "SELECT position FROM "+table+" WHERE user_id = $1 ORDER BY position DESC, id DESC LIMIT 1", userID)
	if err != nil || !found {
		return least, err
	}
	return min(max(least, last+Gap), Max), nil // at the end of all numbers ids go on counting
}

// reaches are how many neighbours on each side are looked at, while those
// before left no room. The last bounds what one call may move.
var reaches = []int{1, 8, 64, 512}

// roomy is the least distance that moving neighbours must bring, so that it is
// not needed again soon.
const roomy = 64

// Move says which positions to write for a record to come to a spot: its own,
// and those of as few neighbours as make room. None where it is there already.
// Invalid without a spot beside another record of the user's; Conflict where too
// many records share one position.
func Move(ctx context.Context, d *db.DB, table string, now Placed, userID int64, to Spot) ([]Placed, error) {
	field, anchor, err := to.anchor(now.ID)
	if err != nil {
		return nil, err
	}
	at, found, err := db.One(ctx, d, scan, "SELECT id, position FROM "+table+" WHERE user_id = $1 AND id = $2", userID, anchor)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fault.BadField(field, "reference", "there is no such record")
	}
	for i, reach := range reaches {
		low, err := beside(ctx, d, table, userID, now.ID, at, false, field == "after", reach)
		if err != nil {
			return nil, err
		}
		high, err := beside(ctx, d, table, userID, now.ID, at, true, field == "before", reach)
		if err != nil {
			return nil, err
		}
		least := int64(roomy)
		if i == 0 || i == len(reaches)-1 {
			least = 1
		}
		if moved, ok := spread(low, high, now, reach, least); ok {
			return moved, nil
		}
	}
	return nil, fault.New(fault.Conflict, "no_room", "Too many records share one position there. Set the position of some of them first.")
}

// Place makes what Move says: it reads each record that moves, gives it its
// position and writes it. It answers the record as it is then.
func Place[T any](ctx context.Context, d *db.DB, table string, now Placed, userID int64, to Spot, record T,
	write func(ctx context.Context, p Placed) (T, error)) (T, error) {
	moved, err := Move(ctx, d, table, now, userID, to)
	if err != nil {
		return record, err
	}
	for _, p := range moved {
		written, err := write(ctx, p)
		if err != nil {
			return record, err
		}
		if p.ID == now.ID {
			record = written
		}
	}
	return record, nil
}

func (to Spot) anchor(id int64) (field string, anchor int64, err error) {
	switch {
	case to.After != nil && to.Before != nil:
		return "", 0, fault.BadField("before", "conflict", "cannot go with after; send one of both")
	case to.After != nil:
		field, anchor = "after", *to.After
	case to.Before != nil:
		field, anchor = "before", *to.Before
	default:
		return "", 0, fault.BadField("after", "required", "must be given, or before")
	}
	if anchor == id {
		return "", 0, fault.BadField(field, "conflict", "must be another record")
	}
	return field, anchor, nil
}

func scan(s db.Scanner) (p Placed, err error) { return p, s.Scan(&p.ID, &p.Position) }

// beside reads the nearest neighbours of a place on one side, nearest first,
// at most reach and never the record itself; the anchor among them where it
// lies on that side.
func beside(ctx context.Context, d *db.DB, table string, userID, self int64, anchor Placed, higher, with bool, reach int) ([]Placed, error) {
	than, dir := "<", " DESC"
	if higher {
		than, dir = ">", ""
	}
	out, err := db.Query(ctx, d, scan, "SELECT id, position FROM "+table+" WHERE user_id = $1 AND (position, id) "+than+" ($2, $3) ORDER BY position"+dir+", id"+dir+
		" LIMIT "+strconv.Itoa(reach+1), userID, anchor.Position, anchor.ID)
	if with {
		out = slices.Insert(out, 0, anchor)
	}
	out = slices.DeleteFunc(out, func(p Placed) bool { return p.ID == self })
	return out[:min(len(out), reach)], err
}

// spread lays a record and its neighbours out evenly. Where a side was read
// full, its outermost stays: the fence. ok is false where the distance would be
// less than least.
func spread(low, high []Placed, now Placed, reach int, least int64) (moved []Placed, ok bool) {
	from, to := int64(-Max-1), int64(Max+1)
	fenced, ceiled := len(low) == reach, len(high) == reach
	if fenced {
		from, low = low[reach-1].Position, low[:reach-1]
	}
	if ceiled {
		to, high = high[reach-1].Position, high[:reach-1]
	}
	if reach == 1 && from < now.Position && now.Position < to {
		return nil, true // it lies there already
	}
	row := slices.Clone(low)
	slices.Reverse(row)
	row = append(append(row, now), high...)
	n := int64(len(row)) + 1
	switch {
	case fenced && !ceiled:
		to = min(to, from+Gap*n)
	case ceiled && !fenced:
		from = max(from, to-Gap*n)
	case !fenced && !ceiled: // all there are: about where they lie
		first := slices.MinFunc(row, func(a, b Placed) int { return cmp.Compare(a.Position, b.Position) })
		from = min(max(from, first.Position-Gap), to-Gap*n)
		to = from + Gap*n
	}
	step := (to - from) / n
	if step < least {
		return nil, false
	}
	for i, p := range row {
		if at := from + step*int64(i+1); at != p.Position {
			moved = append(moved, Placed{p.ID, at})
		}
	}
	return moved, true
}
