package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"umbra/app/config"
	"umbra/app/secret"
)

var update = flag.Bool("update", false, "write docs/config.md")

const key = "0123456789abcdefghijklmnopqrstuvwxyz"

func load(args, environ []string) (config.Config, error) {
	fs := pflag.NewFlagSet("umbra", pflag.ContinueOnError)
	config.Register(fs)
	if err := fs.Parse(args); err != nil {
		return config.Config{}, err
	}
	return config.Load(fs, environ)
}

func mustLoad(t *testing.T, args, environ []string) config.Config {
	t.Helper()
	c, err := load(args, environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func problems(t *testing.T, err error) []string {
	t.Helper()
	var e *config.Error
	if !errors.As(err, &e) {
		t.Fatalf("no *config.Error: %v", err)
	}
	var names []string
	for _, p := range e.Problems {
		if p.Message == "" || !strings.Contains(err.Error(), p.Message) {
			t.Errorf("%s says nothing", p.Name)
		}
		names = append(names, p.Name)
	}
	return names
}

func source(c config.Config, name string) config.Setting {
	for _, s := range c.Settings() {
		if s.Name == name {
			return s
		}
	}
	return config.Setting{}
}

func TestDefaults(t *testing.T) {
	dir := t.TempDir()
	c := mustLoad(t, nil, []string{"UMBRA_DATA_DIR=" + dir})
	if c.Listen != "127.0.0.1:8000" || !c.DB.IsZero() || c.SecretKey != "" || c.TOTPIssuer != "Umbra" ||
		c.SessionMaxAge != 30*24*time.Hour || c.MFATokenMaxAge != 5*time.Minute ||
		c.LogLevel != slog.LevelInfo || c.LogFormat != "text" || !c.PublicURL.IsZero() ||
		len(c.CORSOrigins)+len(c.TrustedProxies)+len(c.Warnings()) != 0 {
		t.Errorf("%+v", c)
	}
	if c.PostgresConnections != 0 || c.PostgresStatement != time.Minute || c.PostgresWait != time.Minute {
		t.Errorf("PostgreSQL: %d, %s, %s", c.PostgresConnections, c.PostgresStatement, c.PostgresWait)
	}
	if c.Argon2() != secret.DefaultParams() {
		t.Errorf("%+v", c.Argon2())
	}
	if c.EnvFile != filepath.Join(dir, ".env") {
		t.Errorf("looks for %s", c.EnvFile)
	}
}

func TestPrecedence(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "UMBRA_LISTEN=:1\nUMBRA_LOG_LEVEL=error\nTOTP_ISSUER='The \"house\" $X'\nPOSTGRES_USER=other\n")
	environ := []string{"UMBRA_DATA_DIR=" + dir, "UMBRA_LISTEN=:2", "UMBRA_LOG_LEVEL=", "=C:", "odd"}
	c := mustLoad(t, []string{"--listen", ":3"}, environ)
	for _, want := range []config.Setting{
		{Name: "UMBRA_LISTEN", Value: ":3", Source: config.FromFlag},
		{Name: "UMBRA_DATA_DIR", Value: dir, Source: config.FromEnvironment},
		{Name: "UMBRA_LOG_LEVEL", Value: "error", Source: config.FromFile}, // empty is not given
		{Name: "TOTP_ISSUER", Value: `The "house" $X`, Source: config.FromFile},
		{Name: "SESSION_MAX_AGE_DAYS", Value: "30", Source: config.FromDefault},
	} {
		if got := source(c, want.Name); got.Value != want.Value || got.Source != want.Source {
			t.Errorf("%s is %q from %s", got.Name, got.Value, got.Source)
		}
	}
	if c = mustLoad(t, nil, environ); c.Listen != ":2" || c.LogLevel != slog.LevelError {
		t.Errorf("without the flag: %v, %v", c.Listen, c.LogLevel)
	}
}

func TestEverySetting(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "umbra.env"), "\ufeff# ours\nUMBRA_DATA_DIR="+dir+"\nSECRET_KEY="+key+"\nSESSION_MAX_AGE_DAYS=7\n"+
		"MFA_TOKEN_MAX_AGE_SECONDS=60\nUMBRA_CORS_ORIGINS=https://a.example, http://localhost:5173\n"+
		"UMBRA_PUBLIC_URL=https://Umbra.example:443/\nUMBRA_TRUSTED_PROXIES=10.1.2.3/8,::1\nUMBRA_LOG_FORMAT=json\n"+
		"UMBRA_ARGON2_MEMORY_KIB=1024\nUMBRA_ARGON2_TIME=2\nUMBRA_ARGON2_PARALLELISM=1\n"+
		"PW=p4ss\nDATABASE_URL=postgresql+asyncpg://umbra:${PW}@db/umbra\n")
	c := mustLoad(t, []string{"--env-file", file}, []string{"STATE_DIRECTORY=/var/lib/umbra"})
	if c.DataDir != dir || string(c.SecretKey) != key || c.SessionMaxAge != 7*24*time.Hour || c.MFATokenMaxAge != time.Minute {
		t.Errorf("%+v", c)
	}
	want := config.Origins{{Scheme: "https", Host: "a.example"}, {Scheme: "http", Host: "localhost:5173"}}
	if diff := cmp.Diff(want, c.CORSOrigins); diff != "" {
		t.Error(diff)
	}
	if c.PublicURL.String() != "https://umbra.example" || !c.PublicURL.Secure() || c.PublicURL.Hostname() != "umbra.example" {
		t.Errorf("%v", c.PublicURL)
	}
	for ip, in := range map[string]bool{"10.9.9.9": true, "::1": true, "::ffff:10.0.0.1": true, "11.0.0.1": false} {
		if c.TrustedProxies.Contains(netip.MustParseAddr(ip)) != in {
			t.Errorf("trusts %s: %v", ip, !in)
		}
	}
	if c.Argon2() != (secret.Params{MemoryKiB: 1024, Time: 2, Parallelism: 1}) {
		t.Errorf("%+v", c.Argon2())
	}
	if c.DB.DSN() != "postgres://umbra:p4ss@db/umbra" {
		t.Errorf("DSN %s", c.DB.DSN())
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "UMBRA_NONSENSE=1\nUMBRA_DATA_DIR=/elsewhere\nUMBRA_LOG_FORMAT=xml\nTOTP_ISSUER=a:b\n")
	_, err := load([]string{"--listen", "8000"}, []string{
		"UMBRA_DATA_DIR=" + dir, "UMBRA_LISTN=:1", "umbra_listen=:1", "DATABASE_URL=mysql://root:hunter2@db/x",
		"SECRET_KEY=hunter2", "SESSION_MAX_AGE_DAYS=0", "MFA_TOKEN_MAX_AGE_SECONDS=5m", "UMBRA_CORS_ORIGINS=*",
		"UMBRA_PUBLIC_URL=umbra.example", "UMBRA_TRUSTED_PROXIES=everyone", "UMBRA_LOG_LEVEL=loud",
		"UMBRA_ARGON2_MEMORY_KIB=9", "UMBRA_ARGON2_PARALLELISM=2", "UMBRA_POSTGRES_CONNECTIONS=1", "UMBRA_POSTGRES_WAIT_SECONDS=1m",
	})
	want := []string{
		"UMBRA_DATA_DIR", "UMBRA_LISTN", "umbra_listen", "UMBRA_NONSENSE", "UMBRA_LISTEN", "DATABASE_URL",
		"UMBRA_POSTGRES_CONNECTIONS", "UMBRA_POSTGRES_WAIT_SECONDS", "UMBRA_PUBLIC_URL", "UMBRA_CORS_ORIGINS", "UMBRA_TRUSTED_PROXIES", "SECRET_KEY", "SESSION_MAX_AGE_DAYS",
		"MFA_TOKEN_MAX_AGE_SECONDS", "UMBRA_LOG_LEVEL", "UMBRA_LOG_FORMAT", "TOTP_ISSUER", "UMBRA_ARGON2_*",
	}
	if diff := cmp.Diff(want, problems(t, err)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is shown: %v", err)
	}
	for _, says := range []string{"did you mean UMBRA_LISTEN?", `(it is "8000")`, "UMBRA_NONSENSE (.env) is not a setting\n"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("does not say %s:\n%v", says, err)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	dir := t.TempDir()
	c := mustLoad(t, []string{"--database-url", "postgres://umbra:hunter2@db/umbra?sslpassword=hunter2"},
		[]string{"UMBRA_DATA_DIR=" + dir, "SECRET_KEY=" + key, "UMBRA_TRUSTED_PROXIES=0.0.0.0/0"})
	var text bytes.Buffer
	if err := c.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	settings, err := json.Marshal(c.Settings())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("config", "config", c, "db", c.DB, "key", c.SecretKey)
	all := fmt.Sprintf("%s %s %s %s %v %+v %#v %q", text.String(), settings, whole, logged.String(), c, c.DB, c.DB, c.Warnings())
	if strings.Contains(all, "hunter2") || strings.Contains(all, key) {
		t.Errorf("a secret is shown: %s", all)
	}
	if !strings.Contains(text.String(), "postgres://umbra:xxxxx@db/umbra") || !strings.Contains(string(settings), `"source":"flag"`) {
		t.Errorf("%s\n%s", text.String(), settings)
	}
	if len(c.Warnings()) != 2 || !strings.Contains(all, "--database-url") || !strings.Contains(all, "believes everyone") {
		t.Errorf("warnings: %q", c.Warnings())
	}
}

func TestMarkdown(t *testing.T) {
	const path = "../../docs/config.md"
	if *update || os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(config.Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(b), config.Markdown()); diff != "" {
		t.Errorf("run go generate ./app/config: %s", diff)
	}
}
