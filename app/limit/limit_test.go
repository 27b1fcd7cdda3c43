package limit

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)

func TestAKeyHasItsShare(t *testing.T) {
	r := NewRate(3, time.Minute)
	for i := range 3 {
		if wait := r.Take("a", noon); wait != 0 {
			t.Errorf("the %d. waits %v", i+1, wait)
		}
	}
	if wait := r.Take("a", noon); wait != 20*time.Second {
		t.Errorf("one more waits %v", wait)
	}
	if r.Wait("a", noon) != 20*time.Second || r.Wait("b", noon) != 0 || r.Take("b", noon) != 0 {
		t.Error("asking takes something, or keys share")
	}
	later := noon.Add(20 * time.Second)
	if r.Take("a", later) != 0 || r.Take("a", later) == 0 {
		t.Error("a third of the window gives back one of three")
	}
	muchLater := noon.Add(time.Hour)
	for range 3 {
		if r.Take("a", muchLater) != 0 {
			t.Error("rest gives back the whole share")
		}
	}
	if r.Take("a", muchLater) == 0 {
		t.Error("and no more than that")
	}
}

func TestAClockSetBackShutsNobodyOut(t *testing.T) {
	r := NewRate(1, time.Minute)
	r.Take("a", noon.Add(24*time.Hour))
	if wait := r.Take("a", noon); wait != 0 {
		t.Errorf("waits %v", wait)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	r := NewRate(2, time.Minute)
	for i := range maxKeys + 10 {
		r.Take(fmt.Sprint(i), noon)
	}
	if n := len(r.full); n > maxKeys {
		t.Errorf("%d keys are kept", n)
	}
	for i := range maxKeys {
		r.Take(fmt.Sprint("later", i), noon.Add(time.Hour))
	}
	if n := len(r.full); n > maxKeys {
		t.Errorf("%d keys are kept", n)
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:0:1:ffff::9": "2001:db8:0:1::/64",
		"fe80::1%eth0": "fe80::/64", "": "", "nonsense": "nonsense"} {
		if got := Address(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
