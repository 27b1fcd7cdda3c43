package server_test

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/jobs"
	"umbra/app/oidc/oidctest"
	"umbra/app/secret"
)

// gatehouse is a house and what a test of its secrets needs to get at them.
type gatehouse struct {
	house
	t     *testing.T
	clock *clock.Fake
	codes []string // Bob's recovery codes
}

// ann logs in anew and answers her session's cookie.
func (g *gatehouse) ann() string {
	g.t.Helper()
	g.clock.Advance(time.Minute) // another minute of the limit by address
	return g.logIn("ann")
}

func (g *gatehouse) logIn(name string) string {
	g.t.Helper()
	c := g.ask(g.t, "POST", "/api/auth/login", `{"username":"`+name+`","password":"`+testPassword+`"}`).is(200).Result().Cookies()[0]
	return c.Name + "=" + c.Value
}

func (g *gatehouse) text(answer answer, field string) string {
	g.t.Helper()
	s, _ := decodeJSON[map[string]any](g.t, answer.Body.Bytes())[field].(string)
	if s == "" {
		g.t.Fatalf("no %s in %s", field, answer.Body)
	}
	return s
}

func (g *gatehouse) exec(query string, args ...any) {
	g.t.Helper()
	if err := g.DB.Tx(g.t.Context(), func(ctx context.Context) error { _, err := g.DB.Exec(ctx, query, args...); return err }); err != nil {
		g.t.Fatal(err)
	}
}

// protectBob makes a user with a second factor.
func (g *gatehouse) protectBob() {
	g.t.Helper()
	if _, err := g.Accounts.Add(g.t.Context(), account.NewUser{Username: "bob", Password: testPassword}); err != nil {
		g.t.Fatal(err)
	}
	bob := g.logIn("bob")
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(g.text(g.ask(g.t, "POST", "/api/auth/totp/enroll", `{"password":"`+testPassword+`"}`, "Cookie", bob).is(200), "secret"))
	if err != nil {
		g.t.Fatal(err)
	}
	code, err := secret.TOTP(raw).Code(g.clock.Now())
	if err != nil {
		g.t.Fatal(err)
	}
	on := g.ask(g.t, "POST", "/api/auth/totp/confirm", `{"code":"`+code+`"}`, "Cookie", bob).is(200)
	g.codes = decodeJSON[struct {
		Codes []string `json:"recovery_codes"`
	}](g.t, on.Body.Bytes()).Codes
}

// ring makes one of Ann's to-dos ring and answers the token of a link of its message.
func (g *gatehouse) ring() string {
	g.t.Helper()
	plan := func() {
		if err := g.Alarms.Plan(g.t.Context(), 1); err != nil {
			g.t.Fatal(err)
		}
	}
	ann := g.ann()
	plan()
	g.ask(g.t, "POST", "/api/todos", fmt.Sprintf(`{"title":"Water","reminders":[%q]}`, g.clock.Now().Format(time.RFC3339)), "Cookie", ann).is(201)
	plan()
	for _, k := range g.Alarms.Jobs() {
		if k.Name == "alarms" {
			if res := k.Do(g.t.Context(), jobs.Job{Kind: k.Name, Key: "1"}); res.Err != nil {
				g.t.Fatal(res.Err)
			}
		}
	}
	payload, found, err := db.One(g.t.Context(), g.DB, func(row db.Scanner) (string, error) {
		var id int64
		var uid string
		err := row.Scan(&id, &uid)
		return fmt.Sprintf("1 %d done %s", id, uid), err
	}, "SELECT id, uid FROM deliveries ORDER BY id DESC LIMIT 1")
	if err != nil || !found {
		g.t.Fatal(found, err)
	}
	return g.Accounts.Keys.SignToken(secret.Action, []byte(payload), g.clock.Now())
}

// A kind of secret: how one is made, shown and ended. What is refused is told
// apart by nothing.
type kind struct {
	name  string
	like  string // the kind that a secret of this one is as well; "" for none
	make  func() string
	show  func(secret string) answer
	good  int // 0: what answers has no end
	bad   int
	end   func(secret string)        // nil: showing it has used it up
	age   time.Duration              // after which it is worth nothing; 0: it has no end
	rekey func(secret string) string // the same as it was under the SECRET_KEY before; nil: no key is in it, and rotating one changes nothing
}

var otherKeys = func() secret.Keys {
	k, err := secret.NewKeys("the key of before the rotation, 0123456789")
	if err != nil {
		panic(err)
	}
	return k
}()

// resigned is a token with another key's signature over what it says.
func (g *gatehouse) resigned(purpose secret.Purpose, token string) string {
	g.t.Helper()
	payload, at, err := g.Accounts.Keys.VerifyToken(purpose, token, g.clock.Now(), time.Hour)
	if err != nil {
		g.t.Fatal(err)
	}
	return otherKeys.SignToken(purpose, payload, at)
}

func (g *gatehouse) kinds() []kind {
	t := g.t
	bearer := func(token string) answer {
		return g.ask(t, "GET", "/api/todos", "", "Authorization", "Bearer "+token)
	}
	made := func(scope string) func() string {
		return func() string {
			until := g.clock.Now().Add(25 * time.Hour).Format(time.RFC3339)
			return g.text(g.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["`+scope+`"],"expires_at":"`+until+`"}`, "Cookie", g.ann()).is(201), "token")
		}
	}
	revoked := func(token string) {
		ann := g.ann()
		g.ask(t, "GET", "/api/auth/tokens", "", "Cookie", ann).is(200)
		id, _, err := db.One(t.Context(), g.DB, db.Value[int64], "SELECT id FROM access_tokens WHERE token_hash = $1", secret.HashToken(token))
		if err != nil {
			t.Fatal(err)
		}
		g.ask(t, "DELETE", fmt.Sprintf("/api/auth/tokens/%d", id), "", "Cookie", ann).is(204)
	}
	half := func() string {
		g.clock.Advance(time.Minute)
		return g.text(g.ask(t, "POST", "/api/auth/login", `{"username":"bob","password":"`+testPassword+`"}`).is(200), "mfa_token")
	}
	state := "" // of the last way to the provider
	return []kind{
		{name: "session", good: 200, bad: 401, age: 31 * 24 * time.Hour,
			make: func() string { _, s, _ := strings.Cut(g.ann(), "="); return s },
			show: func(s string) answer { return g.ask(t, "GET", "/api/todos", "", "Cookie", api.PlainCookie+"="+s) },
			end:  func(s string) { g.ask(t, "POST", "/api/auth/logout", "", "Cookie", api.PlainCookie+"="+s).is(204) },
			rekey: func(s string) string {
				forged := g.resigned(secret.Session, s)
				g.exec("UPDATE user_sessions SET token_hash = $1 WHERE token_hash = $2", secret.HashToken(forged), secret.HashToken(s))
				return forged
			}},
		{name: "session, followed live", like: "session", good: 0, bad: 401, age: 31 * 24 * time.Hour,
			make: func() string { _, s, _ := strings.Cut(g.ann(), "="); return s },
			show: func(s string) answer { return g.ask(t, "GET", "/api/live", "", "Cookie", api.PlainCookie+"="+s) },
			end:  func(s string) { g.ask(t, "POST", "/api/auth/logout", "", "Cookie", api.PlainCookie+"="+s).is(204) }},
		{name: "API token", good: 200, bad: 401, age: 26 * time.Hour, make: made("read"), show: bearer, end: revoked},
		{name: "app password", like: "API token", good: 207, bad: 401, age: 26 * time.Hour, make: made("dav"), end: revoked,
			show: func(s string) answer {
				return g.ask(t, "PROPFIND", "/dav/", "", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("ann:"+s)))
			}},
		{name: "MFA token", good: 200, bad: 401, age: account.DefaultMFATokenMaxAge + time.Minute, make: half,
			show: func(s string) answer {
				a := g.ask(t, "POST", "/api/auth/login/totp", fmt.Sprintf(`{"mfa_token":%q,"code":%q}`, s, g.codes[0]))
				if a.Code == 200 {
					g.codes = g.codes[1:]
				}
				return a
			},
			rekey: func(s string) string { return g.resigned(secret.MFA, s) }},
		{name: "MFA token in the cookie of an identity", like: "MFA token", good: 200, bad: 401, age: account.DefaultMFATokenMaxAge + time.Minute, make: half,
			show: func(s string) answer {
				return g.ask(t, "POST", "/api/auth/oidc/second-step", "", "Cookie", "umbra_identity_step="+s)
			},
			end: func(s string) {
				g.ask(t, "POST", "/api/auth/login/totp", fmt.Sprintf(`{"mfa_token":%q,"code":%q}`, s, g.codes[0])).is(200)
				g.codes = g.codes[1:]
			},
			rekey: func(s string) string { return g.resigned(secret.MFA, s) }},
		{name: "invitation", good: 201, bad: 404, age: account.InvitationAge,
			make: func() string {
				_, s, _ := strings.Cut(g.text(g.ask(t, "POST", "/api/invitations", `{}`, "Cookie", g.ann()).is(201), "url"), "#")
				return s
			},
			show: func(s string) answer {
				g.clock.Advance(3 * time.Second) // strangers have to wait
				return g.ask(t, "POST", "/api/auth/invitation/accept", fmt.Sprintf(`{"token":%q,"username":"eve","password":%q}`, s, testPassword))
			}},
		{name: "secret link", good: 200, bad: 404,
			make: func() string {
				return feedSecret(g.text(g.ask(t, "POST", "/api/feeds", `{"name":"x","kind":"todos"}`, "Cookie", g.ann()).is(201), "url"))
			},
			show: func(s string) answer { return g.ask(t, "GET", "/feeds/"+url.PathEscape(s)+".ics", "") },
			end:  func(s string) { g.exec("DELETE FROM feeds WHERE token_hash = $1", secret.HashToken(s)) }},
		{name: "link to a profile", good: 200, bad: 404, age: account.ProfileLinkAge,
			make: g.profileLink,
			show: func(s string) answer { return g.ask(t, "GET", "/profiles/"+url.PathEscape(s), "") },
			end:  func(s string) { g.exec("DELETE FROM profile_links WHERE token_hash = $1", secret.HashToken(s)) }},
		{name: "link of a message", good: 200, bad: 404, age: 8 * 24 * time.Hour, make: g.ring,
			show:  func(s string) answer { return g.ask(t, "POST", "/act?t="+url.QueryEscape(s), "") },
			end:   func(string) { g.exec("DELETE FROM deliveries") }, // one that was answered says so, and does nothing
			rekey: func(s string) string { return g.resigned(secret.Action, s) }},
		{name: "sign-in at a provider", good: 303, bad: 303, age: account.FlowAge + time.Minute,
			make: func() string {
				a := g.ask(t, "GET", "/api/auth/oidc/start", "").is(303)
				to, err := url.Parse(a.Header().Get("Location"))
				if err != nil {
					t.Fatal(err)
				}
				state = to.Query().Get("state")
				return a.Result().Cookies()[0].Value
			},
			show: func(s string) answer {
				q := url.Values{"error": {"access_denied"}, "iss": {string(g.Config.OIDCIssuer)}, "state": {state}}
				return g.ask(t, "GET", api.CallbackPath+"?"+q.Encode(), "", "Cookie", "umbra_identity="+s)
			},
			rekey: func(s string) string {
				f, err := g.Accounts.OpenFlow(s)
				if err != nil {
					t.Fatal(err)
				}
				deps := g.Accounts.Deps
				deps.Keys = otherKeys
				sealed, err := account.New(deps).SealFlow(f)
				if err != nil {
					t.Fatal(err)
				}
				return sealed
			}},
	}
}

// feedSecret is what is secret of a link.
func feedSecret(link string) string {
	_, name, _ := strings.Cut(link, "/feeds/")
	return strings.TrimSuffix(name, ".ics")
}

// profileLink makes what is secret of a link to a profile: by the service, since
// the API wants HTTPS for it.
func (g *gatehouse) profileLink() string {
	g.t.Helper()
	g.clock.Advance(time.Minute) // another minute of the limit on what is made up
	text, _, err := g.Accounts.CreateProfileLink(g.t.Context(), 1, "x")
	if err != nil {
		g.t.Fatal(err)
	}
	return text
}

// damaged is what can befall a secret on its way, or be tried with it.
func damaged(s string) map[string]string {
	change := func(i int) string {
		other := byte('A')
		if s[i] == other {
			other = 'B'
		}
		return s[:i] + string(other) + s[i+1:]
	}
	return map[string]string{
		"its beginning changed": change(0), "its middle changed": change(len(s) / 2), "its end changed": change(len(s) - 1),
		"cut by one": s[:len(s)-1], "cut in half": s[:len(s)/2], "without its beginning": s[1:],
		"longer": s + "A", "padded": s + "=", "twice": (s + s)[:min(2*len(s), 100)], "in capitals": strings.ToUpper(s), "made up": "x",
	}
}

var requestID = regexp.MustCompile(`"instance":"[^"]*"`)

// told is all that an answer tells apart.
func told(a answer) string {
	return fmt.Sprint(a.Code, " ", a.Header().Get("Location"), " ", a.Header().Get("WWW-Authenticate"), " ", requestID.ReplaceAllString(a.Body.String(), ""))
}

// Every secret that is damaged, of another kind, used up, ended, too old or of
// the key before is refused, and nobody learns which of these it was.
func TestNoSecretIsTakenThatIsNotWhole(t *testing.T) {
	provider := oidctest.New(t)
	eachEngine(t, func(t *testing.T, _, database string) {
		h := open(t, database, "UMBRA_PUBLIC_URL=http://localhost:8000", "UMBRA_OIDC_ISSUER="+provider.URL,
			"UMBRA_OIDC_CLIENT_ID="+oidctest.ClientID, "UMBRA_OIDC_CLIENT_SECRET="+oidctest.ClientSecret)
		g := &gatehouse{house: h, t: t, clock: h.Clock.(*clock.Fake)}
		g.setUp(t)
		g.protectBob()
		g.walk(g.kinds())
	})
}

// walk shows every secret in every way that it must not be taken in.
func (g *gatehouse) walk(kinds []kind) {
	t := g.t
	samples := map[string]string{}
	for _, k := range kinds {
		samples[k.name] = k.make()
	}
	for _, k := range kinds {
		refusal := told(k.show("x"))
		refused := func(what, secret string) {
			t.Helper()
			a := k.show(secret)
			if got := told(a); a.Code != k.bad || got != refusal {
				t.Errorf("%s, %s: %s, want %s", k.name, what, got, refusal)
			}
			if slices.ContainsFunc(a.Result().Cookies(), func(c *http.Cookie) bool { return c.MaxAge >= 0 && c.Value != "" }) {
				t.Errorf("%s, %s: a cookie is set: %v", k.name, what, a.Header())
			}
		}
		s := k.make()
		for what, secret := range damaged(s) {
			refused(what, secret)
		}
		for name, secret := range samples {
			if like := k.like; name != k.name && name != like && !slices.ContainsFunc(kinds, func(o kind) bool { return o.name == name && (o.like == k.name || o.like == like && like != "") }) {
				refused("a "+name, secret[:min(len(secret), 100)])
			}
		}
		if k.good != 0 {
			if a := k.show(s); a.Code != k.good || told(a) == refusal {
				t.Errorf("%s: the test is blind: %s", k.name, told(a))
			}
		}
		if k.end != nil {
			k.end(s)
		}
		refused("after its end", s)
		if k.age > 0 {
			s = k.make()
			g.clock.Advance(k.age)
			refused("too old", s)
		}
		if k.rekey != nil {
			refused("of the key before", k.rekey(k.make()))
		}
	}
}

// The code of the first run is one of the machine's log, taken once.
func TestTheSetupCodeIsTakenWholeAndOnce(t *testing.T) {
	h := open(t)
	code, err := h.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	show := func(code string) answer {
		return h.ask(t, "POST", "/api/auth/setup", fmt.Sprintf(`{"username":"ann","password":%q,"setup_code":%q}`, testPassword, code), "From", "192.168.1.20:1")
	}
	refusal := told(show("x"))
	for what, code := range damaged(code) {
		if what == "in capitals" { // as it is printed
			continue
		}
		if a := show(code); a.Code != 403 || told(a) != refusal {
			t.Errorf("%s: %s", what, told(a))
		}
	}
	show(code).is(201)
	show(code).problem(409, "already_set_up")
}
