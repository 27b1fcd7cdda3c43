package caller_test

import (
	"testing"

	"umbra/app/caller"
)

func TestGerman(t *testing.T) {
	for tag, want := range map[string]bool{"de": true, "de-AT": true, "DE-ch": true, "": false, "en": false, "en-DE": false, "den": false, "d": false} {
		if got := caller.German(tag); got != want {
			t.Errorf("%q: %v, want %v", tag, got, want)
		}
	}
}
