package api

import (
	"net/url"
	"strings"
	"testing"
)

func TestReturnPath(t *testing.T) {
	for in, want := range map[string]string{
		"/": "/", "/todos": "/todos", "/calendar?day=2025-03-29": "/calendar?day=2025-03-29", "/people/7#notes": "/people/7", "/a%20b": "/a%20b",
		"": "/", "todos": "/", "//evil.example": "/", "/\\evil.example": "/", "\\\\evil.example": "/", "https://evil.example": "/", "javascript:alert(1)": "/",
		"/\t/evil.example": "/", "/\n/evil.example": "/", "/%2f/evil.example": "/", "/%2Fevil.example": "/", "/api/auth/oidc/start": "/", "///evil.example": "/",
		"/x\x00": "/", "/x\xff": "/", "/todos?x=\r\nSet-Cookie: a=b": "/", "/" + strings.Repeat("a", 2000): "/", "/?next=//evil.example": "/?next=%2F%2Fevil.example",
	} {
		if got := returnPath(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Whatever is asked for, a browser stays here.
func FuzzReturnPath(f *testing.F) {
	for _, s := range []string{"/", "/todos?q=1", "//evil", "/\\evil", "/..//evil", "/%2f%2fevil", "/a;b=c?d#e", "/:80"} {
		f.Add(s)
	}
	base := &url.URL{Scheme: "https", Host: "umbra.example.org", Path: "/api/auth/oidc/callback"}
	f.Fuzz(func(t *testing.T, s string) {
		got := returnPath(s)
		u, err := base.Parse(got)
		if err != nil || u.Host != base.Host || u.Scheme != "https" || got[0] != '/' || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t #") {
			t.Errorf("%q leads to %q: %v %v", s, got, u, err)
		}
		if again := returnPath(got); again != got {
			t.Errorf("%q, then %q", got, again)
		}
	})
}

// What a provider's answer looks like, anyone can write.
func FuzzCallbackAnswer(f *testing.F) {
	for _, s := range []string{"code=a&state=b&iss=c", "state=a&state=b", "error=access_denied&state=x", "code=%zz", ";", "state=" + strings.Repeat("x", 5000), "state[]=a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		a, ok := answerOf(query)
		if !ok {
			return
		}
		for _, v := range []string{a.Code, a.State, a.Issuer, a.Error} {
			if len(v) > maxAnswer {
				t.Errorf("%d bytes are taken", len(v))
			}
		}
		if a.State == "" {
			t.Error("an answer without a state")
		}
		q, err := url.ParseQuery(query)
		if err != nil || len(q["state"]) != 1 || q.Get("state") != a.State || q.Get("code") != a.Code {
			t.Errorf("%q is read as %+v", query, a)
		}
	})
}
