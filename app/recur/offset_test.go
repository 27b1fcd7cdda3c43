package recur_test

import (
	"testing"
	"time"

	"umbra/app/recur"
)

func TestOffset(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		offset, start string
		onClock       bool
		want          string
	}{
		{"-PT30M", "2026-03-29T03:15:00", false, "2026-03-29T01:45:00+01:00"}, // the hour between is skipped
		{"-P1D", "2026-03-29T12:00:00", false, "2026-03-28T12:00:00+01:00"},
		{"-PT24H", "2026-03-29T12:00:00", false, "2026-03-28T11:00:00+01:00"},
		{"-P1DT1H", "2026-10-25T09:00:00", false, "2026-10-24T08:00:00+02:00"},
		{"P1W", "2026-10-20T09:00:00", false, "2026-10-27T09:00:00+01:00"},
		{"PT0M", "2026-10-25T02:30:00", false, "2026-10-25T02:30:00+02:00"},
		{"PT9H", "2026-03-29T00:00:00", true, "2026-03-29T09:00:00+02:00"},
		{"-PT15H", "2026-03-30T00:00:00", true, "2026-03-29T09:00:00+02:00"},
		{"PT2H30M", "2026-03-29T00:00:00", true, "2026-03-29T03:30:00+02:00"}, // a time that is not there
	} {
		o, err := recur.ParseOffset(tt.offset)
		if err != nil {
			t.Errorf("%s: %v", tt.offset, err)
			continue
		}
		start, err := recur.ParseLocal(tt.start)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.From(start, berlin, tt.onClock).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s from %s is %s, want %s", tt.offset, tt.start, got, tt.want)
		}
	}
	for _, bad := range []string{"", "P", "-P", "PT", "P1", "1D", "P1M", "PT1D", "PTxM", "P-1D", "P1DT", "PT1234567M"} {
		if o, err := recur.ParseOffset(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, o)
		}
	}
}
