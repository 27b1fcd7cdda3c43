package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/page"
)

// pinUser is the name of the administrator that a PIN becomes.
const pinUser = "admin"

// The columns of users, by what they may be called.
var (
	nameColumns   = []string{"username", "user_name", "login", "name", "email"}
	hashColumns   = []string{"password_hash", "hashed_password", "password"}
	adminColumns  = []string{"is_admin", "is_superuser", "admin"}
	activeColumns = []string{"is_active", "active", "enabled"}
	outColumns    = []string{"disabled", "is_disabled"}
	fullNames     = []string{"preferred_name", "full_name", "display_name", "name"}
	factorColumns = []string{"totp_enabled", "mfa_enabled", "two_factor_enabled"}
)

// userColumns says of each column of users that is known why it stays behind;
// "" where it is read.
var userColumns = func() map[string]string {
	out := map[string]string{"id": "", "role": "", "created_at": "", "updated_at": ""}
	for _, group := range [][]string{nameColumns, hashColumns, adminColumns, activeColumns, outColumns, fullNames, factorColumns} {
		for _, c := range group {
			out[c] = ""
		}
	}
	for _, c := range []string{"totp_secret", "totp_last_step", "totp_confirmed_at", "mfa_secret", "recovery_codes", "backup_codes"} {
		out[c] = "a second factor is set up anew"
	}
	for _, c := range []string{"failed_login_attempts", "failed_attempts", "locked_until", "last_login", "last_login_at", "last_failed_login_at"} {
		out[c] = "it is about log-ins there"
	}
	return out
}()

func first(r row, columns []string) (any, string) {
	for _, c := range columns {
		if v := r[c]; v != nil && v != "" {
			return v, c
		}
	}
	return nil, ""
}

func yes(r row, columns []string) bool {
	v, _ := first(r, columns)
	b, err := truth(v)
	return err == nil && b
}

// findOwners finds, or makes, the account of each user there, and whose the
// records without an owner are.
func (im *legacyImport) findOwners(ctx context.Context) error {
	need, err := im.target.Accounts.SetupRequired(ctx)
	if err != nil {
		return err
	}
	rows := im.src.rows("users")
	admin := administrator(rows)
	for i, r := range rows {
		v, _ := first(r, nameColumns)
		name := asText(v)
		if to := im.Rename[name]; to != "" {
			name = to
		}
		role := account.Member
		switch {
		case need && (isAdmin(r) || i == admin):
			role = account.Admin
		case isAdmin(r):
			im.report.Notes = append(im.report.Notes, Note{Table: "users", Row: r.key(),
				Text: name + " was an administrator there; an account that is made beside others is an ordinary one"})
		}
		hash, _ := first(r, hashColumns)
		in := account.ImportedUser{Username: name, Hash: asText(hash), Role: role, Disabled: yes(r, outColumns)}
		if v, c := first(r, activeColumns); c != "" {
			active, err := truth(v)
			in.Disabled = in.Disabled || err == nil && !active
		}
		if m, err := parseMoment(r["created_at"]); err == nil {
			in.CreatedAt = m.in(time.UTC)
		}
		o, err := im.own(ctx, in, im.settingsOf(r, i == admin && im.User == ""), "the password of before")
		if err != nil {
			return err
		}
		im.byKey[r.key()] = o
		if i == admin {
			im.nobody = o
		}
		if yes(r, factorColumns) {
			im.report.Notes = append(im.report.Notes, Note{Table: "users", Row: r.key(),
				Text: name + " had a second factor, which cannot be moved: set it up anew"})
		}
	}
	if im.nobody != nil && im.User == "" {
		return nil
	}
	return im.findNobody(ctx, need, len(rows) == 0)
}

// findNobody finds whose the records without an owner become.
func (im *legacyImport) findNobody(ctx context.Context, need, pinEra bool) error {
	name := im.User
	if name == "" {
		name = pinUser
	}
	for _, o := range im.owners {
		if strings.EqualFold(o.report.Username, name) {
			im.nobody = o
			return nil
		}
	}
	_, err := im.target.Accounts.FindByName(ctx, name)
	switch {
	case err == nil:
	case !fault.Is(err, fault.NotFound):
		return err
	case im.User == "" && !need:
		// A second administrator whose password is a PIN is for a person to decide.
		return im.askForUser(ctx)
	case !pinEra:
		return fmt.Errorf("there is no user %q, here or there, for the records without an owner", name)
	}
	settings := im.settingsOf(nil, true)
	in := account.ImportedUser{Username: name, Role: account.Admin, PasswordDue: true}
	if settings.row != nil {
		in.Hash = asText(settings.row["pin_hash"])
	}
	im.nobody, err = im.own(ctx, in, settings, "the PIN")
	return err
}

func (im *legacyImport) askForUser(ctx context.Context) error {
	all, err := im.target.Accounts.Users(ctx, page.Request{Limit: 10})
	if err != nil {
		return err
	}
	var named []string
	for _, u := range all.Items {
		named = append(named, u.Username)
	}
	return fmt.Errorf("there are users here already (%s): say whose the records become, with --user NAME; `--user %s` makes that administrator, with the PIN as the first password",
		strings.Join(named, ", "), pinUser)
}

// own finds the account by its name, or makes it.
func (im *legacyImport) own(ctx context.Context, in account.ImportedUser, settings *settingsPart, password string) (*owner, error) {
	accounts := im.target.Accounts
	o := im.newOwner()
	o.settings = settings
	u, err := accounts.FindByName(ctx, in.Username)
	if in.Username == "" || fault.Is(err, fault.NotFound) {
		in.Zone = settings.zone()
		if in.Zone == "" {
			in.Zone = im.Zone
		}
		if in.Hash == "" || !account.CanVerify(in.Hash) {
			in.Hash, in.PasswordDue = "", false
			password = "none yet: run `umbra user reset " + in.Username + "`"
		}
		u, err = accounts.Import(ctx, in)
		if fault.Is(err, fault.Invalid) {
			var f *fault.Error
			errors.As(err, &f)
			return nil, fmt.Errorf("the user %q cannot have this name here (%s): give another with --rename %s=NAME", in.Username, because(f), in.Username)
		}
		o.report.Made, o.report.Password, o.report.PasswordDue = true, password, u.PasswordDue
	}
	if err != nil {
		return nil, err
	}
	o.report.Username = u.Username
	o.caller, err = accounts.Caller(ctx, u.ID, caller.Import)
	if err != nil {
		return nil, err
	}
	return o, o.settings.begin(ctx, o)
}

// administrator is the row of the first administrator, else of the first user.
func administrator(rows []row) int {
	for i, r := range rows {
		if isAdmin(r) {
			return i
		}
	}
	return 0
}

func isAdmin(r row) bool {
	role := strings.ToLower(asText(r["role"]))
	return yes(r, adminColumns) || strings.Contains(role, "admin") || role == "owner" || role == "superuser"
}

// zoneOrNil is a zone that this program knows.
func zoneOrNil(name string) *time.Location {
	z, err := clock.Zone(name)
	if err != nil || name == "" {
		return nil
	}
	return z
}
