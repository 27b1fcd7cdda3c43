package account_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
)

func TestSetUpMakesAnAdministratorWithAllThatBelongsToOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var greeted caller.Caller
		h := newHouse(t, d, func(deps *account.Deps) {
			deps.NewUser = func(ctx context.Context, c caller.Caller) error {
				if !d.InTx(ctx) {
					t.Error("the hook is not in the transaction")
				}
				greeted = c
				return nil
			}
		})
		if needed, err := h.SetupRequired(t.Context()); err != nil || !needed {
			t.Fatalf("%v, %v", needed, err)
		}
		u := h.ann()
		if u.Username != "Ann" || u.Role != account.Admin || u.ID == 0 || !u.CreatedAt.Equal(h.clock.Now()) {
			t.Errorf("%+v", u)
		}
		if greeted.UserID != u.ID || greeted.Zone.String() != "Europe/Berlin" || greeted.Epoch == "" {
			t.Errorf("the hook was called for %+v", greeted)
		}
		if needed, err := h.SetupRequired(t.Context()); err != nil || needed {
			t.Errorf("afterwards: %v, %v", needed, err)
		}
		_, err := h.SetUp(t.Context(), account.SetUp{Username: "bob", Password: "x"})
		want(t, "a second set-up", err, fault.Conflict)
	})
}

func TestSetUpIsUndoneWhenTheHookFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, func(deps *account.Deps) {
			deps.NewUser = func(context.Context, caller.Caller) error { return errors.New("no") }
		})
		if _, err := h.SetUp(t.Context(), account.SetUp{Username: "Ann", Password: password}); err == nil {
			t.Error("no error")
		}
		if n := h.number("SELECT COUNT(*) FROM users"); n != 0 {
			t.Errorf("%d users", n)
		}
	})
}

func TestOfManySetUpsOneWins(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = h.SetUp(t.Context(), account.SetUp{Username: "user" + string(rune('a'+i)), Password: password})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				want(t, "one that lost", err, fault.Conflict)
			}
		}
		if n := h.number("SELECT COUNT(*) FROM users"); won != 1 || n != 1 {
			t.Errorf("%d won, %d users", won, n)
		}
	})
}

func TestSetUpRefuses(t *testing.T) {
	long := strings.Repeat("é", 65)
	for _, tc := range []struct{ name, username, password, zone, language, field, rule string }{
		{"short name", "ab", password, "", "", "username", "too_short"},
		{"long name", long, password, "", "", "username", "too_long"},
		{"outer space", " ann", password, "", "", "username", "spaces"},
		{"control character", "an\x00n", password, "", "", "username", "characters"},
		{"invisible character", "an\u200bn", password, "", "", "username", "characters"},
		{"colon", "ann:b", password, "", "", "username", "characters"},
		{"not UTF-8", "ann\xff", password, "", "", "username", "encoding"},
		{"short password", "ann", "short", "", "", "password", "too_short"},
		{"its own name", "ann-of-the-north", "ann-of-the-north", "", "", "password", "username"},
		{"no such zone", "ann", password, "Europe/Nowhere", "", "time_zone", "zone"},
		{"no such language", "ann", password, "", "klingonese", "language", "format"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, dbtest.Open(t, db.SQLite), nil)
			_, err := h.SetUp(t.Context(), account.SetUp{Username: tc.username, Password: tc.password, Zone: tc.zone, Language: tc.language})
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Path != tc.field || f.Fields[0].Rule != tc.rule {
				t.Errorf("%v %+v", err, f)
			}
		})
	}
}

func TestSetupCode(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		code, err := h.SetupCode(t.Context())
		if err != nil || len(code) != 14 {
			t.Fatalf("%q, %v", code, err)
		}
		if again, err := h.SetupCode(t.Context()); err != nil || again != code {
			t.Errorf("another server prints %q, not %q (%v)", again, code, err)
		}
		in := account.SetUp{Username: "Ann", Password: password, NeedsCode: true}
		for _, wrong := range []string{"", "AAAA-AAAA-AAAA", code[:13]} {
			in.Code = wrong
			_, err := h.SetUp(t.Context(), in)
			want(t, "the code "+wrong, err, fault.Forbidden)
		}
		in.Code = " " + strings.ToLower(strings.ReplaceAll(code, "-", ""))
		if _, err := h.SetUp(t.Context(), in); err != nil {
			t.Error(err)
		}
		if n := h.number("SELECT COUNT(*) FROM meta WHERE name = 'setup_code'"); n != 0 {
			t.Error("the code outlives the set-up")
		}
		_, err = h.SetupCode(t.Context())
		want(t, "a code afterwards", err, fault.Conflict)
	})
}

func TestNamesAreUniqueWithoutCase(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		_, err := h.Add(t.Context(), account.NewUser{Username: "ANN", Password: password})
		want(t, "ANN beside Ann", err, fault.Conflict)
		jorg := h.add("Jo\u0308rg") // decomposed
		if jorg.Username != "J\u00f6rg" {
			t.Errorf("%q is not composed", jorg.Username)
		}
		for name, id := range map[string]int64{"JÖRG": jorg.ID, " jörg ": jorg.ID, "j\u006f\u0308rg": jorg.ID, "jorg": 0, "": 0, "\x00": 0, "\xff": 0} {
			u, err := h.FindByName(t.Context(), name)
			if u.ID != id || (err == nil) != (id != 0) {
				t.Errorf("%q finds %d (%v), want %d", name, u.ID, err, id)
			}
		}
	})
}
