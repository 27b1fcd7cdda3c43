package release

import (
	"strings"
	"testing"
)

func TestFeeds(t *testing.T) {
	for name, c := range map[string]struct{ body, want, page string }{
		"ours":         {`{"releases":[{"version":"1.2.0","url":"https://umbra.example/1.2.0"},{"version":"v1.10.0","url":"https://umbra.example/1.10.0","published_at":"2026-12-01T10:00:00+01:00"}]}`, "v1.10.0", "https://umbra.example/1.10.0"},
		"a forge's":    {`[{"tag_name":"v2.0.0-rc.1","prerelease":true},{"tag_name":"v2.1.0","draft":true},{"tag_name":"v1.9.9","html_url":"https://forge.example/u/releases/v1.9.9","url":"https://api.forge.example/7"}]`, "v1.9.9", "https://forge.example/u/releases/v1.9.9"},
		"the latest":   {`{"tag_name":"v3.0.1","html_url":"https://forge.example/x"}`, "v3.0.1", "https://forge.example/x"},
		"Atom":         {`<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Releases</title><entry><title>Umbra 1.4.0: the garden</title><link rel="alternate" href="https://forge.example/u/releases/tag/v1.4.0"/><updated>2026-12-01T00:00:00Z</updated></entry><entry><title>v1.3.0</title></entry></feed>`, "v1.4.0", "https://forge.example/u/releases/tag/v1.4.0"},
		"a title":      {`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Umbra v1.5.0</title><link href="https://umbra.example/news"/></entry></feed>`, "v1.5.0", "https://umbra.example/news"},
		"none yet":     {`{"releases":[]}`, "", ""},
		"none in list": {`[]`, "", ""},
		"odd links":    {`{"releases":[{"version":"1.0.0","url":"javascript:alert(1)"}]}`, "v1.0.0", ""},
		"a terminal's": {"{\"releases\":[{\"version\":\"1.0.0\",\"url\":\"https://x.example/\\u001b[31m\"}]}", "v1.0.0", ""},
		"a name":       {`[{"tag_name":"nightly"},{"tag_name":"v1.2"}]`, "", ""},
	} {
		all, err := Parse([]byte(c.body))
		newest, found := Newest(all)
		if err != nil || newest.Version != c.want || newest.URL != c.page || found != (c.want != "") {
			t.Errorf("%s: %+v, %v, want %s %s", name, newest, err, c.want, c.page)
		}
	}
	for _, body := range []string{"", "hello", "{}", `{"message":"Not Found"}`, "[1,2]", "<html><body>Log in</body></html>", `<feed xmlns="http://www.w3.org/2005/Atom">`, "{"} {
		if all, err := Parse([]byte(body)); err == nil || !strings.Contains(err.Error(), "no list of releases") {
			t.Errorf("%q: %+v, %v", body, all, err)
		}
	}
}

func TestNewer(t *testing.T) {
	for _, c := range []struct {
		newest, current string
		newer, known    bool
	}{
		{"v1.10.0", "v1.9.0", true, true}, {"v1.10.0", "1.10.0", false, true}, {"v1.10.0", "v1.11.0", false, true}, {"v1.0.0", "v1.0.0-rc.1", true, true},
		{"v1.0.0", "devel", false, false}, {"v1.0.0", "", false, false}, {"v1.0.1", "v1.0.0-5-gabcdef0-dirty", true, true},
	} {
		if newer, known := Newer(Release{Version: c.newest}, c.current); newer != c.newer || known != c.known {
			t.Errorf("%s beside %s: %v %v", c.newest, c.current, newer, known)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"releases":[{"version":"1.2.0","url":"https://umbra.example/1.2.0"}]}`))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>v1.0.0</title><link href="https://x.example/v1.0.0"/></entry></feed>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		all, err := Parse(body)
		if err != nil {
			return
		}
		for _, r := range all { // what a terminal shows
			if strings.ContainsFunc(r.Version+r.URL, func(c rune) bool { return c < '!' || c > '~' }) {
				t.Errorf("%q leads to %+v", body, r)
			}
		}
	})
}
