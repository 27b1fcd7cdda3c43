package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"umbra/app/clock"
	"umbra/app/secret"
)

// Every kind of secret is sent, right and wrong, where it belongs and where it
// does not; none of them shows up in the log at its most talkative, in the
// metrics, or in an answer that refuses.
func TestNoSecretIsToldToLogsMetricsOrProblems(t *testing.T) {
	s, metrics := watched(t, "", "UMBRA_ACCESS_LOG=on")
	g := &gatehouse{house: s.house, t: t, clock: s.Clock.(*clock.Fake)}
	g.setUp(t)
	g.protectBob()
	ann := g.ann()
	_, session, _ := strings.Cut(ann, "=")
	secrets := map[string]string{"password": testPassword, "session": session, "wrong password": "zebrafinch wrong", "ntfy token": "tk_zebrafinch",
		"webhook secret": "zebrafinch-hook", "recovery code": g.codes[0], "made-up token": secret.NewAPIToken(), "link": g.ring()}
	secrets["token"] = g.text(g.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["read"]}`, "Cookie", ann).is(201), "token")
	_, secrets["invitation"], _ = strings.Cut(g.text(g.ask(t, "POST", "/api/invitations", `{}`, "Cookie", ann).is(201), "url"), "#")
	secrets["secret link"] = feedSecret(g.text(g.ask(t, "POST", "/api/feeds", `{"name":"x","kind":"todos"}`, "Cookie", ann).is(201), "url"))
	secrets["link to a profile"] = g.profileLink()
	secrets["MFA token"] = g.text(g.ask(t, "POST", "/api/auth/login", `{"username":"bob","password":"`+testPassword+`"}`).is(200), "mfa_token")
	secrets["authenticator's secret"] = g.text(g.ask(t, "POST", "/api/auth/totp/enroll", `{"password":"`+testPassword+`"}`, "Cookie", ann).is(200), "secret")
	g.ask(t, "PATCH", "/api/settings", `{"ntfy_token":"tk_zebrafinch","webhook_url":"https://hook.example/x","webhook_secret":"zebrafinch-hook"}`, "Cookie", ann).is(200)
	refusals := ""
	send := func(method, path, body string, headers ...string) {
		if a := g.ask(t, method, path, body, headers...); a.Code >= http.StatusBadRequest {
			refusals += a.Body.String() + fmt.Sprint(a.Header()) + "\n"
		}
	}
	for _, value := range secrets {
		for path, body := range map[string]string{"/api/auth/login": `{"username":"ann","password":%q}`, "/api/auth/setup": `{"username":"ann","password":"x","setup_code":%q}`,
			"/api/auth/login/totp": `{"mfa_token":%q,"code":"1"}`, "/api/auth/invitation/read": `{"token":%q}`, "/api/auth/invitation/accept": `{"token":%q,"password":"x"}`,
			"/api/auth/oidc/second-step": `%q`, "/api/todos": `{"title":"x","project_id":%q}`, "/api/auth/step-up": `{"password":%q,"code":"x"}`,
			"/api/auth/change-password": `{"current_password":"x","new_password":"x","revoke_tokens":%q}`} {
			send("POST", path, fmt.Sprintf(body, value), "Cookie", "umbra_session="+secret.NewToken())
			send("POST", path, fmt.Sprintf(body, value)+"!", "Cookie", ann)
		}
		send("GET", "/api/todos", "", "Authorization", "Bearer "+value)
		send("GET", "/api/todos", "", "Authorization", value)
		send("GET", "/api/todos", "", "Cookie", "umbra_session="+value+"x")
		send("PROPFIND", "/dav/", "", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("ann:"+value)))
		send("GET", "/api/todos?q="+url.QueryEscape(value)+"&unknown=1", "", "Cookie", ann)
		for _, end := range []string{".ics", "", "/x", ".ics?x=1"} {
			for _, method := range []string{"GET", "PUT", "POST"} {
				send(method, "/feeds/"+url.PathEscape(value)+end, "")
				send(method, "/profiles/"+url.PathEscape(value)+"!"+end, "")
			}
		}
		send("GET", "/act?t="+url.QueryEscape(value)+"x", "")
		send("GET", "/api/auth/oidc/callback?code="+url.QueryEscape(value)+"&state="+url.QueryEscape(value), "")
	}
	status, counted := scrape(t, metrics, metricsToken)
	if status != http.StatusOK || !strings.Contains(counted, "umbra_http_requests_total") || !strings.Contains(refusals, "bad_token") || !strings.Contains(g.log.String(), "path=/api/auth/login") {
		t.Fatal("the test is blind")
	}
	secrets["metrics token"] = metricsToken
	for name, value := range secrets {
		for where, text := range map[string]string{"the log": g.log.String(), "the metrics": counted, "a refusal": refusals} {
			if strings.Contains(text, value) || strings.Contains(text, url.QueryEscape(value)) {
				t.Errorf("%s holds the %s", where, name)
			}
		}
	}
}
