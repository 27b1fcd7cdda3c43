package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

func TestPathsAndMethodsThatAreNot(t *testing.T) {
	h := open(t)
	ann := h.setUp(t)
	for _, path := range []string{"/api", "/api/", "/api/nothing", "/api/todos/1/nothing"} {
		h.ask(t, "GET", path, "", "Cookie", ann).problem(404, "no_such_path")
	}
	for path, want := range map[string]string{
		"/api/todos":              "GET, HEAD, POST",
		"/api/todos/1":            "GET, HEAD, PUT, PATCH, DELETE",
		"/api/settings":           "GET, HEAD, PUT, PATCH",
		"/api/auth/login":         "POST",
		"/api/settings/ntfy/test": "POST",
		"/openapi.json":           "GET, HEAD",
	} {
		a := h.ask(t, "TRACE", path, "", "Cookie", ann)
		a.problem(405, "method_not_allowed")
		if got := a.Header().Get("Allow"); got != want {
			t.Errorf("%s allows %q, want %q", path, got, want)
		}
	}
}

func TestHeadIsGetWithoutTheBody(t *testing.T) {
	h := open(t)
	ann := h.setUp(t)
	for _, path := range []string{"/api/health", "/api/settings", "/api/todos", "/openapi.json", "/"} {
		get, head := h.ask(t, "GET", path, "", "Cookie", ann), h.ask(t, "HEAD", path, "", "Cookie", ann)
		if head.Code != get.Code || head.Header().Get("ETag") != get.Header().Get("ETag") || head.Header().Get("Content-Type") != get.Header().Get("Content-Type") {
			t.Errorf("%s: %d %v, GET %d %v", path, head.Code, head.Header(), get.Code, get.Header())
		}
	}
	s := listen(t)
	resp, err := http.Head(s.url + "/api/health")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if b, err := io.ReadAll(resp.Body); err != nil || len(b) > 0 || resp.StatusCode != 200 {
		t.Errorf("%d %q %v", resp.StatusCode, b, err)
	}
}

func TestSecurityHeadersOnEveryAnswer(t *testing.T) {
	h := open(t, "UMBRA_PUBLIC_URL=https://umbra.example.org", "UMBRA_TRUSTED_PROXIES=127.0.0.1")
	ann := h.setUp(t)
	secure := []string{"X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.9", "Host", "umbra.example.org"}
	answers := map[string]answer{
		"a record":       h.ask(t, "GET", "/api/settings", "", append(secure, "Cookie", ann)...).is(200),
		"nothing":        h.ask(t, "POST", "/api/auth/logout", "", secure...).is(204),
		"the page":       h.ask(t, "GET", "/", "", secure...).is(200),
		"the document":   h.ask(t, "GET", "/openapi.yaml", "", secure...).is(200),
		"no such path":   h.ask(t, "GET", "/api/nothing", "", secure...).is(404),
		"no such file":   h.ask(t, "GET", "/nothing.js", "", secure...).is(404),
		"wrong method":   h.ask(t, "TRACE", "/api/todos", "", secure...).is(405),
		"a stranger":     h.ask(t, "GET", "/api/todos", "", secure...).is(401),
		"bad input":      h.ask(t, "POST", "/api/todos", `{`, append(secure, "Cookie", ann)...),
		"cross-site":     h.ask(t, "POST", "/api/todos", `{}`, append(secure, "Sec-Fetch-Site", "cross-site")...).is(403),
		"another's name": h.ask(t, "GET", "/", "", "X-Forwarded-Proto", "https", "Host", "evil.example").is(421),
	}
	for name, a := range answers {
		got := a.Header()
		for _, want := range []string{"Content-Security-Policy", "Referrer-Policy", "Permissions-Policy", "Strict-Transport-Security", "X-Request-Id"} {
			if got.Get(want) == "" {
				t.Errorf("%s: no %s", name, want)
			}
		}
		if got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Server") != "" {
			t.Errorf("%s: %v", name, got)
		}
		if a.Code >= 400 && !strings.HasPrefix(got.Get("Content-Type"), "application/problem+json") && strings.HasPrefix(name, "no such path") {
			t.Errorf("%s: %v", name, got)
		}
	}
	if h := open(t).ask(t, "GET", "/", "").Header(); h.Get("Strict-Transport-Security") != "" {
		t.Errorf("HSTS over plain HTTP: %v", h)
	}
}

func TestReadyTellsWhenTheDatabaseIsNot(t *testing.T) {
	h := open(t)
	h.ask(t, "GET", "/api/ready", "").is(200)
	err := h.DB.Tx(t.Context(), func(ctx context.Context) error {
		_, err := h.DB.Exec(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9001, 1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.ask(t, "GET", "/api/ready", "").problem(503, "not_ready")
	h.ask(t, "GET", "/api/health", "").is(200)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h.ask(t, "GET", "/api/ready", "").problem(503, "not_ready")
	h.ask(t, "GET", "/api/health", "").is(200)
}

func TestLogsHoldNoSecrets(t *testing.T) {
	h := open(t)
	ann := h.setUp(t)
	_, token, _ := strings.Cut(ann, "=")
	const wrong, typed = "xyzzy wrong password 42", "xyzzy typed as a name"
	h.ask(t, "POST", "/api/auth/login", `{"username":"ann","password":"`+wrong+`"}`).is(401)
	h.ask(t, "POST", "/api/auth/login", `{"username":"`+typed+`","password":"`+wrong+`"}`).is(401)
	h.ask(t, "POST", "/api/auth/login", `{"username":"ann","password":"`+wrong, "Cookie", ann)
	h.ask(t, "PUT", "/api/settings", `{"ntfy_token":"tk_xyzzy"}`, "Cookie", ann).is(200)
	h.ask(t, "GET", "/api/todos?q=xyzzy", "", "Cookie", ann).is(200)
	h.ask(t, "GET", "/api/todos", "", "Cookie", ann, "Authorization", "Bearer xyzzy").is(401)
	h.ask(t, "GET", "/api/todos", "", "Cookie", ann+"x").is(401)
	if err := h.DB.Close(); err != nil {
		t.Fatal(err)
	}
	h.ask(t, "GET", "/api/todos?q=xyzzy", "", "Cookie", ann)
	h.ask(t, "POST", "/api/auth/login", `{"username":"`+typed+`","password":"`+wrong+`"}`)
	log := h.log.String()
	if !strings.Contains(log, "path=/api/auth/login") || !strings.Contains(log, "level=ERROR") {
		t.Fatalf("the test reads no log: %s", log)
	}
	for _, secret := range []string{"xyzzy", testPassword, token, strings.Split(token, ".")[0]} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q: %s", secret, log)
		}
	}
}

func TestAStopLetsARequestInFlightEnd(t *testing.T) {
	s := listen(t)
	body, send := io.Pipe()
	// "100 Continue" says that the handler reads: a request that the server has not
	// begun to read when it is stopped is not answered.
	arrived := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(arrived) }})
	req, err := http.NewRequestWithContext(ctx, "POST", s.url+"/api/auth/setup", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Expect", "100-continue")
	transport := &http.Transport{ExpectContinueTimeout: time.Hour}
	t.Cleanup(transport.CloseIdleConnections)
	type result struct {
		status int
		err    error
	}
	answered := make(chan result, 1)
	go func() {
		resp, err := transport.RoundTrip(req)
		if err != nil {
			answered <- result{err: err}
			return
		}
		_ = resp.Body.Close()
		answered <- result{status: resp.StatusCode}
	}()
	select {
	case <-arrived:
	case r := <-answered:
		t.Fatalf("%d %v", r.status, r.err)
	}
	half := logInBody[:len(logInBody)/2]
	if _, err := send.Write([]byte(half)); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if _, err := send.Write([]byte(logInBody[len(half):])); err != nil {
		t.Fatal(err)
	}
	_ = send.Close()
	if r := <-answered; r.err != nil || r.status != 201 {
		t.Errorf("%d %v", r.status, r.err)
	}
	if err := <-s.done; err != nil {
		t.Errorf("%v", err)
	}
	if resp, err := http.Get(s.url + "/api/health"); err == nil {
		_ = resp.Body.Close()
		t.Error("it still listens")
	}
}
