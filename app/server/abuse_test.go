package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/db/dbtest"
)

// guarded is a house with Ann, an administrator, and Bob, a plain user with a
// second factor.
func guarded(t *testing.T, settings ...string) *gatehouse {
	t.Helper()
	h := open(t, settings...)
	g := &gatehouse{house: h, t: t, clock: h.Clock.(*clock.Fake)}
	g.setUp(t)
	g.protectBob()
	return g
}

// doors are those at which a session or a token is shown, each with a status
// that means that it was let in.
func (g *gatehouse) doors(session, read, dav string) map[string]int {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("cara:"+dav))
	out := map[string]int{}
	for name, headers := range map[string][]string{"a session": {"Cookie", session}, "a token": {"Authorization", "Bearer " + read}} {
		out[name+" at the API"] = g.ask(g.t, "GET", "/api/todos", "", headers...).Code
		out[name+" at the document of a user"] = g.ask(g.t, "GET", "/api/settings", "", headers...).Code
	}
	out["an app password at a collection"] = g.ask(g.t, "PROPFIND", "/dav/", "", "Authorization", basic).Code
	out["an app password at an object"] = g.ask(g.t, "PUT", "/dav/calendars/3/todos/x.ics", "", "Authorization", basic).Code
	return out
}

// What was given to a user who is disabled, deleted, or whose password is set
// anew by a link is worth nothing at any door, from that moment on.
func TestNothingOutlivesItsOwner(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		for what, act := range map[string]func(g *gatehouse, ann string){
			"disabled": func(g *gatehouse, ann string) {
				g.ask(t, "PATCH", "/api/users/3", `{"disabled":true}`, "Cookie", ann).is(200)
			},
			"deleted": func(g *gatehouse, ann string) { g.ask(t, "DELETE", "/api/users/3", "", "Cookie", ann).is(204) },
			"reset": func(g *gatehouse, ann string) {
				_, token, _ := strings.Cut(g.text(g.ask(t, "POST", "/api/users/3/reset", "", "Cookie", ann).is(201), "url"), "#")
				g.ask(t, "POST", "/api/auth/invitation/accept", `{"token":"`+token+`","password":"nine copper lanterns"}`).is(201)
			},
			"with another password, tokens too": func(g *gatehouse, _ string) {
				other := g.logIn("cara")
				g.ask(t, "POST", "/api/auth/change-password", `{"current_password":"`+testPassword+`","new_password":"nine copper lanterns","revoke_tokens":true}`, "Cookie", other).is(204)
			},
		} {
			if strings.HasPrefix(database, "DATABASE_URL=postgres") {
				database = "DATABASE_URL=" + dbtest.NewSchema(t)
			}
			g := guarded(t, database)
			if _, err := g.Accounts.Add(t.Context(), account.NewUser{Username: "cara", Password: testPassword}); err != nil {
				t.Fatal(err)
			}
			session := g.logIn("cara")
			made := func(scope string) string {
				return g.text(g.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["`+scope+`"]}`, "Cookie", session).is(201), "token")
			}
			read, sync := made("read"), made("dav")
			for door, status := range g.doors(session, read, sync) {
				if status == http.StatusUnauthorized {
					t.Fatalf("%s does not open %s: the test is blind", door, what)
				}
			}
			act(g, g.ann())
			for door, status := range g.doors(session, read, sync) {
				if status != http.StatusUnauthorized {
					t.Errorf("%s: %s answers %d", what, door, status)
				}
			}
		}
	})
}

// A browser that is given somebody's session first gets one of its own at
// log-in, and the one before is worth nothing (session fixation).
func TestALogInTakesNoSessionThatWasThere(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		g := guarded(t, database)
		before := g.ann()
		for what, cookie := range map[string]string{"one that was": before, "a made-up one": api.PlainCookie + "=x"} {
			c := g.ask(t, "POST", "/api/auth/login", logInBody, "Cookie", cookie).is(200).Result().Cookies()[0]
			if "="+c.Value == cookie[len(api.PlainCookie):] || c.Value == "" {
				t.Errorf("%s was kept", what)
			}
			g.ask(t, "GET", "/api/todos", "", "Cookie", c.Name+"="+c.Value).is(200)
			g.ask(t, "GET", "/api/todos", "", "Cookie", cookie).is(401)
		}
		// A log-in that fails ends nothing.
		still := g.ann()
		g.ask(t, "POST", "/api/auth/login", `{"username":"ann","password":"wrong"}`, "Cookie", still).is(401)
		g.ask(t, "GET", "/api/todos", "", "Cookie", still).is(200)
	})
}

// Guesses from ever other addresses are counted by the name that they are for;
// who is signed in already works on meanwhile, and by token too.
func TestGuessesFromManyAddressesLockTheNameAndNobodysSession(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		g := guarded(t, database)
		ann := g.ann()
		token := g.text(g.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["read"]}`, "Cookie", ann).is(201), "token")
		guess := func(name string, i int) int {
			return g.ask(t, "POST", "/api/auth/login", fmt.Sprintf(`{"username":%q,"password":"guess %d"}`, name, i), "From", fmt.Sprintf("203.0.113.%d:1", i+1)).Code
		}
		for _, name := range []string{"ann", "nobody"} {
			for i := range account.LockAfter {
				if got := guess(name, i); got != 401 {
					t.Fatalf("%s, guess %d: %d", name, i, got)
				}
			}
			if got := guess(name, 99); got != 423 {
				t.Errorf("%s, from yet another address: %d", name, got)
			}
		}
		g.ask(t, "GET", "/api/todos", "", "Cookie", ann).is(200)
		g.ask(t, "GET", "/api/todos", "", "Authorization", "Bearer "+token).is(200)
		// IPv6 is counted by /64: whoever has one has 2^64 addresses.
		codes := map[int]int{}
		for i := range account.AddressLimit + 5 {
			codes[g.ask(t, "POST", "/api/auth/login", fmt.Sprintf(`{"username":"nobody-%d","password":"x"}`, i), "From", fmt.Sprintf("[2001:db8::%x]:1", i+1)).Code]++
		}
		if codes[401] != account.AddressLimit || codes[429] != 5 {
			t.Errorf("from one /64: %v", codes)
		}
	})
}

// Whether there is a user of a name shows neither in what is answered nor in
// what is done: as many round trips to the database, and one hash.
func TestNamesAreToldApartByNothing(t *testing.T) {
	proxy := dbtest.NewProxy(t, dbtest.NewSchema(t), 0)
	g := guarded(t, "DATABASE_URL="+proxy.Address)
	type work struct {
		answer string
		trips  int64
	}
	try := func(body string) work {
		g.clock.Advance(time.Minute)
		from := proxy.Trips()
		a := g.ask(t, "POST", "/api/auth/login", body)
		return work{told(a), proxy.Trips() - from}
	}
	try(`{"username":"ann","password":"warm"}`) // the connections
	try(`{"username":"nobody","password":"warm"}`)
	want := try(`{"username":"ann","password":"wrong"}`)
	for _, body := range []string{`{"username":"nobody","password":"wrong"}`, `{"username":"bob","password":"wrong"}`, `{"username":"x","password":"` + testPassword + `"}`} {
		if got := try(body); got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

// A plain user reaches no administrator's operation, with whatever body, and no
// token does, not even an administrator's.
func TestNobodyElseReachesAnAdministratorsOperations(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		g := guarded(t, database)
		if _, err := g.Accounts.Add(t.Context(), account.NewUser{Username: "cara", Password: testPassword}); err != nil {
			t.Fatal(err)
		}
		cara, ann := g.logIn("cara"), g.ann()
		token := "Bearer " + g.text(g.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["read","write","dav"]}`, "Cookie", ann).is(201), "token")
		state := func() string {
			users := g.ask(t, "GET", "/api/users", "", "Cookie", ann).is(200).Body.String() // but for when they were here
			return regexp.MustCompile(`"last_seen_at":"[^"]*"`).ReplaceAllString(users, "") + g.ask(t, "GET", "/api/invitations", "", "Cookie", ann).is(200).Body.String()
		}
		before, walked := state(), 0
		doc := decodeJSON[struct {
			Paths map[string]map[string]struct {
				Access string `json:"x-access"`
			}
		}](t, g.ask(t, "GET", "/openapi.json", "").is(200).Body.Bytes())
		for path, methods := range doc.Paths {
			for method, o := range methods {
				if o.Access != "admin" {
					continue
				}
				path := strings.ReplaceAll(path, "{id}", "2")
				for _, body := range []string{"", "{}", `{"role":"admin"}`, `{"disabled":true}`, "null", "[", strings.Repeat("x", 3000)} {
					for who, headers := range map[string][]string{"a plain user": {"Cookie", cara}, "an administrator's token": {"Authorization", token},
						"both": {"Cookie", ann, "Authorization", token}, "a plain user of another method": {"Cookie", cara, "X-HTTP-Method-Override", "GET", "X-Original-URL", "/api/health"}} {
						if a := g.ask(t, strings.ToUpper(method), path, body, headers...); a.Code != 403 {
							t.Errorf("%s %s %s by %s: %d %s", method, path, body, who, a.Code, a.Body)
						}
					}
				}
				walked++
			}
		}
		if got := state(); got != before || walked < 10 {
			t.Errorf("%d operations; what there was: %s; is: %s", walked, before, got)
		}
	})
}

// What a client writes into its fields shows up in no other place of an answer
// or of a message: no other host, no header, no redirect elsewhere.
func TestNoFieldOfARequestLeadsElsewhere(t *testing.T) {
	g := guarded(t, "UMBRA_TRUSTED_PROXIES=10.0.0.2")
	evil := []string{"From", "10.0.0.2:1", "Host", "evil.example", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "evil", "X-Forwarded-For", "evil.example",
		"Forwarded", "host=evil.example;proto=https", "X-Real-IP", "evil.example", "X-Original-URL", "/evil.example", "X-Rewrite-URL", "/evil.example", "Referer", "https://evil.example/"}
	ann := g.ann()
	for _, path := range []string{"/", "/api/nothing", "/api/auth/status", "/.well-known/caldav", "/dav", "/docs", "//evil.example/", "/\\evil.example", "/%5cevil.example", "/login?next=//evil.example",
		"/api/auth/oidc/start?return=//evil.example", "/act?t=x", "/api/todos", "/openapi.json"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PROPFIND"} {
			a := g.ask(t, method, path, "", append(evil, "Cookie", ann)...)
			for name, values := range a.Header() {
				here := name == "Location" && strings.HasPrefix(values[0], "/") && !strings.HasPrefix(values[0], "//") && !strings.HasPrefix(values[0], `/\`)
				if !here && strings.Contains(strings.ToLower(strings.Join(values, " ")), "evil.example") {
					t.Errorf("%s %s: %s: %v", method, path, name, values)
				}
			}
			if strings.Contains(a.Body.String(), "evil.example") {
				t.Errorf("%s %s: %s", method, path, a.Body)
			}
		}
	}
	if url := g.text(g.ask(t, "POST", "/api/invitations", `{}`, append(evil, "Cookie", ann)...).is(201), "url"); !strings.HasPrefix(url, "/join#") {
		t.Errorf("an invitation to %s", url)
	}
}

// Paths that climb lead to nothing, neither among the interface's files nor in DAV.
func TestNoPathClimbs(t *testing.T) {
	g := guarded(t)
	ann := g.ann()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:"+g.text(g.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["dav"]}`, "Cookie", ann).is(201), "token")))
	for _, climb := range []string{"/../", "/../../", "/..%2f..%2f", "/%2e%2e/%2e%2e/", "/..%5c..%5c", "/_app/../../", "/_app/%2e%2e/%2e%2e/", "//../", "/.%00/../"} {
		for _, file := range []string{"secret.key", "umbra.db", "go.mod", "etc/passwd", ".git/config"} {
			for _, root := range []string{"", "/api/people/1/photo", "/dav/calendars/1/todos", "/dav/addressbooks/1/people"} {
				a := g.ask(t, "GET", root+climb+file, "", "Cookie", ann, "Authorization", basic)
				body := a.Body.String()
				if strings.Contains(body, "SQLite format") || strings.Contains(body, "module umbra") || strings.Contains(body, "root:") || strings.Contains(body, "[core]") || a.Code >= 500 {
					t.Errorf("%s%s%s: %d %.80s", root, climb, file, a.Code, body)
				}
				if a.Code == 200 && !strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
					t.Errorf("%s%s%s: 200 %v", root, climb, file, a.Header())
				}
			}
		}
	}
}

// What users store is served as what it is, or as nothing that runs: with the
// locked policy, never sniffed.
func TestWhatUsersStoreRunsNowhere(t *testing.T) {
	g := guarded(t)
	ann := g.ann()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:"+g.text(g.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["dav"]}`, "Cookie", ann).is(201), "token")))
	const script = `<script>alert(1)</script>`
	for _, uri := range []string{"data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)),
		"data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(script)), "data:text/html;base64," + base64.StdEncoding.EncodeToString([]byte("GIF89a"+script))} {
		g.ask(t, "POST", "/api/people", `{"given_name":"x","photo":"`+uri+`"}`, "Cookie", ann).problem(422, "invalid")
	}
	// A picture with a script behind its beginning is a picture.
	made := g.ask(t, "POST", "/api/people", `{"given_name":"x","photo":"data:image/gif;base64,`+base64.StdEncoding.EncodeToString([]byte("GIF89a"+script))+`"}`, "Cookie", ann).is(201)
	photo := g.ask(t, "GET", g.text(made, "photo"), "", "Cookie", ann).is(200)
	g.ask(t, "POST", "/api/todos", `{"title":"`+strings.ReplaceAll(script, `"`, `\"`)+`"}`, "Cookie", ann).is(201)
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:x\r\nSUMMARY:" + script + "\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
	g.ask(t, "PUT", "/dav/calendars/1/todos/x.ics", text, "Authorization", basic, "Content-Type", "text/calendar").is(201)
	for name, tt := range map[string]struct {
		a    answer
		kind string
	}{
		"a photo":       {photo, "image/gif"},
		"a list":        {g.ask(t, "GET", "/api/todos", "", "Cookie", ann, "Accept", "text/html,*/*").is(200), "application/json"},
		"an object":     {g.ask(t, "GET", "/dav/calendars/1/todos/x.ics", "", "Authorization", basic).is(200), "text/calendar"},
		"a problem":     {g.ask(t, "GET", "/api/"+script, "", "Cookie", ann, "Accept", "text/html").is(404), "application/problem+json"},
		"a missing one": {g.ask(t, "GET", "/dav/calendars/1/todos/"+script+".ics", "", "Authorization", basic), ""},
	} {
		h := tt.a.Header()
		if !strings.HasPrefix(h.Get("Content-Type"), tt.kind) || strings.Contains(h.Get("Content-Type"), "html") || strings.Contains(h.Get("Content-Type"), "svg") ||
			h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", name, h)
		}
	}
}

// Each setting that names a host is held back alike where that host is inside.
func TestNoSettingReachesInside(t *testing.T) {
	g := guarded(t)
	inside := newOutside(t, false) // a server on this machine
	for _, host := range []string{inside.URL, strings.Replace(inside.URL, "127.0.0.1", "localhost", 1), "http://169.254.169.254", "http://[::1]:80", "http://[::ffff:127.0.0.1]", "http://2130706433", "http://0x7f.1", "http://10.0.0.1", "http://umbra.local"} {
		ann := g.ann()
		for channel, body := range map[string]string{"ntfy": `{"ntfy_server":%q,"ntfy_topic":"x","ntfy_enabled":true}`, "webhook": `{"webhook_url":%q,"webhook_secret":"s","webhook_enabled":true}`} {
			if a := g.ask(t, "PATCH", "/api/settings", fmt.Sprintf(body, host), "Cookie", ann); a.Code == 422 {
				continue // not even kept
			}
			if a := g.ask(t, "POST", "/api/settings/"+channel+"/test", "", "Cookie", ann); a.Code < 400 {
				t.Errorf("%s to %s: %d %s", channel, host, a.Code, a.Body)
			}
		}
		push := `{"endpoint":"` + host + `/x","keys":{"p256dh":"` + key(t) + `","auth":"AAAAAAAAAAAAAAAAAAAAAA"}}`
		if a := g.ask(t, "POST", "/api/push/subscriptions", push, "Cookie", ann); a.Code < 400 {
			t.Errorf("push to %s: %d %s", host, a.Code, a.Body)
		}
	}
	if n := inside.count("/") + inside.count("/x"); n != 0 {
		t.Errorf("%d requests arrived inside", n)
	}
}
