package api_test

import (
	"encoding/base32"
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/secret"
)

// protect turns the second factor of a session on.
func (d *door) protect(t *testing.T, cookie string) (a secret.TOTP, codes []any, renewed string) {
	t.Helper()
	text, _ := d.with(t, cookie, "POST", "/api/auth/totp/enroll", map[string]any{"password": annsPassword}).is(200).json()["secret"].(string)
	a, err := base32.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	r := d.with(t, cookie, "POST", "/api/auth/totp/confirm", map[string]any{"code": d.code(t, a)}).is(200)
	codes, _ = r.json()["recovery_codes"].([]any)
	renewed = r.session()
	d.clock.Advance(time.Minute)
	return a, codes, renewed
}

func (d *door) code(t *testing.T, a secret.TOTP) string {
	t.Helper()
	code, err := a.Code(d.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestTheSecondFactorOverHTTP(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		// Nobody sets it up who only found a session.
		for _, body := range []string{`{}`, `{"password": ""}`, `{"password": "seven purple umbrella"}`} {
			if r := d.with(t, ann, "POST", "/api/auth/totp/enroll", body); r.status != 422 && r.status != 401 || strings.Contains(string(r.body), "svg") {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		e := d.with(t, ann, "POST", "/api/auth/totp/enroll", map[string]any{"password": annsPassword}).is(200)
		if e.header.Get("Cache-Control") != "no-store" {
			t.Errorf("a secret may be cached: %v", e.header)
		}
		a, codes, renewed := d.protect(t, ann)
		if len(codes) != 10 {
			t.Fatalf("%v", codes)
		}
		d.with(t, ann, "GET", "/api/todos", nil).is(401)
		d.with(t, renewed, "GET", "/api/todos", nil).is(200)
		if s := d.with(t, renewed, "GET", "/api/auth/totp", nil).is(200).json(); s["enabled"] != true || s["recovery_codes_left"] != 10.0 {
			t.Errorf("%v", s)
		}

		r := d.logIn(t, "ann", annsPassword).is(200)
		half := r.json()
		if len(r.header["Set-Cookie"]) != 0 || half["mfa_required"] != true || half["user"] != nil || fmt.Sprint(half["mfa_methods"]) != "[totp recovery_code]" {
			t.Fatalf("%v %v", r.header["Set-Cookie"], half)
		}
		token := half["mfa_token"]
		// It is no session, by whatever name.
		for _, name := range []string{"umbra_session", "__Host-umbra_session"} {
			d.with(t, fmt.Sprintf("%s=%v", name, token), "GET", "/api/todos", nil).is(401)
		}
		second := func(token, code any) reply {
			return d.with(t, "", "POST", "/api/auth/login/totp", map[string]any{"mfa_token": token, "code": code})
		}
		if r := second(token, "000000x").is(401); r.code() != "wrong_code" || len(r.header["Set-Cookie"]) != 0 {
			t.Errorf("%s", r.body)
		}
		if r := second("x", d.code(t, a)).is(401); r.code() != "mfa_token" {
			t.Errorf("%s", r.body)
		}
		in := second(token, d.code(t, a)).is(200)
		d.with(t, in.session(), "GET", "/api/todos", nil).is(200)
		if u, _ := in.json()["user"].(map[string]any); u["totp_enabled"] != true || u["username"] != "Ann" {
			t.Errorf("%s", in.body)
		}
		if r := second(token, codes[0]).is(401); r.code() != "mfa_token" {
			t.Errorf("a token again: %s", r.body)
		}
	})
}

func TestTurningTheSecondFactorOffNeedsAProof(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		a, codes, ann := d.protect(t, d.setUp(t))
		d.clock.Advance(time.Hour)
		for _, ask := range [][2]string{{"DELETE", "/api/auth/totp"}, {"POST", "/api/auth/totp/recovery-codes"}} {
			if r := d.with(t, ann, ask[0], ask[1], nil).is(403); r.code() != "proof_needed" {
				t.Errorf("%v: %s", ask, r.body)
			}
		}
		prove := func(code any) reply {
			return d.with(t, ann, "POST", "/api/auth/step-up", map[string]any{"password": annsPassword, "code": code})
		}
		prove("").is(401)
		prove("000000").is(401)
		ann = prove(codes[0]).is(204).session()
		prove(codes[0]).is(401)
		fresh, _ := d.with(t, ann, "POST", "/api/auth/totp/recovery-codes", nil).is(200).json()["recovery_codes"].([]any)
		if len(fresh) != 10 {
			t.Errorf("%v", fresh)
		}
		ann = prove(d.code(t, a)).is(204).session()
		off := d.with(t, ann, "DELETE", "/api/auth/totp", nil).is(204).session()
		d.with(t, ann, "GET", "/api/todos", nil).is(401)
		d.with(t, off, "DELETE", "/api/auth/totp", nil).is(409)
		if s := d.with(t, off, "GET", "/api/auth/totp", nil).is(200).json(); s["enabled"] != false || s["recovery_codes_left"] != 0.0 {
			t.Errorf("%v", s)
		}
		d.logIn(t, "ann", annsPassword).is(200).session()
	})
}
