package account_test

import (
	"context"
	"fmt"
	"testing"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/page"
)

// noted remembers the notices; what a transaction that runs again says twice counts twice.
type noted struct{ all []account.Notice }

func (n *noted) Enqueue(_ context.Context, x account.Notice) error {
	n.all = append(n.all, x)
	return nil
}

func TestNoticesOfNewDevicesAndLocks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := &noted{}
		h := newHouse(t, d, func(d *account.Deps) { d.Notices = n })
		u := h.ann()
		in := func(agent, password string) error {
			ctx := account.WithOrigin(t.Context(), account.Origin{Address: home, UserAgent: agent})
			_, err := h.LogIn(ctx, account.LogIn{Username: "ann", Password: password, Address: home, UserAgent: agent})
			return err
		}
		for _, agent := range []string{"Firefox/128.0 Linux", "Firefox/129.0.1 Linux"} { // the first ever, and its update
			if err := in(agent, password); err != nil || len(n.all) != 0 {
				t.Fatalf("%s: %v %+v", agent, err, n.all)
			}
		}
		if err := in("Safari/17 iPhone", password); err != nil || len(n.all) != 1 || n.all[0] != (account.Notice{UserID: u.ID, Kind: account.NewDevice, Address: home, UserAgent: "Safari/17 iPhone"}) {
			t.Errorf("%v %+v", err, n.all)
		}
		if err := in("Safari/18 iPhone", password); err != nil || len(n.all) != 1 {
			t.Errorf("%v %+v", err, n.all)
		}
		for range account.LockAfter {
			want(t, "a failure", in("curl", "wrong"), fault.Unauthenticated)
		}
		want(t, "locked", in("curl", "wrong"), fault.Locked)
		if len(n.all) != 2 || n.all[1].Kind != account.AccountLocked {
			t.Errorf("%+v", n.all)
		}
	})
}

func TestNamesThatNobodyHasDoNotFillTheAuditList(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		h.exec("INSERT INTO security_events (at, kind) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT 1, 'log_in_failed' FROM n")
		before := h.number("SELECT COUNT(*) FROM security_events WHERE user_id IS NOT NULL")
		for i := range 5 {
			_, err := h.try(fmt.Sprint("nobody", i), "wrong", home)
			want(t, "a failure", err, fault.Unauthenticated)
		}
		if got := h.number("SELECT COUNT(*) FROM security_events WHERE user_id IS NULL"); got != 1000 {
			t.Errorf("%d rows", got)
		}
		if got := h.number("SELECT COUNT(*) FROM security_events WHERE user_id IS NOT NULL"); got != before {
			t.Error("somebody's rows went")
		}
		p, err := h.Events(t.Context(), account.EventFilter{}, page.Request{Limit: 1})
		if err != nil || len(p.Items) != 1 || p.Items[0].UserID != nil || p.Items[0].Username != "" {
			t.Errorf("%+v %v", p, err)
		}
	})
}
