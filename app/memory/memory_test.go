package memory_test

import (
	"testing"

	"umbra/app/memory"
)

const mib = 1 << 20

func TestItIsGivenBackOnceTheProgramRests(t *testing.T) {
	for _, c := range []struct {
		name      string
		allocates []uint64 // from look to look
		frees     []int    // at which looks
	}{
		{"a start", []uint64{40 * mib, 0, 0}, []int{1}},
		{"nothing to do, for long", []uint64{20 * mib, 1000, 1000, 1000, 1000}, []int{1}},
		{"little by little", []uint64{mib, mib, mib, mib, mib, mib, mib, mib, mib, mib, mib, mib, mib, mib, mib, mib}, []int{7, 15}},
		{"busy, and not over", []uint64{30 * mib, 30 * mib, 30 * mib}, nil},
		{"busy, rest, busy, rest", []uint64{30 * mib, 0, 30 * mib, 30 * mib, 0, 0}, []int{1, 4}},
		{"a small matter", []uint64{30 * mib, 0, 3 * mib, 0, 0}, []int{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			freed := 0
			r := memory.Rest{Free: func() { freed++ }}
			var total uint64
			for i, n := range c.allocates {
				total += n
				want := 0
				for _, at := range c.frees {
					if at == i {
						want = 1
					}
				}
				if r.Look(total); freed != want {
					t.Errorf("look %d gave back %d times, want %d", i, freed, want)
				}
				freed = 0
			}
		})
	}
}
