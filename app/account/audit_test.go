package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
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

// told answers a user's events, the newest first: "kind" or "kind detail".
func (h house) told(u account.User, most int) []string {
	h.t.Helper()
	p, err := h.Events(h.t.Context(), account.EventFilter{UserID: u.ID}, page.Request{Limit: most})
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, e := range p.Items {
		out = append(out, strings.TrimSpace(e.Kind+" "+e.Detail))
	}
	return out
}

func TestEachChangeOfWhatOpensTheAccountIsTold(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann := h.ann()
		tell := func(why string, want ...string) {
			t.Helper()
			if got := h.told(ann, len(want)); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", why, got, want)
			}
			h.clock.Advance(time.Second)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(h.LogOut(t.Context(), h.in("ann")))
		tell("logged out", "log_out", "log_in")
		must(h.LogOut(t.Context(), "of nobody"))
		tell("logged out twice", "log_out", "log_in")

		session := h.in("ann")
		h.clock.Advance(time.Second)
		other := h.who(h.in("ann"))
		must(h.Revoke(t.Context(), ann.ID, other.SessionID))
		tell("a session ended", "session_revoked Test", "log_in")
		_, err := h.RevokeOthers(t.Context(), ann.ID, h.who(session).SessionID)
		must(err)
		tell("no other sessions there", "session_revoked Test")
		h.in("ann")
		h.clock.Advance(time.Second)
		_, err = h.RevokeOthers(t.Context(), ann.ID, h.who(session).SessionID)
		must(err)
		tell("other sessions ended", "other_sessions_revoked", "log_in")

		session, err = h.link(session, h.annElsewhere())
		must(err)
		tell("an identity", "identity_linked ann@example.org · "+provider)
		session, err = h.link(session, h.annElsewhere())
		must(err)
		tell("the same again", "identity_linked ann@example.org · "+provider, "other_sessions_revoked")
		session, err = h.UnlinkIdentity(t.Context(), h.who(session), h.identities(ann)[0].ID)
		must(err)
		tell("unlinked", "identity_unlinked ann@example.org · "+provider)

		_, codes, session := h.protect(session)
		tell("a second factor", "recovery_codes_made", "second_factor_on")
		_, err = h.second(h.half(), codes[0])
		must(err)
		tell("a code was used", "log_in", "recovery_code_used")
		_, err = h.second(h.half(), codes[0])
		want(t, "the same code", err, fault.Unauthenticated)
		tell("it is no use twice", "log_in_failed", "log_in")
		_, err = h.RenewRecoveryCodes(t.Context(), h.who(session))
		must(err)
		tell("new codes", "recovery_codes_made")
		_, err = h.DisableTOTP(t.Context(), h.who(session))
		must(err)
		tell("no second factor", "second_factor_off")

		var m journal.Match
		for _, tc := range []struct {
			settings string
			want     []string
		}{
			{`{"theme": "dark", "preferred_name": "Annie"}`, []string{"second_factor_off"}},
			{`{"email": "ann@example.org"}`, []string{"email_changed", "second_factor_off"}},
			{`{"email": "ann@example.org"}`, []string{"email_changed", "second_factor_off"}},
			{`{"ntfy_server": "https://ntfy.example.org", "ntfy_token": "tk_secret"}`, []string{"channels_changed", "email_changed"}},
			{`{"ntfy_token": "tk_other"}`, []string{"channels_changed", "channels_changed"}},
		} {
			_, err := h.UpdateSettings(t.Context(), h.caller(ann), m, update(t, tc.settings))
			must(err)
			tell(tc.settings, tc.want...)
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
