package main

import (
	"strings"
	"testing"
)

func TestWhatGrowsIsNamed(t *testing.T) {
	steady := make([]sample, 40)
	for i := range steady {
		steady[i] = sample{memory: 40 + float64(i%5), heap: 10 + float64(i%3), goroutines: 30 + float64(i%4), files: 20}
	}
	if err := judge(steady); err != nil {
		t.Error(err)
	}
	if judge(steady[:8]) == nil {
		t.Error("a few looks were taken for enough")
	}
	for name, grow := range map[string]func(*sample, float64){
		"memory":     func(s *sample, by float64) { s.memory += by },
		"heap":       func(s *sample, by float64) { s.heap += by },
		"goroutines": func(s *sample, by float64) { s.goroutines += by },
		"open files": func(s *sample, by float64) { s.files += by },
	} {
		growing := append([]sample(nil), steady...)
		for i := range growing {
			grow(&growing[i], float64(i))
		}
		if err := judge(growing); err == nil || !strings.Contains(err.Error(), name) || strings.Count(err.Error(), "grew") != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
