package api_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
)

// token makes one and answers its text and id.
func (d *door) token(t *testing.T, cookie string, scopes ...string) (text, id string) {
	t.Helper()
	r := d.with(t, cookie, "POST", "/api/auth/tokens", map[string]any{"name": "A script", "scopes": scopes}).is(201)
	text, _ = r.json()["token"].(string)
	if !strings.HasPrefix(text, "umbra_pat_") || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v %s", r.header, r.body)
	}
	return text, fmt.Sprintf("%.0f", r.json()["id"])
}

// bearing sends a request with a token.
func (d *door) bearing(t *testing.T, token, method, path string, body any, headers ...string) reply {
	t.Helper()
	return d.with(t, "", method, path, body, append(headers, "Authorization", "Bearer "+token)...)
}

func TestATokenReachesItsScopes(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		read, _ := d.token(t, ann, "read")
		write, _ := d.token(t, ann, "write")
		both, id := d.token(t, ann, "read", "write")
		dav, _ := d.token(t, ann, "dav")
		const todo = `{"title":"by a script"}`
		made := d.bearing(t, both, "POST", "/api/todos", todo, "Idempotency-Key", "k").is(201)
		again := d.bearing(t, both, "POST", "/api/todos", todo, "Idempotency-Key", "k").is(201)
		if made.header.Get("Location") != again.header.Get("Location") || made.header.Get("Set-Cookie") != "" {
			t.Errorf("%v %v", made.header, again.header)
		}
		d.bearing(t, read, "GET", "/api/todos", nil).is(200)
		d.bearing(t, write, "PATCH", made.header.Get("Location"), `{"title":"renamed"}`).is(200)
		set := d.bearing(t, read, "GET", "/api/history", nil).is(200).list()[0]
		if set["source"] != "token" {
			t.Errorf("%v", set)
		}
		for what, r := range map[string]reply{
			"read writes":          d.bearing(t, read, "POST", "/api/todos", todo),
			"write reads":          d.bearing(t, write, "GET", "/api/todos", nil),
			"dav reads":            d.bearing(t, dav, "GET", "/api/todos", nil),
			"dav writes":           d.bearing(t, dav, "DELETE", made.header.Get("Location"), nil),
			"write listens":        d.bearing(t, write, "GET", "/api/live", nil),
			"where mail goes":      d.bearing(t, both, "PATCH", "/api/settings", `{"email":"eve@example.org"}`),
			"the webhook's secret": d.bearing(t, both, "PUT", "/api/settings", `{"webhook_secret":"x"}`),
			"makes tokens":         d.bearing(t, both, "POST", "/api/auth/tokens", `{"name":"x","scopes":["write"]}`),
		} {
			if r.is(403); r.code() != "scope" || !strings.Contains(r.header.Get("WWW-Authenticate"), "insufficient_scope") {
				t.Errorf("%s: %v %s", what, r.header, r.body)
			}
		}
		d.bearing(t, both, "PATCH", "/api/settings", `{"theme":"dark"}`).is(200)
		d.with(t, ann, "DELETE", "/api/auth/tokens/"+id, nil).is(204)
		if r := d.bearing(t, both, "GET", "/api/todos", nil).is(401); r.code() != "bad_token" || !strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") {
			t.Errorf("%v %s", r.header, r.body)
		}
	})
}

// No token reaches the account, nor what is an administrator's, whatever its
// scopes and whoever's it is; and each operation wants the scope of its method.
func TestEveryOperationHoldsTokensToTheirScope(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		all, _ := d.token(t, ann, "read", "write", "dav")
		short := map[string]string{}
		short["read"], _ = d.token(t, ann, "write", "dav")
		short["write"], _ = d.token(t, ann, "read", "dav")
		beyond := 0
		for name, o := range operations(d.api.Document()) {
			rule := o.Extensions["x-access"]
			if rule == "public" {
				continue
			}
			method, path, _ := strings.Cut(name, " ")
			path = strings.NewReplacer("{id}", "1", "{task_id}", "1", "{kind}", "todo", "{change_set}", "1").Replace(path)
			needs := "write"
			if method == "GET" {
				needs = "read"
			}
			if r := d.bearing(t, short[needs], method, path, nil); r.status != 403 || r.code() != "scope" {
				t.Errorf("%s without the scope %s: %d %s", name, needs, r.status, r.body)
			}
			if rule != "signed-in" {
				beyond++
				if r := d.bearing(t, all, method, path, nil); r.status != 403 || r.code() != "scope" {
					t.Errorf("%s by a token with every scope: %d %s", name, r.status, r.body)
				}
			}
			if strings.HasPrefix(path, "/api/auth/") && rule == "signed-in" {
				t.Errorf("%s is the account's and open to tokens", name)
			}
		}
		if beyond < 10 {
			t.Errorf("only %d operations are beyond tokens", beyond)
		}
	})
}

// Beside a token the browser's cookie counts for nothing, and nothing but a
// Bearer token is taken in that header.
func TestATokenIsNotHelpedByACookie(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		read, _ := d.token(t, ann, "read")
		dav, _ := d.token(t, ann, "dav")
		for _, tc := range []struct {
			header string
			status int
		}{{"Bearer " + read, 403}, {"bearer   " + read, 403}, {"Bearer " + read + "x", 401}, {"Bearer", 401}, {"Bearer ", 401}, {read, 401},
			{"Basic QW5uOnNldmVuIHB1cnBsZSB1bWJyZWxsYXM=", 401}, {"Digest x", 401}, {"Bearer " + dav, 403}} {
			r := d.with(t, ann, "POST", "/api/todos", `{"title":"x"}`, "Authorization", tc.header)
			if r.status != tc.status || r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%q: %d %v %s", tc.header[:min(12, len(tc.header))], r.status, r.header, r.body)
			}
		}
		if n := len(d.with(t, ann, "GET", "/api/todos", nil).is(200).list()); n != 0 {
			t.Errorf("%d to-dos were made", n)
		}
	})
}

func TestTokensAreListedRenamedAndShownOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		text, id := d.token(t, ann, "dav", "read")
		d.clock.Advance(time.Second)
		d.with(t, ann, "POST", "/api/auth/tokens", map[string]any{"name": "Later", "scopes": []string{"read"}, "expires_at": d.clock.Now().Add(time.Hour)}).is(201)
		r := d.with(t, ann, "GET", "/api/auth/tokens?limit=1&count=true", nil).is(200)
		if l := r.list(); len(l) != 1 || l[0]["name"] != "Later" || l[0]["expires_at"] == nil || r.header.Get("X-Total-Count") != "2" || r.header.Get("Link") == "" {
			t.Errorf("%v %s", r.header, r.body)
		}
		all := d.with(t, ann, "GET", "/api/auth/tokens", nil).is(200)
		if len(all.list()) != 2 || strings.Contains(string(all.body), text) || strings.Contains(string(all.body), "umbra_pat") {
			t.Errorf("%s", all.body)
		}
		if r := d.with(t, ann, "PATCH", "/api/auth/tokens/"+id, `{"name":"Old phone"}`).is(200); r.json()["name"] != "Old phone" {
			t.Errorf("%s", r.body)
		}
		for _, body := range []string{`{"name":"","scopes":["read"]}`, `{"name":"x","scopes":[]}`, `{"name":"x","scopes":["admin"]}`, `{"name":"x","scopes":["read","read"]}`,
			`{"name":"x","scopes":["read"],"expires_at":"2020-01-01T00:00:00Z"}`, `{"name":"x","scopes":["read"],"expires_at":"2100-01-01T00:00:00Z"}`, `{"scopes":["read"]}`} {
			d.with(t, ann, "POST", "/api/auth/tokens", body).is(422).fields()
		}
		d.clock.Advance(account.ProofAge)
		d.with(t, ann, "POST", "/api/auth/tokens", `{"name":"x","scopes":["read"]}`).needsProof()
		d.with(t, ann, "DELETE", "/api/auth/tokens/"+id, nil).needsProof()
	})
}

// A stream ends when what it was opened with does, at once: the limits here are
// the usual ones, so no heartbeat helps.
func TestAStreamEndsWithItsTokenAtOnce(t *testing.T) {
	for what, end := range map[string]func(t *testing.T, d *door, ann, id string){
		"revoked": func(t *testing.T, d *door, ann, id string) {
			d.with(t, ann, "DELETE", "/api/auth/tokens/"+id, nil).is(204)
		},
		"its owner disabled": func(t *testing.T, d *door, ann, _ string) {
			if _, err := d.accounts.Add(t.Context(), account.NewUser{Username: "other", Password: newPassword, Role: account.Admin}); err != nil {
				t.Fatal(err)
			}
			if err := d.accounts.SetDisabled(t.Context(), 1, true); err != nil {
				t.Fatal(err)
			}
		},
		"all of them with the password": func(t *testing.T, d *door, ann, _ string) {
			d.with(t, ann, "POST", "/api/auth/change-password", map[string]any{"current_password": annsPassword, "new_password": newPassword, "revoke_tokens": true}).is(204)
		},
	} {
		t.Run(what, func(t *testing.T) {
			eachDoor(t, func(t *testing.T, d *door) {
				ann := d.setUp(t)
				text, id := d.token(t, ann, "read")
				req, err := http.NewRequestWithContext(t.Context(), "GET", d.URL+"/api/live", nil)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+text)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = resp.Body.Close() }()
				lines := bufio.NewScanner(resp.Body)
				if !lines.Scan() || lines.Text() != "event: ready" {
					t.Fatalf("%d %s", resp.StatusCode, lines.Text())
				}
				end(t, d, ann, id)
				for lines.Scan() { // to its end, or the test's
					if strings.Contains(lines.Text(), "change") {
						t.Error(lines.Text())
					}
				}
			})
		})
	}
}

// The same for sessions, however they end.
func TestAStreamEndsWithItsSessionAtOnce(t *testing.T) {
	for what, end := range map[string]func(t *testing.T, d *door, ann string){
		"log-out": func(t *testing.T, d *door, ann string) { d.with(t, ann, "POST", "/api/auth/logout", nil).is(204) },
		"revoked": func(t *testing.T, d *door, ann string) {
			d.with(t, d.logIn(t, "ann", annsPassword).session(), "DELETE", "/api/auth/sessions/1", nil).is(204)
		},
		"the others ended": func(t *testing.T, d *door, ann string) {
			d.with(t, d.logIn(t, "ann", annsPassword).session(), "DELETE", "/api/auth/sessions", nil).is(204)
		},
		"its token renewed by a step-up": func(t *testing.T, d *door, ann string) { // as when a thief had a copy of it
			d.stepUp(t, ann, annsPassword).is(204)
		},
	} {
		t.Run(what, func(t *testing.T) {
			eachDoor(t, func(t *testing.T, d *door) {
				ann := d.setUp(t)
				f := d.follow(t, ann, "")
				f.want("ready")
				end(t, d, ann)
				if e, ok := f.next(); ok {
					t.Errorf("%+v", e)
				}
			})
		})
	}
}

// huma keeps the items of a list that must differ as keys of a map, and panics at
// one that cannot be a key: no list of ours asks for that.
func TestScopesOfAnyShapeAreRefused(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		for _, scopes := range []string{`[{}]`, `[["read"]]`, `[null]`, `"read"`, `["all"]`, `null`, `[]`} {
			if r := d.with(t, ann, "POST", "/api/auth/tokens", `{"name":"x","scopes":`+scopes+`}`); r.status/100 != 4 {
				t.Errorf("%s: %d %s", scopes, r.status, r.body)
			}
		}
		if r := d.with(t, ann, "POST", "/api/auth/tokens", `{"name":"x","scopes":["read","read"]}`).is(422); !r.fields()["scopes:unique"] {
			t.Errorf("%s", r.body)
		}
	})
	text, err := document().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), `"uniqueItems"`) {
		t.Error("a schema says uniqueItems")
	}
}

func TestNullIsNoValueOfWhatMayBeLeftOut(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		for _, tt := range []struct{ method, path, body, field string }{
			{"POST", "/api/invitations", `{"username":null}`, "username"},
			{"POST", "/api/invitations", `{"role":null}`, "role"},
			{"PATCH", "/api/users/1", `{"role":null}`, "role"},
			{"PATCH", "/api/users/1", `{"disabled":null}`, "disabled"},
			{"POST", "/api/auth/invitation/accept", `{"token":"x","password":"nine yellow telescopes","time_zone":null}`, "time_zone"},
			{"POST", "/api/auth/setup", `{"username":"bob","password":"nine yellow telescopes","language":null}`, "language"},
			{"POST", "/api/auth/change-password", `{"current_password":"x","new_password":"nine yellow telescopes","revoke_tokens":null}`, "revoke_tokens"},
			{"POST", "/api/auth/step-up", `{"password":"x","code":null}`, "code"},
		} {
			if r := d.with(t, ann, tt.method, tt.path, tt.body); r.status != 422 || !r.fields()[tt.field+":type"] {
				t.Errorf("%s %s %s: %d %s", tt.method, tt.path, tt.body, r.status, r.body)
			}
		}
	})
}
