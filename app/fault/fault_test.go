package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/fault"
)

func TestKindOf(t *testing.T) {
	plain := errors.New("disk on fire")
	for _, tc := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"plain error", plain, fault.Internal},
		{"missing", fault.Missing("todo", 7), fault.NotFound},
		{"wrapped fault", fmt.Errorf("listing: %w", fault.Missing("todo", 7)), fault.NotFound},
		{"wrap keeps a fault", fault.Wrap("reading", fault.Fields()), fault.Invalid},
		{"wrap of a plain error", fault.Wrap("reading", plain), fault.Internal},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := fault.KindOf(tc.err); got != tc.want {
				t.Errorf("KindOf(%v) = %v, want %v", tc.err, got, tc.want)
			}
		})
	}
	if fault.Wrap("x", nil) != nil {
		t.Error("Wrap(nil) is not nil")
	}
	if fault.Is(nil, fault.Internal) {
		t.Error("nil is no fault")
	}
}

func TestBecauseKeepsTheMessageClean(t *testing.T) {
	base := fault.New(fault.Conflict, "taken", "That name is taken.")
	f := base.Because(errors.New("UNIQUE constraint failed: users.username_key")).After(time.Minute)
	if strings.Contains(f.Message, "UNIQUE") {
		t.Errorf("the message shows its cause: %q", f.Message)
	}
	if !strings.Contains(f.Error(), "UNIQUE") {
		t.Errorf("the log line hides the cause: %q", f.Error())
	}
	if base.Unwrap() != nil || base.RetryAfter != 0 {
		t.Error("Because and After changed the original")
	}
}
