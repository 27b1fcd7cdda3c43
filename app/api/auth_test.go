package api_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"umbra/app/api"
)

func TestStatusBeforeAndAfterSetUp(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		r := d.with(t, "", "GET", "/api/auth/status", nil).is(200)
		if s := r.json(); s["setup_required"] != true || s["setup_code_required"] != false || s["authenticated"] != false || s["user"] != nil {
			t.Errorf("%v", s)
		}
		if r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("it may be cached: %v", r.header)
		}
		if s := d.with(t, "", "GET", "/api/auth/status", nil, wayHeader, "far").is(200).json(); s["setup_code_required"] != true {
			t.Errorf("from elsewhere: %v", s)
		}
		ann := d.setUp(t)
		if s := d.with(t, "", "GET", "/api/auth/status", nil).is(200).json(); s["setup_required"] != false || s["authenticated"] != false || s["user"] != nil {
			t.Errorf("%v", s)
		}
		s := d.with(t, ann, "GET", "/api/auth/status", nil).is(200).json()
		user, _ := s["user"].(map[string]any)
		if s["authenticated"] != true || user["username"] != "Ann" || user["role"] != "admin" {
			t.Errorf("%v", s)
		}
		if s := d.with(t, api.PlainCookie+"=nonsense", "GET", "/api/auth/status", nil).is(200).json(); s["authenticated"] != false {
			t.Errorf("%v", s)
		}
	})
}

func TestSetUpHappensOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		bad := d.with(t, "", "POST", "/api/auth/setup", map[string]any{"username": "ann", "password": "aaaaaaaaaaaaaaaa"}).is(422)
		if strings.Contains(string(bad.body), "aaaa") || len(bad.fields()) == 0 {
			t.Errorf("%s", bad.body)
		}
		d.with(t, "", "POST", "/api/auth/setup", map[string]any{"username": "ann", "password": annsPassword, "role": "admin"}).is(422)
		var made, refused atomic.Int32
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				body := map[string]any{"username": fmt.Sprintf("ann%d", i), "password": annsPassword}
				switch d.with(t, "", "POST", "/api/auth/setup", body).status {
				case 201:
					made.Add(1)
				case 409:
					refused.Add(1)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || refused.Load() != 3 {
			t.Errorf("%d made, %d refused", made.Load(), refused.Load())
		}
		if r := d.with(t, "", "POST", "/api/auth/setup", map[string]any{"username": "eve", "password": annsPassword}).is(409); r.code() != "already_set_up" {
			t.Errorf("%s", r.body)
		}
	})
}

func TestSetUpFromElsewhereNeedsTheCode(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		code, err := d.accounts.SetupCode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		body := map[string]any{"username": "ann", "password": annsPassword}
		d.with(t, "", "POST", "/api/auth/setup", body, wayHeader, "far").is(403).fields()
		body["setup_code"] = "WRONG-WRONG"
		d.with(t, "", "POST", "/api/auth/setup", body, wayHeader, "far").is(403).fields()
		body["setup_code"] = strings.ToLower(code)
		r := d.with(t, "", "POST", "/api/auth/setup", body, wayHeader, "far").is(201)
		d.with(t, r.session(), "GET", "/api/todos", nil).is(200)
	})
}

func TestLogInAndItsCookie(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.setUp(t)
		r := d.logIn(t, "aNN", annsPassword).is(200)
		c := r.cookie()
		if c.Name != "umbra_session" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" || c.Domain != "" || c.MaxAge != int(maxAge.Seconds()) {
			t.Errorf("%s", c.Raw)
		}
		if r.header.Get("Cache-Control") != "no-store" || strings.Contains(string(r.body), c.Value) || r.json()["mfa_required"] != false {
			t.Errorf("%v %s", r.header, r.body)
		}
		c = d.logIn(t, "Ann", annsPassword, wayHeader, "https").is(200).cookie()
		if c.Name != "__Host-umbra_session" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
			t.Errorf("over HTTPS: %s", c.Raw)
		}
		d.with(t, c.Name+"="+c.Value, "GET", "/api/todos", nil).is(200)
		d.with(t, `odd="; `+c.Name+"="+c.Value, "GET", "/api/todos", nil).is(200) // another application's cookie beside it
		d.with(t, "", "GET", "/api/todos", nil).is(401)
		d.with(t, c.Name+"="+c.Value+"x", "GET", "/api/todos", nil).is(401)
		d.with(t, c.Name+"="+c.Value, "PATCH", "/api/auth/login", nil).is(405)
		// The answer must not tell a wrong name from a wrong password.
		name, password := d.logIn(t, "nobody", annsPassword).is(401), d.logIn(t, "ann", newPassword).is(401)
		if a, b := string(name.body), string(password.body); a != b || name.code() != "wrong_credentials" {
			t.Errorf("%s\n%s", a, b)
		}
		d.clock.Advance(maxAge)
		d.with(t, c.Name+"="+c.Value, "GET", "/api/todos", nil).is(401)
	})
}

func TestTenFailuresLockAName(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		for _, name := range []string{"ann", "nobody at all"} {
			for range 10 {
				d.logIn(t, name, newPassword, fromHeader, "198.51.100.7").is(401)
				d.clock.Advance(5 * time.Second)
			}
			for _, password := range []string{newPassword, annsPassword} {
				r := d.logIn(t, name, password, fromHeader, "203.0.113.9").is(423)
				if s, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || s < 1790 || s > 1800 || r.code() != "locked" {
					t.Errorf("%s: %v %s", name, r.header, r.body)
				}
			}
			d.clock.Advance(2 * time.Minute) // past the address's minute
		}
		d.with(t, ann, "GET", "/api/todos", nil).is(200) // who is in stays in
		d.clock.Advance(30 * time.Minute)
		d.logIn(t, "ann", annsPassword).is(200)
	})
}

func TestTwentyAMinuteFromOneAddress(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		d.setUp(t)
		for i := range 20 {
			d.logIn(t, fmt.Sprintf("name%d", i), newPassword, fromHeader, "198.51.100.7").is(401)
		}
		r := d.logIn(t, "ann", annsPassword, fromHeader, "198.51.100.7").is(429)
		if s, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || s < 1 || s > 60 || r.code() != "too_many_attempts" {
			t.Errorf("%v %s", r.header, r.body)
		}
		d.logIn(t, "ann", annsPassword, fromHeader, "198.51.100.8").is(200)
		d.clock.Advance(time.Minute)
		d.logIn(t, "ann", annsPassword, fromHeader, "198.51.100.7").is(200)
	})
}

func TestLogOut(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		other := d.logIn(t, "ann", annsPassword).is(200).session()
		r := d.with(t, ann, "POST", "/api/auth/logout", nil).is(204)
		if set := r.header["Set-Cookie"]; len(set) != 2 || !strings.Contains(set[0], "Max-Age=0") || !strings.Contains(set[1], "__Host-umbra_session=;") || !strings.Contains(set[1], "Secure") {
			t.Errorf("%v", set)
		}
		d.with(t, ann, "GET", "/api/todos", nil).is(401)
		d.with(t, other, "GET", "/api/todos", nil).is(200)
		d.with(t, ann, "POST", "/api/auth/logout", nil).is(204)
		d.with(t, "", "POST", "/api/auth/logout", nil).is(204)
	})
}

// A browser that came by both ways has both cookies.
func TestTheTwoCookiesOfABrowser(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		plain := d.setUp(t)
		r := d.logIn(t, "ann", annsPassword, wayHeader, "https").is(200)
		secure := r.session()
		if set := r.header["Set-Cookie"]; len(set) != 2 || !strings.Contains(set[1], "umbra_session=;") || !strings.Contains(set[1], "Max-Age=0") {
			t.Errorf("over HTTPS the other cookie is taken back: %v", set)
		}
		if set := d.logIn(t, "ann", annsPassword).is(200).header["Set-Cookie"]; len(set) != 1 {
			t.Errorf("over HTTP a browser would not let go of a Secure one: %v", set)
		}
		d.with(t, secure+"; "+plain, "POST", "/api/auth/logout", nil).is(204)
		d.with(t, secure, "GET", "/api/todos", nil).is(401)
		d.with(t, plain, "GET", "/api/todos", nil).is(401)
	})
}

func TestChangePassword(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		other := d.logIn(t, "ann", annsPassword).is(200).session()
		change := func(cookie, current, next string) reply {
			return d.with(t, cookie, "POST", "/api/auth/change-password", map[string]any{"current_password": current, "new_password": next})
		}
		change("", annsPassword, newPassword).is(401)
		if r := change(ann, newPassword, newPassword); r.status < 400 || r.status >= 500 {
			t.Errorf("a wrong current password: %d %s", r.status, r.body)
		}
		for _, weak := range []string{"shrimps", "password1234", "ababababababab", "annannannannann"} {
			r := change(ann, annsPassword, weak).is(422)
			if !strings.Contains(fmt.Sprint(r.fields()), "new_password:") || strings.Contains(string(r.body), weak) {
				t.Errorf("%s: %s", weak, r.body)
			}
		}
		d.with(t, ann, "GET", "/api/todos", nil).is(200)
		renewed := change(ann, annsPassword, newPassword).is(204).session()
		if renewed == ann {
			t.Error("the session was not renewed")
		}
		d.with(t, renewed, "GET", "/api/todos", nil).is(200)
		d.with(t, ann, "GET", "/api/todos", nil).is(401)
		d.with(t, other, "GET", "/api/todos", nil).is(401)
		d.logIn(t, "ann", annsPassword).is(401)
		d.logIn(t, "ann", newPassword).is(200)
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.clock.Advance(time.Minute)
		phone := d.logIn(t, "ann", annsPassword, "User-Agent", "Phone/1", fromHeader, "198.51.100.7").is(200).session()
		d.clock.Advance(time.Minute)
		third := d.logIn(t, "ann", annsPassword).is(200).session()
		d.accounts.Settle()
		r := d.with(t, ann, "GET", "/api/auth/sessions?count=true", nil).is(200)
		var phoneID any
		current := 0
		for _, s := range r.list() {
			if s["user_agent"] == "Phone/1" && s["address"] == "198.51.100.7" {
				phoneID = s["id"]
			}
			if s["current"] == true {
				current++
			}
		}
		if len(r.list()) != 3 || phoneID == nil || current != 1 || r.header.Get("X-Total-Count") != "3" || strings.Contains(string(r.body), "token") {
			t.Fatalf("%v %s", r.header, r.body)
		}
		d.with(t, ann, "DELETE", fmt.Sprintf("/api/auth/sessions/%v", phoneID), nil).is(204)
		d.with(t, phone, "GET", "/api/todos", nil).is(401)
		d.with(t, ann, "DELETE", fmt.Sprintf("/api/auth/sessions/%v", phoneID), nil).is(404)
		d.with(t, ann, "DELETE", "/api/auth/sessions", nil).is(204)
		d.with(t, third, "GET", "/api/todos", nil).is(401)
		if l := d.with(t, ann, "GET", "/api/auth/sessions", nil).is(200).list(); len(l) != 1 || l[0]["current"] != true {
			t.Errorf("%v", l)
		}
	})
}
