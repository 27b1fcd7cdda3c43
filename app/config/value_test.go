package config_test

import (
	"net/url"
	"strings"
	"testing"

	"umbra/app/config"
)

func TestParseDatabase(t *testing.T) {
	for _, tc := range []struct {
		in     string
		engine config.Engine
		path   string
		shown  string
	}{
		{"sqlite:///umbra.db", config.SQLite, "umbra.db", "sqlite:///umbra.db"},
		{"sqlite:///./sub/umbra.db", config.SQLite, "sub/umbra.db", "sqlite:///./sub/umbra.db"},
		{"sqlite:///../umbra.db", config.SQLite, "../umbra.db", "sqlite:///../umbra.db"},
		{"sqlite:///srv/umbra/umbra.db", config.SQLite, "/srv/umbra/umbra.db", "sqlite:///srv/umbra/umbra.db"},
		{"sqlite:////srv/umbra.db", config.SQLite, "/srv/umbra.db", "sqlite:///srv/umbra.db"},
		{"sqlite:////umbra.db", config.SQLite, "/umbra.db", "sqlite:////umbra.db"},
		{"sqlite+aiosqlite:///my%20house.db", config.SQLite, "my house.db", "sqlite:///my%20house.db"},
		{"embedded-postgres:", config.EmbeddedPostgres, "", "embedded-postgres:"},
		{"embedded-postgres://", config.EmbeddedPostgres, "", "embedded-postgres:"},
		{"postgres://umbra@db/umbra", config.Postgres, "", "postgres://umbra@db/umbra"},
		{"postgresql://u:p%40ss@db:5433/umbra?sslmode=require", config.Postgres, "", "postgres://u:xxxxx@db:5433/umbra?sslmode=require"},
		{"postgresql+asyncpg://u:p@db/umbra?ssl=require", config.Postgres, "", "postgres://u:xxxxx@db/umbra?sslmode=require"},
		{"postgres:///umbra?host=/run/postgresql&password=p", config.Postgres, "", "postgres:///umbra?host=%2Frun%2Fpostgresql&password=xxxxx"},
	} {
		d, err := config.ParseDatabase(tc.in)
		if err != nil || d.Engine != tc.engine || d.Path != tc.path || d.String() != tc.shown {
			t.Errorf("%s: %q %q %s, %v", tc.in, d.Engine, d.Path, d, err)
		}
	}
	d, _ := config.ParseDatabase("postgresql+asyncpg://u:p%40ss@db/umbra?ssl=require")
	if d.DSN() != "postgres://u:p%40ss@db/umbra?sslmode=require" {
		t.Errorf("the driver gets %s", d.DSN())
	}
}

func TestParseDatabaseRefuses(t *testing.T) {
	for _, in := range []string{
		"", "umbra.db", "sqlite:", "sqlite://umbra.db", "sqlite:///", "sqlite:///srv/", "sqlite:///..", "sqlite:///srv/..",
		"sqlite:///:memory:", "sqlite:///a.db?mode=ro", "sqlite:///a%zz.db", "sqlite:///a%00.db", "sqlite:///a\n.db",
		"mysql://root:hunter2@db/x", "postgres:hunter2", "postgres://", "postgres:///umbra",
		"postgres://u:hunter2@x@db:port/umbra", "postgres://u:hunter2#1@db/umbra", "postgres://u:hunter2/1@db/umbra",
		"postgres://u:12/hunter2@db/umbra", "postgres://u:12?hunter2@db/umbra", "postgres://u:12/hunter2/x@db",
		"postgres://db/umbra?password=hunter2%zz", "embedded-postgres:hunter2",
	} {
		d, err := config.ParseDatabase(in)
		if err == nil || !d.IsZero() || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, %v", in, d, err)
		}
	}
}

func TestIsTheDatabaseOnThisMachine(t *testing.T) {
	for in, local := range map[string]bool{
		"sqlite:///umbra.db": true, "embedded-postgres:": true, "postgres://u@localhost/d": true, "postgres://u@127.0.0.2/d": true,
		"postgres://u@[::1]:5/d": true, "postgres:///d?host=/run/postgresql": true, "postgres://u@db/d": false,
		"postgres://u@10.0.0.1/d": false, "postgres://u@localhost/d?host=db": false,
	} {
		d, err := config.ParseDatabase(in)
		if err != nil || d.Local() != local {
			t.Errorf("%s: %v, %v", in, d.Local(), err)
		}
	}
}

func TestParseOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://app.example.org":       "https://app.example.org",
		"https://App.Example.org:443":   "https://app.example.org",
		"http://localhost:5173":         "http://localhost:5173",
		"http://192.168.1.5:80":         "http://192.168.1.5",
		"https://[::1]:8443":            "https://[::1]:8443",
		"http://[0:0::1]":               "http://[::1]",
		"HTTPS://xn--bcher-kva.example": "https://xn--bcher-kva.example",

		"*": "", "null": "", "": "", "app.example.org": "", "https://": "", "//app.example.org": "",
		"https://*.example.org": "", "https://app.example.org/": "", "https://app.example.org/path": "",
		"https://app.example.org?": "", "https://app.example.org#": "", "https://u:p@app.example.org": "",
		"ftp://app.example.org": "", "https:app": "", "https://app.example.org:": "", "https://app.example.org:0": "",
		"https://app.example.org:99999": "", "https://app.example.org:08443": "", "https://bücher.example": "",
		"https://a b": "", "https://app..example": "", "https://-a.example": "", "http://[fe80::1%25eth0]": "",
	} {
		got, err := config.ParseOrigin(in)
		if got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, ok := range map[string]bool{
		"127.0.0.1:8000": true, ":8000": true, "[::1]:8000": true, "[::]:0": true, "localhost:80": true, "home.lan:8000": true,
		"8000": false, "127.0.0.1": false, "::1:8000": false, "localhost:http": false, "localhost:65536": false,
		"localhost:-1": false, "localhost:080": false, "a b:80": false, "http://localhost:8000": false, "localhost:": false,
	} {
		var a config.Address
		if err := a.UnmarshalText([]byte(in)); (err == nil) != ok || ok && string(a) != in {
			t.Errorf("%q: %q, %v", in, a, err)
		}
	}
}

func FuzzParseDatabase(f *testing.F) {
	for _, s := range []string{"sqlite:///umbra.db", "sqlite:////srv/a b%20.db", "postgres://u:hunter2@h:1/d?ssl=x&password=hunter2",
		"postgresql+asyncpg://u@h/d", "embedded-postgres:", "sqlite:///../..//x", "postgres://[::1]:5/d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := config.ParseDatabase(s)
		if err != nil {
			return
		}
		again, err := config.ParseDatabase(d.Masked())
		if err != nil || again.Masked() != d.Masked() || d.Engine != config.Postgres && again != d {
			t.Errorf("%q shows as %q, which reads as %q, %v", s, d, again, err)
		}
		if u, err := url.Parse(d.DSN()); err == nil {
			if p, _ := u.User.Password(); len(p) > 5 && p != "xxxxx" && !strings.Contains(u.Host+u.Path+u.RawQuery+u.User.Username(), p) &&
				strings.Contains(d.String(), p) {
				t.Errorf("%q shows its password: %s", s, d)
			}
		}
	})
}

func FuzzParseOrigin(f *testing.F) {
	for _, s := range []string{"https://a.example:443", "http://[::1]:5", "*", "http://a/?", "https://u@a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := config.ParseOrigin(s)
		if err != nil {
			return
		}
		again, err := config.ParseOrigin(o.String())
		if err != nil || again != o {
			t.Errorf("%q reads as %q, which reads as %q, %v", s, o, again, err)
		}
		if strings.ContainsAny(o.String(), "*@?# \\\"'<>;,") {
			t.Errorf("%q reads as %q", s, o)
		}
	})
}
