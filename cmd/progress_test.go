package cmd

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, rows: map[string]int64{}}
	p.say("filling", "todos", 1000)
	p.say("filling", "todos", 500) // too soon to be shown
	p.last = time.Time{}
	p.say("comparing", "people", 7)
	p.end()
	if got := strings.ReplaceAll(out.String(), "\r\x1b[K", "|"); got != "|filling: 1000 records, todos|comparing: 7 records, people|" {
		t.Errorf("%q", got)
	}
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	quiet := (&env{IO: IO{Err: file}}).progress()
	quiet.say("filling", "todos", 1000)
	quiet.end()
	if info, err := file.Stat(); err != nil || info.Size() != 0 {
		t.Errorf("something was written into a file: %v", err)
	}
}
