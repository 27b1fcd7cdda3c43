package caller_test

import (
	"testing"
	"time"

	"umbra/app/caller"
)

func TestLocationIsTheUsersOrUTC(t *testing.T) {
	berlin := time.FixedZone("Berlin", 3600)
	for _, tt := range []struct{ zone, want *time.Location }{{berlin, berlin}, {nil, time.UTC}} {
		if got := (caller.Caller{Zone: tt.zone}).Location(); got != tt.want {
			t.Errorf("%v, want %v", got, tt.want)
		}
	}
}

func TestByChangesTheWayAlone(t *testing.T) {
	c := caller.Caller{UserID: 1, ActorID: 2, Source: caller.API, Zone: time.UTC, Epoch: "e"}
	want := c
	want.Source = caller.Undo
	if got := c.By(caller.Undo); got != want || c.Source != caller.API {
		t.Errorf("%+v, and %+v", got, c)
	}
}
