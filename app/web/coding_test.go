package web_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"umbra/app/web"
)

func TestNegotiation(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct{ target, accept, want string }{
		{"/app.js", "", ""},
		{"/app.js", "gzip, deflate, br", "br"},
		{"/app.js", "gzip, deflate", "gzip"},
		{"/app.js", "x-gzip", "gzip"},
		{"/app.js", "GZIP", "gzip"},
		{"/app.js", "br;q=0.5, gzip", "gzip"},
		{"/app.js", "br;q=0, gzip;q=0.1", "gzip"},
		{"/app.js", "br;q=0, gzip;q=0", ""},
		{"/app.js", "br; q=0.200 , gzip; q=0.100", "br"},
		{"/app.js", "gzip;q=0.2, identity;q=0.9", ""},
		{"/app.js", "*", "br"},
		{"/app.js", "*;q=0, gzip", "gzip"},
		{"/app.js", "*;q=0", "406"},
		{"/app.js", "identity;q=0", "406"},
		{"/app.js", "identity;q=0, *", "br"},
		{"/app.js", "gzip;q=nonsense", ""},
		{"/app.js", "gzip;q=7", ""},
		{"/app.js", "deflate, zstd", ""},
		{"/app.js", ",,;q=1,", ""},
		{"/big.css", "", ""},
		{"/big.css", "br", "br"},
		{"/photo.png", "br, gzip", ""},
		{"/photo.png", "identity;q=0", "406"},
	} {
		t.Run(tc.target+" "+tc.accept, func(t *testing.T) {
			headers := []string{"Accept-Encoding: " + tc.accept}
			if tc.accept == "" {
				headers = nil
			}
			r := ask(s, "GET", tc.target, headers...)
			if tc.want == "406" {
				if r.StatusCode != 406 {
					t.Errorf("status %d, want 406", r.StatusCode)
				}
				return
			}
			if got := r.Header.Get("Content-Encoding"); r.StatusCode != 200 || got != tc.want {
				t.Errorf("%d in %q, want %q", r.StatusCode, got, tc.want)
			}
			if varies := r.Header.Get("Vary") == "Accept-Encoding"; varies != (tc.target != "/photo.png") {
				t.Errorf("Vary %q", r.Header.Get("Vary"))
			}
		})
	}
}

func TestTagsAndConditions(t *testing.T) {
	s := newSite(t)
	seen := map[string]string{}
	for _, target := range []string{"/app.js", "/big.css"} {
		for _, accept := range []string{"br", "gzip", "identity"} {
			coding := "Accept-Encoding: " + accept
			tag := ask(s, "GET", target, coding).Header.Get("ETag")
			if other, taken := seen[tag]; taken || tag == "" {
				t.Fatalf("%s in %s shares the tag %q with %s", target, accept, tag, other)
			}
			seen[tag] = target + " in " + accept
			for _, match := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
				r := ask(s, "GET", target, coding, "If-None-Match: "+match)
				if body := text(t, r); r.StatusCode != 304 || body != "" || r.Header.Get("ETag") != tag {
					t.Errorf("If-None-Match %s: %d with %d bytes, ETag %s", match, r.StatusCode, len(body), r.Header.Get("ETag"))
				}
			}
			if r := ask(s, "GET", target, coding, `If-None-Match: "other"`); r.StatusCode != 200 {
				t.Errorf("another tag: %d", r.StatusCode)
			}
			r := ask(s, "GET", target, coding, `If-Match: "other"`)
			if body := text(t, r); r.StatusCode != 412 || r.Header.Get("Content-Length") != "" || body != "" {
				t.Errorf("If-Match: %d, length %q, body %q", r.StatusCode, r.Header.Get("Content-Length"), body)
			}
		}
	}
	same, err := web.New(files(), web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	changed := files()
	changed["app.js"] = &fstest.MapFile{Data: []byte("other")}
	other, err := web.New(changed, web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tag := ask(s, "GET", "/app.js").Header.Get("ETag")
	if ask(same, "GET", "/app.js").Header.Get("ETag") != tag {
		t.Error("the same content has another tag in another process")
	}
	if ask(other, "GET", "/app.js").Header.Get("ETag") == tag {
		t.Error("other content has the same tag")
	}
}

func TestRanges(t *testing.T) {
	s := newSite(t)
	inflated := strings.Repeat("a{b:c}\n", 1000)
	for _, tc := range []struct {
		target, accept, ask string
		status              int
		want                string
	}{
		{"/app.js", "identity", "bytes=0-3", 206, script[:4]},
		{"/app.js", "br", "bytes=0-5", 206, "brotli"},
		{"/big.css", "identity", "bytes=700-713", 206, inflated[700:714]},
		{"/big.css", "identity", "bytes=-7", 206, "a{b:c}\n"},
		{"/big.css", "identity", "", 200, inflated},
		{"/big.css", "identity", "bytes=0-6,14-20", 206, "a{b:c}\n"},
		{"/big.css", "identity", "bytes=9000-", 416, ""},
		{"/big.css", "br", "bytes=9000-", 416, ""},
		{"/big.css", "identity", "lines=1-2", 416, ""},
	} {
		t.Run(tc.target+" "+tc.accept+" "+tc.ask, func(t *testing.T) {
			r := ask(s, "GET", tc.target, "Accept-Encoding: "+tc.accept, "Range: "+tc.ask)
			body := text(t, r)
			if r.StatusCode != tc.status {
				t.Fatalf("status %d, want %d", r.StatusCode, tc.status)
			}
			if strings.Contains(tc.ask, ",") || tc.status == 416 {
				if !strings.Contains(body, tc.want) {
					t.Errorf("body %q", body)
				}
				return
			}
			if body != tc.want {
				t.Errorf("body %q, want %q", body, tc.want)
			}
		})
	}
}
