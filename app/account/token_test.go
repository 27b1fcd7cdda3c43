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
	"umbra/app/page"
	"umbra/app/secret"
)

// token makes one for who is behind a session.
func (h house) token(session string, scopes ...account.Scope) (account.Token, string) {
	h.t.Helper()
	made, text, err := h.CreateToken(h.t.Context(), h.who(session), account.NewToken{Name: "Phone", Scopes: scopes})
	if err != nil {
		h.t.Fatal(err)
	}
	return made, text
}

func (h house) bearer(text string) (account.Principal, error) {
	return h.AuthenticateToken(h.t.Context(), text, home)
}

func (h house) dead(text, why string) {
	h.t.Helper()
	_, err := h.bearer(text)
	want(h.t, "a token "+why, err, fault.Unauthenticated)
	if _, fresh := h.bearer("umbra_pat_nonsense"); err == nil || fresh.Error() != err.Error() {
		h.t.Errorf("a token %s is told from nonsense: %v", why, err)
	}
}

func TestTokenIsMadeUsedAndRevoked(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		made, text := h.token(h.in("ann"), account.Write, account.Read)
		if made.Name != "Phone" || !slices.Equal(made.Scopes, []account.Scope{account.Read, account.Write}) || made.ExpiresAt != nil || made.LastUsedAt != nil || !secret.IsAPIToken(text) {
			t.Fatalf("%+v %s", made, text)
		}
		if n := h.number("SELECT COUNT(*) FROM access_tokens WHERE token_hash = $1", secret.HashToken(text)); n != 1 {
			t.Error("the hash is not what is stored")
		}
		p, err := h.bearer(text)
		if err != nil || p.UserID != u.ID || p.Username != "Ann" || p.TokenID != made.ID || p.SessionID != 0 || p.Role != account.Admin || p.Epoch == "" || p.Zone.String() != "Europe/Berlin" {
			t.Errorf("%+v, %v", p, err)
		}
		if !p.May(account.Read) || !p.May(account.Write) || p.May(account.DAV) || p.May("") || p.May("admin") || p.Proved(h.clock.Now()) {
			t.Errorf("%+v may not do what it should, or more", p)
		}
		if (account.Principal{}).May(account.Read) {
			t.Error("nobody may read")
		}
		h.Settle()
		list := func() []account.Token {
			p, err := h.Tokens(t.Context(), u.ID, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			return p.Items
		}
		if l := list(); len(l) != 1 || l[0].LastUsedAt == nil || !l[0].LastUsedAt.Equal(h.clock.Now()) || l[0].LastUsedAddress != home {
			t.Errorf("%+v", l)
		}
		renamed, err := h.RenameToken(t.Context(), u.ID, made.ID, " Old phone ")
		if err != nil || renamed.Name != "Old phone" {
			t.Errorf("%+v, %v", renamed, err)
		}
		bob := h.add("bob")
		_, err = h.RenameToken(t.Context(), bob.ID, made.ID, "mine")
		want(t, "renaming somebody else's", err, fault.NotFound)
		want(t, "revoking somebody else's", h.RevokeToken(t.Context(), bob.ID, made.ID), fault.NotFound)
		if err := h.RevokeToken(t.Context(), u.ID, made.ID); err != nil {
			t.Fatal(err)
		}
		h.dead(text, "revoked")
		want(t, "revoking it again", h.RevokeToken(t.Context(), u.ID, made.ID), fault.NotFound)
		if l := list(); len(l) != 0 {
			t.Errorf("%+v", l)
		}
	})
}

func TestTokensEndWithTheirTimeAndTheirOwner(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		bob := h.add("bob")
		session := h.in("bob")
		p := h.who(session)
		_, short, err := h.CreateToken(t.Context(), p, account.NewToken{Name: "x", Scopes: []account.Scope{account.Read}, ExpiresAt: h.clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		_, long := h.token(session, account.DAV)
		h.clock.Advance(time.Hour - time.Second)
		if _, err := h.bearer(short); err != nil {
			t.Error(err)
		}
		h.clock.Advance(time.Second)
		h.dead(short, "past its end")
		if _, err := h.bearer(long); err != nil {
			t.Error(err)
		}
		if err := h.SetDisabled(t.Context(), bob.ID, true); err != nil {
			t.Fatal(err)
		}
		h.dead(long, "of a disabled user")
		if err := h.SetDisabled(t.Context(), bob.ID, false); err != nil {
			t.Fatal(err)
		}
		h.dead(long, "of a user who was disabled")

		_, kept := h.token(h.in("bob"), account.DAV)
		renewed, err := h.ChangePassword(t.Context(), h.who(h.in("bob")), account.PasswordChange{Current: password, New: another, Address: home})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.bearer(kept); err != nil {
			t.Errorf("a token after a change of password that spares them: %v", err)
		}
		if _, err = h.ChangePassword(t.Context(), h.who(renewed), account.PasswordChange{Current: another, New: password, RevokeTokens: true, Address: home}); err != nil {
			t.Fatal(err)
		}
		h.dead(kept, "after a change of password that revokes them")

		_, lost := h.token(h.in("bob"), account.DAV)
		if err := h.ResetPassword(t.Context(), bob.ID, password); err != nil {
			t.Fatal(err)
		}
		h.dead(lost, "after a reset")
		_, last := h.token(h.in("bob"), account.DAV)
		if err := h.Delete(t.Context(), bob.ID); err != nil {
			t.Fatal(err)
		}
		h.dead(last, "of a deleted user")
	})
}

func TestBasicTakesAppPasswordsAlone(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		h.add("bob")
		_, app := h.token(h.in("ann"), account.DAV)
		_, full := h.token(h.in("ann"), account.Read, account.Write)
		try := func(name, pass string) error {
			_, err := h.AuthenticateBasic(t.Context(), name, pass, home)
			return err
		}
		for _, name := range []string{"Ann", "ann", " ANN "} {
			if err := try(name, app); err != nil {
				t.Errorf("%q: %v", name, err)
			}
		}
		attempts := h.number("SELECT COUNT(*) FROM login_attempts")
		for what, c := range map[string][2]string{"the account's own password": {"Ann", password}, "another's name": {"bob", app}, "no name": {"", app},
			"a name too long": {strings.Repeat("a", 5000), app}, "not UTF-8": {"\xff\xfe", app}, "no password": {"Ann", ""}} {
			err := try(c[0], c[1])
			want(t, what, err, fault.Unauthenticated)
			if fresh := try("Ann", "nonsense"); err == nil || err.Error() != fresh.Error() {
				t.Errorf("%s is told apart: %v", what, err)
			}
		}
		want(t, "a token without the scope", try("Ann", full), fault.Forbidden)
		if n := h.number("SELECT COUNT(*) FROM login_attempts"); n != attempts {
			t.Error("it counted as a log-in")
		}
	})
}

func TestNewTokensKeepToTheRules(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		p := h.who(h.in("ann"))
		ok := account.NewToken{Name: "x", Scopes: []account.Scope{account.Read}}
		for what, change := range map[string]func(*account.NewToken){
			"no name": func(n *account.NewToken) { n.Name = " " }, "a long name": func(n *account.NewToken) { n.Name = strings.Repeat("é", 101) },
			"two lines": func(n *account.NewToken) { n.Name = "a\nb" }, "no scope": func(n *account.NewToken) { n.Scopes = nil },
			"an odd scope":   func(n *account.NewToken) { n.Scopes = []account.Scope{"admin"} },
			"an end of now":  func(n *account.NewToken) { n.ExpiresAt = h.clock.Now() },
			"an end too far": func(n *account.NewToken) { n.ExpiresAt = h.clock.Now().Add(account.MaxTokenAge + time.Second) },
		} {
			n := ok
			change(&n)
			_, _, err := h.CreateToken(t.Context(), p, n)
			want(t, what, err, fault.Invalid)
		}
		for range account.MaxTokens {
			if _, _, err := h.CreateToken(t.Context(), p, ok); err != nil {
				t.Fatal(err)
			}
		}
		_, _, err := h.CreateToken(t.Context(), p, ok)
		want(t, "one too many", err, fault.Conflict)
	})
}

// Tokens that are made up cost no reads without end, and shut nobody out whose
// own is good.
func TestTokensThatAreMadeUp(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		_, good := h.token(h.in("ann"), account.Read)
		_, unused := h.token(h.in("ann"), account.Read)
		if _, err := h.bearer(good); err != nil {
			t.Fatal(err)
		}
		old := secret.NewAPIToken()
		for range 3 * account.BadTokens { // one device that goes on with a revoked one
			_, err := h.bearer(old)
			want(t, "a revoked one", err, fault.Unauthenticated)
		}
		for i := range account.BadTokens - 1 {
			_, err := h.bearer(secret.NewAPIToken())
			want(t, fmt.Sprint("number ", i), err, fault.Unauthenticated)
		}
		_, err := h.bearer(secret.NewAPIToken())
		want(t, "one too many", err, fault.Limited)
		for _, bad := range []string{"nonsense", good[:len(good)-1]} { // costs nothing
			_, err := h.bearer(bad)
			want(t, bad, err, fault.Unauthenticated)
		}
		if _, err := h.bearer(good); err != nil {
			t.Errorf("a good one from the same address: %v", err)
		}
		if _, err := h.AuthenticateToken(t.Context(), unused, "2001:db8::1"); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		h.clock.Advance(account.BadTokensWindow)
		_, err = h.bearer(secret.NewAPIToken())
		want(t, "a minute later", err, fault.Unauthenticated)
	})
}

func TestATokenCostsOneIndexedRead(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		_, text := h.token(h.in("ann"), account.Read)
		if _, err := h.bearer(text); err != nil {
			t.Fatal(err)
		}
		h.Settle()
		n := 0
		ctx := db.Watch(t.Context(), func(string, []any) { n++ })
		if _, err := h.AuthenticateToken(ctx, text, home); err != nil || n != 1 {
			t.Errorf("%d statements, %v", n, err)
		}
		if _, err := h.AuthenticateToken(ctx, text+"x", home); err == nil || n != 1 {
			t.Error("what is no token was looked for")
		}
		if h.db.Engine == db.SQLite {
			dbtest.NoScan(t, h.db, func(ctx context.Context) error {
				_, err := h.AuthenticateToken(ctx, text, home)
				return err
			})
		}
	})
}
