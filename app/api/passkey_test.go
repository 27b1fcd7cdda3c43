package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"umbra/app/api"
	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/passkey/passkeytest"
)

func TestPasskeysOverHTTP(t *testing.T) {
	origin, err := config.ParseOrigin("https://umbra.example.org")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, database *db.DB) {
		d := openDoor(t, database, func(deps *api.Deps) { deps.PublicURL = origin })
		_, _, ann := d.protect(t, d.setUp(t))
		if s, _ := d.with(t, "", "GET", "/api/auth/status", nil).is(200).json()["passkeys"].(map[string]any); s["origin"] != "https://umbra.example.org" {
			t.Errorf("%v", s)
		}
		options := func(r reply) []byte {
			t.Helper()
			if r.is(200).header.Get("Cache-Control") != "no-store" {
				t.Errorf("may be cached: %v", r.header)
			}
			b, err := json.Marshal(r.json()["public_key"])
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		a := passkeytest.New(t, origin.String())
		made := a.Create(t, options(d.with(t, ann, "POST", "/api/auth/passkeys/options", nil)))
		key := d.with(t, ann, "POST", "/api/auth/passkeys", map[string]any{"name": "Stick", "credential": json.RawMessage(made)}).is(201)
		if at := key.header.Get("Location"); at != "/api/auth/passkeys/"+id(key.json()) {
			t.Errorf("made at %q", at)
		}
		logIn := func(body map[string]any) reply {
			t.Helper()
			start := map[string]any{}
			if body["mfa_token"] != nil {
				start["mfa_token"] = body["mfa_token"]
			}
			body["credential"] = json.RawMessage(a.Get(t, options(d.with(t, "", "POST", "/api/auth/login/passkey/options", start))))
			return d.with(t, "", "POST", "/api/auth/login/passkey", body)
		}
		in := logIn(map[string]any{}).is(200)
		d.with(t, in.session(), "GET", "/api/todos", nil).is(200)
		half := d.logIn(t, "ann", annsPassword).is(200).json()
		if fmt.Sprint(half["mfa_methods"]) != "[totp recovery_code passkey]" {
			t.Errorf("%v", half["mfa_methods"])
		}
		// Under another address it is no way on.
		move := func(domain string) {
			t.Helper()
			if err := database.Tx(t.Context(), func(ctx context.Context) error {
				_, err := database.Exec(ctx, "UPDATE passkeys SET rp_id = $1", domain)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		move("elsewhere.example.org")
		if there := d.logIn(t, "ann", annsPassword).is(200).json(); fmt.Sprint(there["mfa_methods"]) != "[totp recovery_code]" {
			t.Errorf("%v", there["mfa_methods"])
		} else if r := d.with(t, "", "POST", "/api/auth/login/passkey/options", map[string]any{"mfa_token": there["mfa_token"]}); r.is(409).code() != "no_passkey" {
			t.Errorf("%s", r.body)
		}
		move(origin.Hostname())
		d.with(t, logIn(map[string]any{"mfa_token": half["mfa_token"]}).is(200).session(), "GET", "/api/todos", nil).is(200)
		for _, body := range []string{`{}`, `{"credential": null}`, `{"credential": 7}`, `{"credential": {}, "more": 1}`} {
			if r := d.with(t, "", "POST", "/api/auth/login/passkey", body); r.status != 422 {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		if r := d.with(t, "", "POST", "/api/auth/login/passkey", `{"credential": {}}`).is(401); r.code() != "passkey_refused" || len(r.header["Set-Cookie"]) != 0 {
			t.Errorf("%s", r.body)
		}

		// A session of an hour ago adds and removes none; a passkey proves who holds it.
		d.clock.Advance(time.Hour)
		path := "/api/auth/passkeys/" + id(key.json())
		for _, ask := range [][2]string{{"POST", "/api/auth/passkeys/options"}, {"DELETE", path}} {
			if r := d.with(t, ann, ask[0], ask[1], nil).is(403); r.code() != "proof_needed" {
				t.Errorf("%v: %s", ask, r.body)
			}
		}
		proof := a.Get(t, options(d.with(t, ann, "POST", "/api/auth/step-up/passkey/options", nil)))
		ann = d.with(t, ann, "POST", "/api/auth/step-up/passkey", map[string]any{"credential": json.RawMessage(proof)}).is(204).session()
		if l := d.with(t, ann, "GET", "/api/auth/passkeys", nil).is(200).list(); len(l) != 1 || l[0]["name"] != "Stick" || l[0]["last_used_at"] == nil {
			t.Errorf("%v", l)
		}
		d.with(t, ann, "PATCH", path, map[string]any{"name": "Blue"}).is(200)
		ann = d.with(t, ann, "DELETE", path, nil).is(204).session()
		d.with(t, ann, "POST", "/api/auth/step-up/passkey/options", nil).is(409)
	})
}

// Where browsers can make no passkeys, it says so and what to do.
func TestWherePasskeysWork(t *testing.T) {
	for url, reason := range map[string]string{"": "no_public_url", "http://umbra.home": "not_https", "https://192.168.1.7": "not_a_name", "https://[fd00::7]:8443": "not_a_name",
		"http://localhost:8000": "", "https://umbra.example.org:8443": ""} {
		t.Run(url, func(t *testing.T) {
			d := openDoor(t, sqlite(t), func(deps *api.Deps) {
				if url != "" {
					o, err := config.ParseOrigin(url)
					if err != nil {
						t.Fatal(err)
					}
					deps.PublicURL = o
				}
			})
			s, _ := d.with(t, "", "GET", "/api/auth/status", nil).is(200).json()["passkeys"].(map[string]any)
			r := d.with(t, "", "POST", "/api/auth/login/passkey/options", map[string]any{})
			if reason == "" {
				if s["origin"] != url || r.status != 200 {
					t.Errorf("%v, %d %s", s, r.status, r.body)
				}
				return
			}
			if s["reason"] != reason || s["origin"] != nil || r.is(409).code() != "passkeys_unavailable" {
				t.Errorf("%v, %s", s, r.body)
			}
		})
	}
}

func id(record map[string]any) string {
	b, _ := json.Marshal(record["id"])
	return string(b)
}
