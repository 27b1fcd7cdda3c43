package backup_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"umbra/app/backup"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/secret"
)

const (
	oldKey = "an old umbrella in the hall, 47 times over"
	newKey = "a new umbrella in the hall, 48 times over!"
)

func keys(t *testing.T, root string) secret.Keys {
	t.Helper()
	k, err := secret.NewKeys(root)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSecretsOfABackup(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	many(t, d, 20)
	k := keys(t, oldKey)
	seal := func(text, place string) string {
		return base64.StdEncoding.EncodeToString(k.Seal([]byte(text), place))
	}
	exec(t, d, "INSERT INTO meta (name, value) VALUES ('key_check', $1)", base64.StdEncoding.EncodeToString(k.KeyCheck()))
	exec(t, d, "UPDATE settings SET ntfy_token = $1", seal("tk_123", "settings/1/ntfy_token"))
	exec(t, d, "UPDATE users SET totp_enabled = $1, totp_secret = $2", true, seal("JBSWY3DP", "users/1/totp_secret"))
	s := source(d)
	s.SecretKey = oldKey
	open, locked := written(t, s, ""), written(t, s, "five blue umbrellas")
	if bytes.Contains(locked, []byte("umbra.json")) || !bytes.HasPrefix(locked, []byte("age-encryption.org/v1\n-> scrypt ")) {
		t.Error("the file is not encrypted by age")
	}

	type want struct {
		lost    int
		keep    string
		opensBy string // the key that opens the values afterwards; "" where they are gone
	}
	for _, tt := range []struct {
		name string
		file []byte
		ring backup.Keyring
		want want
	}{
		{"the server has the key", open, backup.Keyring{Own: k, HasOwn: true}, want{0, "", oldKey}},
		{"a new server, the key in the file", locked, backup.Keyring{}, want{0, oldKey, oldKey}},
		{"a server with its own key, the old one in the file", locked, backup.Keyring{Own: keys(t, newKey), HasOwn: true}, want{0, "", newKey}},
		{"a new server, no key", open, backup.Keyring{}, want{2, "", ""}},
		{"a server with its own key alone", open, backup.Keyring{Own: keys(t, newKey), HasOwn: true}, want{2, "", ""}},
	} {
		for _, e := range []db.Engine{db.SQLite, db.Postgres} {
			t.Run(tt.name+"/"+e.String(), func(t *testing.T) {
				r := plain
				r.Keys = tt.ring
				to := newTarget(t, e)
				done, err := to.restore(t, r, tt.file, "five blue umbrellas", nil)
				if err != nil {
					t.Fatal(err)
				}
				got := to.open(t)
				if len(done.Lost) != tt.want.lost || done.KeepKey != tt.want.keep {
					t.Errorf("%+v", done)
				}
				token := value[string](t, got, "SELECT ntfy_token FROM settings")
				totp := value[string](t, got, "SELECT totp_secret FROM users")
				if tt.want.opensBy == "" {
					if token != "" || totp != "" || value[bool](t, got, "SELECT totp_enabled FROM users") {
						t.Errorf("left: %q %q", token, totp)
					}
					return
				}
				for place, sealed := range map[string]string{"settings/1/ntfy_token": token, "users/1/totp_secret": totp} {
					b, _ := base64.StdEncoding.DecodeString(sealed)
					if text, err := keys(t, tt.want.opensBy).Open(b, place); err != nil || len(text) < 6 {
						t.Errorf("%s: %q, %v", place, text, err)
					}
				}
				check, _ := base64.StdEncoding.DecodeString(value[string](t, got, "SELECT value FROM meta WHERE name = 'key_check'"))
				if err := keys(t, tt.want.opensBy).VerifyKeyCheck(check); err != nil {
					t.Error(err)
				}
				if !value[bool](t, got, "SELECT totp_enabled FROM users") {
					t.Error("TOTP was turned off")
				}
			})
		}
	}
}

func TestPassphrases(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	many(t, d, 20)
	file := written(t, source(d), "five blue umbrellas")
	for pass, code := range map[string]string{"": "passphrase", "six blue umbrellas": "wrong_passphrase"} {
		_, err := backup.Open(bytes.NewReader(file), func() (string, error) { return pass, nil })
		refused(t, pass, err, code)
	}
	_, err := backup.Open(bytes.NewReader(file), nil)
	refused(t, "nobody to ask", err, "passphrase")
	ask := func() (string, error) { return "five blue umbrellas", nil }
	// Authenticated from end to end: a bit anywhere.
	for i := 0; i < len(file); i += 401 {
		file[i] ^= 4
		if _, _, err := backup.Check(bytes.NewReader(file), ask, "1.2.3", 1000, nil); err == nil {
			t.Fatalf("byte %d of %d was changed, and nobody saw it", i, len(file))
		} else if !fault.Is(err, fault.Invalid) {
			t.Fatalf("byte %d: %v", i, err)
		}
		file[i] ^= 4
	}
	if _, _, err := backup.Check(bytes.NewReader(file), ask, "1.2.3", 1000, nil); err != nil {
		t.Error(err)
	}
}
