package recur_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"umbra/app/recur"
)

// vector is one line that testdata/oracle/generate.py wrote.
type vector struct {
	Rule    string   `json:"rule"`
	Start   string   `json:"start"`
	Kind    string   `json:"kind"` // zone, floating or all-day
	Zone    string   `json:"zone"`
	RDates  []string `json:"rdates"`
	ExDates []string `json:"exdates"`
	From    int64    `json:"from"` // Unix seconds
	To      int64    `json:"to"`
	Want    []int64  `json:"want"` // seconds, each from the one before, the first from From
	Why     []string `json:"why"`
}

func (v vector) series(t testing.TB) (s recur.Series, floating *time.Location) {
	s = recur.Series{Start: local(t, v.Start), Rule: rule(t, v.Rule), AllDay: v.Kind == "all-day"}
	if zone := load(t, v.Zone); v.Kind == "zone" {
		s.Zone = zone
	} else {
		floating = zone
	}
	for _, d := range v.RDates {
		s.RDates = append(s.RDates, local(t, d))
	}
	for _, d := range v.ExDates {
		s.ExDates = append(s.ExDates, local(t, d))
	}
	return s, floating
}

// eachVector reads the file; testdata/oracle/README.md says what is in it.
func eachVector(t testing.TB, do func(line int, v vector)) {
	t.Helper()
	f, err := os.Open("testdata/oracle/vectors.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	n := 0
	for lines.Scan() {
		n++
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		do(n, v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// python-dateutil, corrected where it errs or decides otherwise, says the same
// in every window.
func TestVectorsOfTheOracle(t *testing.T) {
	n, corrected, wrong := 0, map[string]int{}, 0
	eachVector(t, func(line int, v vector) {
		n++
		for _, why := range v.Why {
			corrected[why]++
		}
		s, floating := v.series(t)
		found, more := s.Between(time.Unix(v.From, 0), time.Unix(v.To, 0), 0, floating, len(v.Want)+1)
		var got, want []int64
		for _, o := range found {
			got = append(got, o.Start.Unix())
		}
		at := v.From
		for _, d := range v.Want {
			at += d
			want = append(want, at)
		}
		if more || !slices.Equal(got, want) {
			if wrong++; wrong <= 10 {
				t.Errorf("line %d: %s from %s, %s in %s, rdates %v, exdates %v, corrected for %v\nwindow %d to %d\n got %v, more %v\nwant %v",
					line, v.Rule, v.Start, v.Kind, v.Zone, v.RDates, v.ExDates, v.Why, v.From, v.To, times(got, floating, s.Zone), more, times(want, floating, s.Zone))
			}
		}
	})
	t.Logf("%d vectors, %d wrong; dateutil was corrected for %v", n, wrong, corrected)
	if n < 5000 || len(corrected) < 8 {
		t.Errorf("only %d vectors and %d corrections: the oracle has lost its teeth", n, len(corrected))
	}
}

func times(unix []int64, zones ...*time.Location) (out []string) {
	for _, u := range unix {
		for _, z := range zones {
			if z != nil {
				out = append(out, time.Unix(u, 0).In(z).Format("2006-01-02T15:04:05-07"))
			}
		}
	}
	return out
}
