package main

import (
	"errors"
	"fmt"
	"slices"
)

// sample is what the server takes at a moment.
type sample struct{ memory, heap, goroutines, files float64 }

// judge compares the second quarter with the last. The first is for warming up.
func judge(all []sample) error {
	if len(all) < 16 {
		return fmt.Errorf("only %d looks: let it go on longer", len(all))
	}
	n := len(all) / 4
	var errs []error
	for _, what := range []struct {
		name   string
		of     func(sample) float64
		factor float64 // how much more may be
		more   float64
	}{
		{"memory (PSS, MiB)", func(s sample) float64 { return s.memory }, 1.15, 2},
		{"heap in use (MiB)", func(s sample) float64 { return s.heap }, 1.15, 2},
		{"goroutines", func(s sample) float64 { return s.goroutines }, 1, 4},
		{"open files", func(s sample) float64 { return s.files }, 1, 4},
	} {
		early, late := middle(all[n:2*n], what.of), middle(all[len(all)-n:], what.of)
		fmt.Printf("%-20s %8.1f in the second quarter, %8.1f in the last\n", what.name, early, late)
		if late > early*what.factor+what.more {
			errs = append(errs, fmt.Errorf("%s grew from %.1f to %.1f", what.name, early, late))
		}
	}
	return errors.Join(errs...)
}

func middle(all []sample, of func(sample) float64) float64 {
	values := make([]float64, len(all))
	for i, s := range all {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
