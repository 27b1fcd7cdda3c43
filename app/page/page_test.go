package page_test

import (
	"testing"

	"umbra/app/fault"
	"umbra/app/page"
)

func TestCursorRoundTrip(t *testing.T) {
	k := page.Key{Sort: "-due_date", Values: []string{"2025-01-31T10:00", "ü"}, ID: 1 << 60}
	got, err := page.Decode(k.Encode(), "-due_date", 2)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != k.ID || got.Values[1] != "ü" {
		t.Errorf("got %+v", got)
	}
	if got, err := page.Decode("", "x", 0); got != nil || err != nil {
		t.Error("an empty cursor is the first page")
	}
}

func TestDamagedCursorsAreRefused(t *testing.T) {
	good := page.Key{Sort: "id", ID: 7}.Encode()
	for _, bad := range []string{"x", "!!!!", good[:len(good)-1], "A" + good[1:], good + "A", good + "=="} {
		if _, err := page.Decode(bad, "id", 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := page.Decode(good, "title", 0); !fault.Is(err, fault.Invalid) {
		t.Error("a cursor of another sort was taken")
	}
	if _, err := page.Decode(good, "id", 1); !fault.Is(err, fault.Invalid) {
		t.Error("a cursor with another number of values was taken")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(page.Key{Sort: "id", ID: 7}.Encode())
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := page.Decode(s, "id", 0)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("not an Invalid fault: %v", err)
		}
		if k != nil && (k.Sort != "id" || len(k.Values) != 0) {
			t.Errorf("%+v", k)
		}
	})
}

func TestCut(t *testing.T) {
	key := func(n int) page.Key { return page.Key{Sort: "id", ID: int64(n)} }
	p := page.Cut([]int{1, 2, 3}, 2, key)
	if len(p.Items) != 2 || p.Next != (page.Key{Sort: "id", ID: 2}).Encode() {
		t.Errorf("%+v", p)
	}
	if p := page.Cut([]int{1, 2}, 2, key); p.Next != "" {
		t.Error("the last page names a next one")
	}
	if p := page.Cut[int](nil, 2, key); p.Items == nil {
		t.Error("an empty page must be an empty list, not nil")
	}
}
