package account_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/fault"
)

// A PIN keeps none of our rules. It logs in once and for all, under a hash of
// our own from then on, and the user is asked for a password.
func TestImportKeepsThePasswordAndAsksForAnother(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		pin, err := bcrypt.GenerateFromPassword([]byte("4711"), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		made := time.Date(2023, 5, 1, 9, 0, 0, 0, time.UTC)
		u, err := h.Import(t.Context(), account.ImportedUser{Username: "admin", Hash: string(pin), Role: account.Admin,
			Zone: "Europe/Berlin", PasswordDue: true, CreatedAt: made})
		if err != nil || !u.PasswordDue || !u.CreatedAt.Equal(made) || u.Role != account.Admin {
			t.Fatalf("%+v, %v", u, err)
		}
		if need, err := h.SetupRequired(t.Context()); err != nil || need {
			t.Errorf("set-up is still open: %v", err)
		}
		out, err := h.try("admin", "4711", home)
		if err != nil || !out.User.PasswordDue {
			t.Fatalf("%+v, %v", out.User, err)
		}
		hash, _, err := db.One(t.Context(), h.db, db.Value[string], "SELECT password_hash FROM users WHERE id = $1", u.ID)
		if err != nil || !strings.HasPrefix(hash, "$argon2id$") {
			t.Errorf("the hash is still %.8s…, %v", hash, err)
		}
		if out, err = h.try("admin", "4711", home); err != nil {
			t.Errorf("the second time: %v", err)
		}
		p := h.who(out.Session)
		if !p.User().PasswordDue {
			t.Error("the session does not say that a password is due")
		}
		token, err := h.ChangePassword(t.Context(), p, account.PasswordChange{Current: "4711", New: password, Address: home})
		if err != nil {
			t.Fatal(err)
		}
		if h.who(token).PasswordDue {
			t.Error("a new password is asked for again")
		}
	})
}

func TestAResetIsTheNewPasswordThatWasAskedFor(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u, err := h.Import(t.Context(), account.ImportedUser{Username: "admin", Role: account.Admin, PasswordDue: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.try("admin", "", home); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("without any hash: %v", err)
		}
		if err := h.ResetPassword(t.Context(), u.ID, password); err != nil {
			t.Fatal(err)
		}
		if p := h.who(h.in("admin")); p.PasswordDue {
			t.Error("it is still asked for")
		}
	})
}

func TestImportKeepsTheRulesOfNames(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		for name, kind := range map[string]fault.Kind{"al": fault.Invalid, "a:lan": fault.Invalid, "ANN": fault.Conflict} {
			if _, err := h.Import(t.Context(), account.ImportedUser{Username: name, Role: account.Member}); !fault.Is(err, kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
