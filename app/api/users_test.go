package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
)

// guest takes the secret out of a link's fragment.
func guest(t *testing.T, r reply) string {
	t.Helper()
	url, _ := r.is(201).json()["url"].(string)
	path, token, ok := strings.Cut(url, "#")
	if !ok || path != "/join" || len(token) != 43 || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v %s", r.header, r.body)
	}
	return token
}

func (d *door) accept(t *testing.T, token, name string) reply {
	t.Helper()
	return d.with(t, "", "POST", "/api/auth/invitation/accept", map[string]any{"token": token, "username": name, "password": newPassword, "time_zone": "Europe/Berlin"})
}

func (d *door) events(t *testing.T, cookie, query string) string {
	t.Helper()
	var out []string
	for _, e := range d.with(t, cookie, "GET", "/api/audit"+query, nil).is(200).list() {
		out = append(out, fmt.Sprintf("%v:%v", e["kind"], e["username"]))
	}
	return strings.Join(out, " ")
}

func TestAnInvitationMakesOneAccount(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		token := guest(t, d.with(t, ann, "POST", "/api/invitations", `{"username":"bob"}`))
		list := d.with(t, ann, "GET", "/api/invitations?count=true", nil).is(200)
		if len(list.list()) != 1 || strings.Contains(string(list.body), token) || list.list()[0]["invited_by"] != "Ann" {
			t.Errorf("%s", list.body)
		}
		if r := d.with(t, "", "POST", "/api/auth/invitation/read", map[string]any{"token": token}).is(200); r.json()["username"] != "bob" || r.json()["reset"] != false || r.json()["invited_by"] != "Ann" {
			t.Errorf("%s", r.body)
		}
		d.with(t, ann, "PATCH", "/api/settings", `{"preferred_name":"Auntie"}`).is(200)
		if r := d.with(t, "", "POST", "/api/auth/invitation/read", map[string]any{"token": token}).is(200); r.json()["invited_by"] != "Auntie" {
			t.Errorf("%s", r.body)
		}
		d.with(t, "", "POST", "/api/auth/invitation/accept", map[string]any{"token": token, "username": "bob", "password": "short"}).is(422)
		bob := d.accept(t, token, "Bob").is(201).session()
		d.with(t, bob, "GET", "/api/todos", nil).is(200)
		d.with(t, bob, "GET", "/api/users", nil).is(403)
		wrong := d.accept(t, token, "eve").is(404)
		if made := d.accept(t, "never made", "eve").is(404); string(made.body) != string(wrong.body) || wrong.code() != "no_invitation" {
			t.Errorf("%s %s", wrong.body, made.body)
		}
		revoked := d.with(t, ann, "POST", "/api/invitations", `{"role":"admin"}`)
		other := guest(t, revoked)
		d.with(t, ann, "DELETE", revoked.header.Get("Location"), nil).is(204)
		d.with(t, ann, "DELETE", revoked.header.Get("Location"), nil).is(404)
		d.accept(t, other, "eve").is(404)
		late := guest(t, d.with(t, ann, "POST", "/api/invitations", `{}`))
		d.clock.Advance(account.InvitationAge)
		d.accept(t, late, "eve").is(404)
		if got := d.events(t, bob, ""); got != "log_in:Bob invitation_accepted:Bob" {
			t.Errorf("Bob sees %s", got)
		}
		d.with(t, bob, "POST", "/api/auth/logout", nil).is(204)
		if got := d.events(t, ann, "?all=true&limit=1"); got != "log_out:Bob" {
			t.Errorf("Ann sees %s", got)
		}
	})
}

func TestAnAdministratorKeepsUsers(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		bob := d.accept(t, guest(t, d.with(t, ann, "POST", "/api/invitations", `{}`)), "bob").is(201)
		path := fmt.Sprintf("/api/users/%.0f", bob.json()["id"])
		his := bob.session()
		key, _ := d.token(t, his, "read")
		if l := d.with(t, ann, "GET", "/api/users?count=true", nil).is(200); len(l.list()) != 2 || l.header.Get("X-Total-Count") != "2" || strings.Contains(string(l.body), "hash") {
			t.Errorf("%s", l.body)
		}
		for _, op := range [][3]string{{"PATCH", path, `{"disabled":true}`}, {"POST", path + "/reset", ""}, {"POST", path + "/unlock", ""}, {"DELETE", path, ""},
			{"GET", "/api/users", ""}, {"POST", "/api/invitations", `{}`}, {"GET", "/api/invitations", ""}, {"GET", "/api/audit?all=true", ""}} {
			var body any
			if op[2] != "" {
				body = op[2]
			}
			if r := d.with(t, his, op[0], op[1], body).is(403); r.code() != "not_admin" {
				t.Errorf("%v: %s", op, r.body)
			}
		}
		for _, op := range [][3]string{{"PATCH", "", `{"disabled":true}`}, {"POST", "/reset", ""}, {"POST", "/unlock", ""}, {"DELETE", "", ""}} {
			var body any
			if op[2] != "" {
				body = op[2]
			}
			d.with(t, ann, op[0], "/api/users/999"+op[1], body).is(404)
		}
		for _, change := range []string{`{"disabled":true}`, `{"role":"user"}`} { // the last who can let anybody in
			if r := d.with(t, ann, "PATCH", "/api/users/1", change).is(409); r.code() != "last_admin" {
				t.Errorf("%s", r.body)
			}
		}
		d.with(t, ann, "DELETE", "/api/users/1", nil).is(409)

		f := d.follow(t, his, "")
		f.want("ready")
		d.with(t, ann, "PATCH", path, `{"disabled":true}`).is(200)
		if e, ok := f.next(); ok {
			t.Errorf("a disabled user's stream goes on: %+v", e)
		}
		d.with(t, his, "GET", "/api/todos", nil).is(401)
		d.bearing(t, key, "GET", "/api/todos", nil).is(401)
		d.logIn(t, "bob", newPassword).is(401)
		d.with(t, ann, "POST", path+"/reset", nil).is(409)
		d.with(t, ann, "PATCH", path, `{"disabled":false,"role":"admin"}`).is(200)
		his = d.logIn(t, "bob", newPassword).is(200).session()
		d.with(t, his, "GET", "/api/users", nil).is(200)

		link := guest(t, d.with(t, ann, "POST", path+"/reset", nil))
		d.with(t, his, "GET", "/api/todos", nil).is(200) // until it is used
		revoked := d.with(t, ann, "POST", path+"/reset", nil)
		d.with(t, ann, "DELETE", revoked.header.Get("Location"), nil).is(204)
		d.accept(t, guest(t, revoked), "bob").is(404)
		if got := d.events(t, his, "?limit=3"); got != "invitation_revoked:bob password_link_made:bob password_link_made:bob" {
			t.Errorf("Bob sees %s", got)
		}
		newer := guest(t, d.with(t, ann, "POST", path+"/reset", nil))
		d.accept(t, link, "bob").is(404)
		again := d.with(t, "", "POST", "/api/auth/invitation/accept", map[string]any{"token": newer, "password": annsPassword}).is(201)
		if again.header.Get("Set-Cookie") != "" {
			t.Error("a reset signs in, past a second factor")
		}
		d.with(t, his, "GET", "/api/todos", nil).is(401)
		d.logIn(t, "bob", annsPassword).is(200)
		d.with(t, ann, "DELETE", path, nil).is(204)
		d.logIn(t, "bob", annsPassword).is(401)
		d.with(t, ann, "DELETE", path, nil).is(404)
		if got := d.events(t, ann, "?kind=user_deleted"); got != "user_deleted:Ann" {
			t.Errorf("%s", got)
		}
		d.clock.Advance(account.ProofAge)
		for _, op := range [][2]string{{"DELETE", path}, {"POST", path + "/reset"}, {"PATCH", path}, {"POST", "/api/invitations"}} {
			d.with(t, ann, op[0], op[1], map[string]any{}).needsProof()
		}
	})
}

func TestStrangersWaitAtInvitations(t *testing.T) {
	d := openDoor(t, sqlite(t))
	d.setUp(t)
	for range 30 {
		d.with(t, "", "POST", "/api/auth/invitation/read", `{"token":"x"}`).is(404)
	}
	if r := d.accept(t, "x", "eve").is(429); r.header.Get("Retry-After") == "" {
		t.Errorf("%v", r.header)
	}
	d.with(t, "", "POST", "/api/auth/invitation/read", `{"token":"x"}`, fromHeader, "2001:db8::1").is(404)
}

func TestTheAuditListTellsWhatHappened(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.logIn(t, "Ann", newPassword, fromHeader, "198.51.100.7", "User-Agent", "Firefox/1").is(401)
		d.logIn(t, "my password by mistake", newPassword).is(401)
		d.clock.Advance(time.Second)
		ann = d.stepUp(t, ann, annsPassword).is(204).session()
		d.stepUp(t, ann, newPassword).is(401)
		key, id := d.token(t, ann, "read")
		d.bearing(t, key, "GET", "/api/todos", nil, fromHeader, "203.0.113.5").is(200)
		d.accounts.Settle()
		d.with(t, ann, "DELETE", "/api/auth/tokens/"+id, nil).is(204)
		if _, err := d.accounts.Add(t.Context(), account.NewUser{Username: "bob", Password: newPassword}); err != nil {
			t.Fatal(err)
		}
		bob := d.logIn(t, "bob", newPassword).is(200).session()
		want := "token_revoked:Ann token_new_address:Ann token_created:Ann step_up_failed:Ann step_up:Ann log_in_failed:Ann log_in:Ann"
		if got := d.events(t, ann, ""); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got := d.events(t, bob, ""); got != "log_in:bob user_added:bob" {
			t.Errorf("Bob sees %s", got)
		}
		all := d.with(t, ann, "GET", "/api/audit?all=true&count=true&limit=500", nil).is(200)
		if all.header.Get("X-Total-Count") != "10" || strings.Contains(string(all.body), "mistake") || strings.Contains(string(all.body), key) {
			t.Errorf("%v %s", all.header, all.body)
		}
		failed := d.with(t, ann, "GET", "/api/audit?kind=log_in_failed", nil).is(200).list()
		if len(failed) != 1 || failed[0]["address"] != "198.51.100.7" || failed[0]["user_agent"] != "Firefox/1" || failed[0]["actor"] != "" {
			t.Errorf("%v", failed)
		}
		if first := d.with(t, ann, "GET", "/api/audit?limit=2", nil).is(200); first.header.Get("Link") == "" || len(first.list()) != 2 {
			t.Errorf("%v", first.header)
		}
		d.with(t, ann, "GET", "/api/audit?kind=nonsense", nil).is(422)
		d.with(t, bob, "GET", "/api/audit?user_id=1", nil).is(422)
		d.clock.Advance(account.KeepEvents)
		if err := d.accounts.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		last := d.logIn(t, "ann", annsPassword).is(200).session()
		if got := d.events(t, last, ""); got != "log_in:Ann" {
			t.Errorf("%s", got)
		}
	})
}
