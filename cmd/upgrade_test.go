package cmd_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"umbra/cmd"
)

func TestUpgradeCheck(t *testing.T) {
	defer cmd.PretendVersion("v1.4.0")()
	asked := 0
	var body string
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if strings.Contains(r.UserAgent()+r.URL.String(), "1.4.0") {
			t.Error("it tells its version: " + r.UserAgent())
		}
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/feed", http.StatusFound)
		case "/inside": // somewhere that nobody named
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		case "/feed":
			_, _ = w.Write([]byte(body))
		default:
			http.NotFound(w, r)
		}
	}))
	defer feed.Close()
	const two = `{"releases":[{"version":"v1.5.1","url":"https://umbra.example/1.5.1","published_at":"2026-12-01T00:00:00Z"},{"version":"v1.5.0"}]}`
	for name, c := range map[string]struct {
		path, body string
		args       []string
		code       int
		says       []string
		asked      int
	}{
		"a newer one":    {"/feed", two, []string{"--check"}, 3, []string{"this is umbra v1.4.0", "there is a newer one: v1.5.1 of 2026-12-01", "https://umbra.example/1.5.1", "to upgrade:"}, 1},
		"after a move":   {"/moved", two, []string{"--check"}, 3, []string{"v1.5.1"}, 2},
		"the newest":     {"/feed", `{"tag_name":"v1.4.0"}`, []string{"--check"}, 0, []string{"it is the newest"}, 1},
		"an older feed":  {"/feed", `{"tag_name":"v1.3.0"}`, []string{"--check"}, 0, []string{"it is the newest"}, 1},
		"no release yet": {"/feed", `[]`, []string{"--check"}, 0, []string{"the feed names no release"}, 1},
		"no feed":        {"/feed", "<html>log in</html>", []string{"--check"}, 1, []string{"UMBRA_UPGRADE_FEED cannot be used", "no list of releases"}, 1},
		"gone":           {"/gone", "", []string{"--check"}, 1, []string{"UMBRA_UPGRADE_FEED cannot be used", "404"}, 1},
		"led elsewhere":  {"/inside", "", []string{"--check"}, 1, []string{"127.0.0.1:1 is not reached"}, 1},
		"too much":       {"/feed", strings.Repeat(" ", 2<<20), []string{"--check"}, 1, []string{"more than 1 MB"}, 1},
		"not asked for":  {"/feed", two, nil, 0, []string{"this is umbra v1.4.0", "to upgrade:", "umbra backup"}, 0},
		"no setting":     {"", two, []string{"--check"}, 0, []string{"nobody was asked", "UMBRA_UPGRADE_FEED"}, 0},
		"in the open":    {"http://umbra.example.org/feed", two, []string{"--check"}, 2, []string{"UMBRA_UPGRADE_FEED", "must be an https:// address"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			asked, body = 0, c.body
			address := c.path
			if strings.HasPrefix(address, "/") {
				address = feed.URL + address
			}
			code, stdout, stderr := run(t.Context(), t, []string{"UMBRA_UPGRADE_FEED=" + address}, append([]string{"upgrade"}, c.args...)...)
			if code != c.code || asked != c.asked {
				t.Errorf("exit code %d after %d requests, want %d after %d", code, asked, c.code, c.asked)
			}
			for _, want := range c.says {
				if !strings.Contains(stdout+stderr, want) {
					t.Errorf("it does not say %q:\n%s%s", want, stdout, stderr)
				}
			}
		})
	}

	body = two
	code, stdout, _ := run(t.Context(), t, []string{"UMBRA_UPGRADE_FEED=" + feed.URL + "/feed"}, "upgrade", "--check", "--json")
	var got map[string]any
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 3 || got["current"] != "v1.4.0" || got["newest"] != "v1.5.1" || got["newer"] != true || got["asked"] != true ||
		got["url"] != "https://umbra.example/1.5.1" || got["published"] != "2026-12-01T00:00:00Z" || got["installed"] == "" || len(got["how"].([]any)) == 0 {
		t.Errorf("%d %v: %s", code, err, stdout)
	}
	defer cmd.PretendVersion("devel")()
	code, stdout, _ = run(t.Context(), t, []string{"UMBRA_UPGRADE_FEED=" + feed.URL + "/feed"}, "upgrade", "--check")
	if code != 0 || !strings.Contains(stdout, "the newest release is v1.5.1") || !strings.Contains(stdout, "cannot be compared") {
		t.Errorf("%d %s", code, stdout)
	}
}

func TestHowItWasInstalled(t *testing.T) {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for _, c := range []struct {
		root                   fstest.MapFS
		program, version, want string
		says                   string
	}{
		{fstest.MapFS{".dockerenv": text("")}, "/umbra", "v1.0.0", "container", "docker pull"},
		{fstest.MapFS{"run/.containerenv": text("")}, "/umbra", "v1.0.0", "container", "volume"},
		{fstest.MapFS{"var/lib/dpkg/info/umbra.list": text("/.\n/usr/bin/umbra\n")}, "/usr/bin/umbra", "v1.0.0", "deb", "apt install"},
		{fstest.MapFS{"var/lib/dpkg/info/umbra.list": text("/.\n/usr/bin/umbra\n")}, "/opt/umbra", "v1.0.0", "file", "/opt/umbra"},
		{fstest.MapFS{"usr/lib/sysimage/rpm": text(""), "usr/lib/systemd/system/umbra.service": text("")}, "/usr/bin/umbra", "v1.0.0", "rpm", "dnf install"},
		{fstest.MapFS{"lib/apk/db/installed": text("C:x\nP:umbra\nV:1\n")}, "/usr/bin/umbra", "v1.0.0", "apk", "apk add"},
		{fstest.MapFS{"var/lib/dpkg/info/umbra-postgres.list": text("/usr/bin/umbra\n")}, "/usr/bin/umbra", "v1.0.0", "deb", "./umbra-postgres_"},
		{nil, "/opt/homebrew/Caskroom/umbra/1.0.0/umbra", "v1.0.0", "brew", "brew upgrade umbra"},
		{nil, "/opt/homebrew/Cellar/umbra/1.0.0/bin/umbra", "v1.0.0", "brew", "brew upgrade umbra"},
		{nil, "/home/ann/umbra/umbra", "v1.0.0-3-gabcdef0", "source", "make build"},
		{nil, "/home/ann/umbra/umbra", "devel", "source", "git pull"},
		{nil, "/home/ann/bin/umbra", "v1.0.0", "file", "/home/ann/bin/umbra"},
	} {
		got := cmd.InstalledAs(c.root, c.program, c.version)
		if got.By != c.want || !strings.Contains(strings.Join(got.How, "\n"), c.says) {
			t.Errorf("%s: %+v, want %s", c.program, got, c.want)
		}
	}
}
