package certs

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// answers is a server whose next answer is the first of its texts.
type answers []string

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	body := (*a)[0]
	*a = (*a)[1:]
	return &http.Response{Request: req, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// What the server says of one way to show that a name is ours does not hide what it
// says of the other, in whatever order it is heard: the library reads the
// authorizations it has given up once more, when it likes.
func TestReasons(t *testing.T) {
	failed := func(way, detail string) string {
		return `{"status":"invalid","identifier":{"type":"dns","value":"` + publicName + `"},"challenges":[{"type":"dns-01"},{"type":"` + way + `","error":{"detail":"` + detail + `"}}]}`
	}
	alpn, plain, later := failed("tls-alpn-01", "no such door"), failed("http-01", "connection refused"), failed("http-01", "404")
	refused := `{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too often"}`
	again := `{"type":"urn:ietf:params:acme:error:badNonce","detail":"once more"}`
	both := "http-01: connection refused; tls-alpn-01: no such door"
	for _, c := range []struct {
		name string
		said answers
		want string
	}{
		{"nothing", nil, ""},
		{"one way", answers{alpn}, "tls-alpn-01: no such door"},
		{"both", answers{alpn, plain}, both},
		{"the first again, after both", answers{alpn, plain, alpn}, both},
		{"another reason for the same way", answers{alpn, plain, later}, "http-01: 404; tls-alpn-01: no such door"},
		{"whatever the name", answers{refused}, "too often"},
		{"whatever the name, and this one", answers{alpn, refused}, "tls-alpn-01: no such door"},
		{"to be asked again", answers{again, "[1]", "{", `{"status":"valid"}`}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			count := len(c.said)
			r := hearing(&c.said)
			for range count {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://acme.example", nil)
				if err != nil {
					t.Fatal(err)
				}
				said := c.said[0]
				resp, err := r.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				if b, err := io.ReadAll(resp.Body); err != nil || string(b) != said {
					t.Errorf("it passes on %q: %v", b, err)
				}
				_ = resp.Body.Close()
			}
			if got := r.of(publicName); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			r.forget(publicName)
			if got := r.of(publicName); got != "" {
				t.Errorf("%q is not forgotten", got)
			}
		})
	}
}
