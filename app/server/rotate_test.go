package server_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"umbra/app/secret"
	"umbra/app/server"
)

const (
	oldRoot = "an old umbrella in the hall, 47 times over"
	newRoot = "a new umbrella in the hall, 48 times over!"
)

// rotate gives a database another key, as the command line does.
func rotate(t *testing.T, o server.Options, next string) (server.Rotated, error) {
	t.Helper()
	o.Create = false
	s, err := server.OpenStore(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.Rotate(t.Context(), next)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return done, err
}

// sealed is an account that has what SECRET_KEY seals, and a session.
type sealed struct{ cookie, token, totp string }

func (h house) seal(t *testing.T) (s sealed) {
	t.Helper()
	s.cookie = h.setUp(t)
	h.ask(t, "PATCH", "/api/settings", `{"ntfy_token":"tk_kept","webhook_secret":"kept, too"}`, "Cookie", s.cookie).is(200)
	s.token = decodeJSON[struct{ Token string }](t, h.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["read"]}`, "Cookie", s.cookie).is(201).Body.Bytes()).Token
	s.totp = decodeJSON[struct{ Secret string }](t, h.ask(t, "POST", "/api/auth/totp/enroll", `{"password":"`+testPassword+`"}`, "Cookie", s.cookie).is(200).Body.Bytes()).Secret
	on := h.ask(t, "POST", "/api/auth/totp/confirm", `{"code":"`+h.code(t, s, 0)+`"}`, "Cookie", s.cookie).is(200)
	if c := on.Result().Cookies(); len(c) > 0 {
		s.cookie = c[0].Name + "=" + c[0].Value
	}
	return s
}

func (h house) code(t *testing.T, s sealed, after time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(s.totp, h.Clock.Now().Add(after))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// opens says that everything is there still, but for sessions.
func (h house) opens(t *testing.T, s sealed, sessions int) {
	t.Helper()
	h.ask(t, "GET", "/api/todos", "", "Cookie", s.cookie).is(sessions)
	h.ask(t, "GET", "/api/todos", "", "Authorization", "Bearer "+s.token).is(200)
	reach, err := h.Accounts.Reach(t.Context(), 1)
	if err != nil || reach.Ntfy.Token != "tk_kept" || reach.Webhook.Secret != "kept, too" {
		t.Errorf("%+v, %v", reach, err)
	}
	first := decodeJSON[struct {
		Token string `json:"mfa_token"`
	}](t, h.ask(t, "POST", "/api/auth/login", `{"username":"ann","password":"`+testPassword+`"}`).is(200).Body.Bytes())
	h.ask(t, "POST", "/api/auth/login/totp", fmt.Sprintf(`{"mfa_token":%q,"code":%q}`, first.Token, h.code(t, s, 30*time.Second))).is(200)
}

func TestAnotherKeyInTheDataFolder(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		h, shut := openIn(t, data, database)
		s := h.seal(t)
		o := options(t, data, h.log, database)
		if _, err := rotate(t, o, ""); !errors.Is(err, server.ErrServing) {
			t.Errorf("while it is served: %v", err)
		}
		shut()
		file := filepath.Join(data, secret.KeyFile)
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// One that was made and never used, as after a power cut, is nobody's key.
		if _, err := secret.MakeNext(data); err != nil {
			t.Fatal(err)
		}
		if _, err := rotate(t, o, newRoot); err == nil || !strings.Contains(err.Error(), "data folder") {
			t.Errorf("a key from elsewhere: %v", err)
		}
		done, err := rotate(t, o, "")
		if err != nil || done.Sealed != 3 || done.Sessions != 1 || !done.InFile {
			t.Fatalf("%+v, %v", done, err)
		}
		after, err := os.ReadFile(file)
		if err != nil || string(after) == string(before) {
			t.Fatalf("the key stays, %v", err)
		}
		if _, err := os.Stat(filepath.Join(data, secret.NextKeyFile)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the next key is left: %v", err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		h, shut = openIn(t, data, database)
		h.opens(t, s, 401)
		shut()

		// The power goes between the commit and the change of the files.
		put := func(name string, key []byte) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(data, name), key, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put(secret.KeyFile, before)
		if err := tryOpen(t, o); !errors.Is(err, secret.ErrWrongKey) {
			t.Errorf("the old key: %v", err)
		}
		put(secret.NextKeyFile, after)
		if err := tryOpen(t, o); err != nil {
			t.Fatal(err)
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != string(after) {
			t.Errorf("the new key is not in its place: %v", err)
		}
	})
}

func TestAnotherKeyInTheSettings(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		h, shut := openIn(t, data, database, "SECRET_KEY="+oldRoot)
		s := h.seal(t)
		shut()
		with := func(key string) server.Options { return options(t, data, h.log, database, "SECRET_KEY="+key) }
		for next, why := range map[string]string{oldRoot: "present one", "short": "at least 32", "": "at least 32"} {
			if _, err := rotate(t, with(oldRoot), next); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%q: %v", next, err)
			}
		}
		if _, err := rotate(t, with(newRoot), oldRoot); !errors.Is(err, secret.ErrWrongKey) {
			t.Errorf("with a key that is not the database's: %v", err)
		}
		h, shut = openIn(t, data, database, "SECRET_KEY="+oldRoot)
		h.ask(t, "GET", "/api/todos", "", "Cookie", s.cookie).is(200) // nothing was changed
		shut()
		done, err := rotate(t, with(oldRoot), newRoot)
		if err != nil || done.Sealed != 3 || done.InFile {
			t.Fatalf("%+v, %v", done, err)
		}
		if err := tryOpen(t, with(oldRoot)); !errors.Is(err, secret.ErrWrongKey) {
			t.Errorf("the old key: %v", err)
		}
		h, _ = openIn(t, data, database, "SECRET_KEY="+newRoot)
		h.opens(t, s, 401)
	})
}

// What does not open with the present key is no reason to lose it.
func TestAKeyIsNotChangedOverADamagedSecret(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		h, shut := openIn(t, data, database, "SECRET_KEY="+oldRoot)
		s := h.seal(t)
		damaged := "bm90IHNlYWxlZA=="
		if err := h.DB.Tx(t.Context(), func(ctx context.Context) error {
			_, err := h.DB.Exec(ctx, "UPDATE settings SET webhook_secret = $1 WHERE user_id = 1", damaged)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		shut()
		if _, err := rotate(t, options(t, data, h.log, database, "SECRET_KEY="+oldRoot), newRoot); err == nil || !strings.Contains(err.Error(), "settings.webhook_secret") {
			t.Errorf("%v", err)
		}
		h, _ = openIn(t, data, database, "SECRET_KEY="+oldRoot)
		h.ask(t, "GET", "/api/todos", "", "Cookie", s.cookie).is(200)
		first := h.ask(t, "POST", "/api/auth/login", `{"username":"ann","password":"`+testPassword+`"}`).is(200).Body.String()
		if !strings.Contains(first, `"mfa_required":true`) {
			t.Errorf("the second factor is gone: %s", first)
		}
	})
}
