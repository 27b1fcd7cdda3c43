package memory_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
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

var garbage [][]byte

// resident reads a property of the process in kB, from proc(5)'s status.
func resident(t *testing.T, property string) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(l, property+":"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("there is no %s", property)
	return 0
}

func TestFreeGivesBack(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("proc(5) is Linux's")
	}
	for range 64 {
		b := make([]byte, mib)
		for i := 0; i < mib; i += 4096 {
			b[i] = 1
		}
		garbage = append(garbage, b)
	}
	anon, file := resident(t, "RssAnon"), resident(t, "RssFile")
	garbage = nil
	memory.Free()
	if now := resident(t, "RssAnon"); now > anon-48*1024 {
		t.Errorf("of 64 MiB of garbage %d kB were given back", anon-now)
	}
	if now := resident(t, "RssFile"); now >= file {
		t.Errorf("%d kB of the program's file are there, and were %d kB", now, file)
	}
}
