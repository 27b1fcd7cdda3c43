// Package page is how long lists are read: a limit and an opaque cursor that
// names the last row seen (keyset pages), never an offset.
package page

import (
	"encoding/base64"
	"encoding/json"
	"hash/crc32"

	"umbra/app/fault"
)

// Limits of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Request asks for one page.
type Request struct {
	Limit  int    // 0 means DefaultLimit; the edges refuse more than MaxLimit
	Cursor string // as the last page gave it; empty for the first
}

// Size is the limit to use.
func (r Request) Size() int {
	if r.Limit <= 0 {
		return DefaultLimit
	}
	return min(r.Limit, MaxLimit)
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	Next  string // cursor of the next page; empty on the last
}

// Key is where a page ended: the sort it was read with, the last row's values
// in that order, and its id.
type Key struct {
	Sort   string   `json:"s"`
	Values []string `json:"v,omitempty"`
	ID     int64    `json:"i"`
}

// Encode makes the opaque text of a cursor. The checksum tells a damaged one
// from a real one; a cursor is no secret and grants nothing.
func (k Key) Encode() string {
	body, err := json.Marshal(k)
	if err != nil {
		return ""
	}
	sum := crc32.ChecksumIEEE(body)
	return base64.RawURLEncoding.EncodeToString(append([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}, body...))
}

// Decode reads a cursor that was made for the same sort with n values.
// An empty cursor gives nil: the first page.
func Decode(cursor, sort string, n int) (*Key, error) {
	if cursor == "" {
		return nil, nil
	}
	bad := fault.BadField("cursor", "format", "is not a cursor of this list; leave it out to start from the beginning")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < 5 {
		return nil, bad
	}
	sum := uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3])
	if crc32.ChecksumIEEE(raw[4:]) != sum {
		return nil, bad
	}
	var k Key
	if json.Unmarshal(raw[4:], &k) != nil || k.Sort != sort || len(k.Values) != n {
		return nil, bad
	}
	return &k, nil
}

// Cut makes a page from rows read with limit+1: the extra row only tells that
// there is more.
func Cut[T any](rows []T, limit int, key func(T) Key) Page[T] {
	if len(rows) <= limit {
		if rows == nil {
			rows = []T{}
		}
		return Page[T]{Items: rows}
	}
	rows = rows[:limit]
	return Page[T]{Items: rows, Next: key(rows[limit-1]).Encode()}
}
