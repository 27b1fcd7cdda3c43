package memory_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"umbra/app/memory"
)

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
