// Package config holds the settings of one process: read once from flags,
// environment and .env, checked all at once, and passed on by value.
package config

import (
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"umbra/app/secret"
)

// Config is every setting. The tags are the whole of it: env and flag are its
// names, default its value when not given, unset what its absence means, help
// its line in --help and docs/config.md; choice, unit, min and max bound it.
type Config struct {
	DataDir string `env:"UMBRA_DATA_DIR" flag:"data-dir" unset:"STATE_DIRECTORY (systemd sets it), else the XDG data folder + /umbra" help:"the folder that holds everything: database, secret key, snapshots"`
	EnvFile string `env:"UMBRA_ENV_FILE" flag:"env-file" unset:"/etc/umbra/umbra.env where a package put one and no data folder is named, else .env in the data folder" help:"a file of settings, NAME=value on each line; it must exist when named"`

	// Packaged: the settings are those that a package keeps for this machine's service.
	Packaged bool
	Listen   Address  `env:"UMBRA_LISTEN" flag:"listen" default:"127.0.0.1:8000" help:"host:port to listen on; :8000 is every address of this machine"`
	DB       Database `env:"DATABASE_URL" flag:"database-url" unset:"what the data folder holds; in a new one SQLite, or the PostgreSQL inside where the program carries it" help:"sqlite:///path, embedded-postgres: or postgres://user@host/name"`

	PostgresConnections int           `env:"UMBRA_POSTGRES_CONNECTIONS" unset:"four for each processor and at least 8; 12 to the PostgreSQL inside" min:"2" max:"1000" help:"connections to PostgreSQL at most, all servers' together below its max_connections"`
	PostgresStatement   time.Duration `env:"UMBRA_POSTGRES_STATEMENT_TIMEOUT_SECONDS" default:"60" unit:"second" min:"0" max:"86400" help:"seconds after which PostgreSQL ends a statement of a request; 0 is never. Backups and migrations may take longer"`
	PostgresWait        time.Duration `env:"UMBRA_POSTGRES_WAIT_SECONDS" default:"60" unit:"second" min:"0" max:"3600" help:"seconds that serve waits at its start for a PostgreSQL server that does not answer yet"`

	TLS        string   `env:"UMBRA_TLS" flag:"tls" default:"off" choice:"off,local" help:"local serves HTTPS with a certificate authority of the house, which each device trusts once (the page /trust shows how), on every address unless --listen says otherwise"`
	Domain     Hosts    `env:"UMBRA_DOMAIN" flag:"domain" unset:"none" help:"public host names, separated by commas, to get certificates for by ACME (Let's Encrypt); serves HTTPS on port 443 and sends port 80 there"`
	TLSCert    string   `env:"UMBRA_TLS_CERT" flag:"tls-cert" unset:"none" help:"a file with a certificate and its chain (PEM) to serve HTTPS with; read again when it changes"`
	TLSKey     string   `env:"UMBRA_TLS_KEY" flag:"tls-key" unset:"none" help:"the file with its key"`
	HTTPListen Address  `env:"UMBRA_HTTP_LISTEN" unset:"off; :80 with --domain" help:"host:port of a second listener that sends browsers from HTTP to HTTPS"`
	ACMEServer Endpoint `env:"UMBRA_ACME_SERVER" default:"https://acme-v02.api.letsencrypt.org/directory" help:"the ACME directory that --domain asks"`
	ACMERoots  string   `env:"UMBRA_ACME_ROOTS" unset:"what this machine trusts" help:"a file (PEM) with the authority of an ACME server of your own"`
	ACMEEmail  string   `env:"UMBRA_ACME_EMAIL" unset:"none" help:"where the ACME server may write to when something is wrong"`

	PublicURL      Origin   `env:"UMBRA_PUBLIC_URL" unset:"none" help:"where people reach it, like https://umbra.example.org; needed for passkeys, links, and Secure cookies behind a proxy"`
	CORSOrigins    Origins  `env:"UMBRA_CORS_ORIGINS" unset:"none" help:"origins of other front ends that may read and write, separated by commas"`
	TrustedProxies Networks `env:"UMBRA_TRUSTED_PROXIES" unset:"none" help:"addresses or networks (CIDR), separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed"`

	SecretKey      Secret        `env:"SECRET_KEY" unset:"made once and kept in the data folder" help:"the root of all keys, at least 32 random bytes; servers that share a database share it. It has no flag, because others on the machine can read those"`
	SessionMaxAge  time.Duration `env:"SESSION_MAX_AGE_DAYS" default:"30" unit:"day" min:"1" max:"3650" help:"days until a log-in ends, counted from the log-in"`
	MFATokenMaxAge time.Duration `env:"MFA_TOKEN_MAX_AGE_SECONDS" default:"300" unit:"second" min:"30" max:"3600" help:"seconds between password and second factor"`
	TOTPIssuer     string        `env:"TOTP_ISSUER" default:"Umbra" help:"the name that authenticator apps show"`

	Argon2MemoryKiB   int `env:"UMBRA_ARGON2_MEMORY_KIB" unset:"65536; 19456 with 768 MiB of memory or less" min:"8" max:"524288" help:"memory for each password hash, in KiB"`
	Argon2Time        int `env:"UMBRA_ARGON2_TIME" unset:"3; 2 with 768 MiB of memory or less" min:"1" max:"32" help:"passes over that memory"`
	Argon2Parallelism int `env:"UMBRA_ARGON2_PARALLELISM" unset:"4; 1 with 768 MiB of memory or less" min:"1" max:"64" help:"lanes of each password hash"`

	BackupEvery          time.Duration `env:"UMBRA_BACKUP_EVERY_HOURS" default:"24" unit:"hour" min:"0" max:"8760" help:"hours from one backup to the next, which is left out while nothing has changed; 0 turns the schedule off"`
	BackupDir            string        `env:"UMBRA_BACKUP_DIR" unset:"backups in the data folder" help:"the folder that these backups go to"`
	BackupCopy           Place         `env:"UMBRA_BACKUP_COPY" unset:"none" help:"a second place for each of them: a folder on another disk or a mounted share, or s3://host/bucket/prefix"`
	BackupKeepDaily      int           `env:"UMBRA_BACKUP_KEEP_DAILY" default:"7" min:"1" max:"1000" help:"how many days' newest backups are kept"`
	BackupKeepWeekly     int           `env:"UMBRA_BACKUP_KEEP_WEEKLY" default:"4" min:"0" max:"1000" help:"how many weeks' newest backups are kept"`
	BackupKeepMonthly    int           `env:"UMBRA_BACKUP_KEEP_MONTHLY" default:"6" min:"0" max:"1000" help:"how many months' newest backups are kept"`
	BackupPassphrase     Hidden        `env:"UMBRA_BACKUP_PASSPHRASE" unset:"none: backups are not encrypted" help:"encrypts backups, which then hold SECRET_KEY too; at least 12 characters. Keep it outside this machine as well"`
	BackupPassphraseFile string        `env:"UMBRA_BACKUP_PASSPHRASE_FILE" unset:"none" help:"a file whose first line is the passphrase"`
	BackupS3KeyID        string        `env:"UMBRA_BACKUP_S3_KEY_ID" unset:"none" help:"the access key of the s3:// place"`
	BackupS3Secret       Hidden        `env:"UMBRA_BACKUP_S3_SECRET" unset:"none" help:"the secret that belongs to it"`

	OutboundAllow Reach `env:"UMBRA_OUTBOUND_ALLOW" unset:"the public internet alone" help:"what notifications may be sent to beside the public internet: addresses, networks (CIDR) and host names, each with :port or for every port, separated by commas, like ntfy.lan:8080, 192.168.1.0/24"`

	SMTPHost         string  `env:"UMBRA_SMTP_HOST" unset:"none: no mail is sent" help:"the server that takes mail for delivery"`
	SMTPPort         int     `env:"UMBRA_SMTP_PORT" unset:"587; 465 with tls, 25 with none" min:"1" max:"65535" help:"its port"`
	SMTPTLS          string  `env:"UMBRA_SMTP_TLS" default:"starttls" choice:"starttls,tls,none" help:"how it is spoken to: encrypted after STARTTLS, encrypted from the start (tls), or in the open (none)"`
	SMTPUser         string  `env:"UMBRA_SMTP_USER" unset:"none: without log-in" help:"the name to log in there with"`
	SMTPPassword     Hidden  `env:"UMBRA_SMTP_PASSWORD" unset:"none" help:"the password to it"`
	SMTPPasswordFile string  `env:"UMBRA_SMTP_PASSWORD_FILE" unset:"none" help:"a file whose first line is that password"`
	SMTPFrom         Mailbox `env:"UMBRA_SMTP_FROM" unset:"UMBRA_SMTP_USER, where that is an address" help:"whom mail comes from, like umbra@example.org or Umbra <umbra@example.org>"`

	OIDCIssuer     Issuer `env:"UMBRA_OIDC_ISSUER" unset:"none: nobody signs in by an identity elsewhere" help:"the OpenID Connect provider whose identities may be linked, exactly as it calls itself, like https://auth.example.org"`
	OIDCClientID   string `env:"UMBRA_OIDC_CLIENT_ID" unset:"none" help:"the name that the provider knows Umbra by"`
	OIDCSecret     Hidden `env:"UMBRA_OIDC_CLIENT_SECRET" unset:"none: a public client" help:"the secret that belongs to it"`
	OIDCSecretFile string `env:"UMBRA_OIDC_CLIENT_SECRET_FILE" unset:"none" help:"a file whose first line is that secret"`
	OIDCName       string `env:"UMBRA_OIDC_NAME" unset:"the host name of the issuer" help:"what the button says that leads there"`
	OIDCScopes     Words  `env:"UMBRA_OIDC_SCOPES" default:"openid profile email" help:"what is asked of the provider; openid is added where it is missing"`
	OIDCTrustMFA   string `env:"UMBRA_OIDC_TRUST_MFA" default:"false" choice:"false,true" help:"true leaves Umbra's second factor out for those of whom the provider says that they used one (amr, or UMBRA_OIDC_MFA_ACR)"`
	OIDCStrongACR  Words  `env:"UMBRA_OIDC_MFA_ACR" unset:"none: amr alone counts" help:"values of acr that say so too, separated by spaces"`

	LogLevel  slog.Level `env:"UMBRA_LOG_LEVEL" flag:"log-level" default:"info" choice:"debug,info,warn,error" help:"the least that is logged: debug, info, warn or error"`
	LogFormat string     `env:"UMBRA_LOG_FORMAT" flag:"log-format" default:"text" choice:"text,json" help:"how it is logged: text or json"`

	AccessLog string `env:"UMBRA_ACCESS_LOG" default:"off" choice:"off,on" help:"on logs a line for each request: id, method, path, status, time, client; never a query, a body or a secret. Off logs those that failed on our side"`

	UpgradeFeed Feed `env:"UMBRA_UPGRADE_FEED" unset:"none: nobody is asked" help:"a feed of releases (JSON or Atom) that umbra upgrade --check asks for the newest version; https, or http within the house"`

	MetricsListen Address `env:"UMBRA_METRICS_LISTEN" unset:"off" help:"host:port where /metrics answers Prometheus, apart from everything else: 127.0.0.1:9090"`
	MetricsToken  Hidden  `env:"UMBRA_METRICS_TOKEN" unset:"none" help:"what a scraper must send as a bearer token; at least 16 characters"`
	DebugSocket   string  `env:"UMBRA_DEBUG_SOCKET" unset:"off" help:"a socket (an absolute path) where Go's profiles can be had, for its owner alone"`

	settings []Setting
	warnings []string
}

// Register adds the flags of the settings that have one.
func Register(fs *pflag.FlagSet) {
	for _, f := range fields {
		if f.flag != "" {
			fs.String(f.flag, "", f.help+" ("+f.env+"; default: "+f.fallback()+")")
		}
	}
}

// Load reads the settings: for each the flag, else the environment, else .env,
// else the default; an empty value counts as not given. Everything wrong, unknown
// UMBRA_ names included, is reported at once in an *Error. environ is os.Environ().
func Load(fs *pflag.FlagSet, environ []string) (Config, error) {
	l := loader{flags: fs, environ: parseEnviron(environ)}
	var c Config
	l.files(&c)
	l.unknown()
	for _, f := range fields {
		if f.env != envDataDir && f.env != envFile {
			l.read(f, &c)
		}
	}
	l.cross(&c)
	if len(l.problems) > 0 {
		return Config{}, &Error{Problems: l.problems}
	}
	c.DB.resolve(c.DataDir)
	c.settings = l.settings(c)
	c.warnings = l.warnings
	return c, nil
}

// Warnings are what works but is better changed; serve prints them.
func (c Config) Warnings() []string { return c.warnings }

// Argon2 are the costs of password hashes: as set, the rest as suits this machine.
func (c Config) Argon2() secret.Params {
	p := secret.DefaultParams()
	if c.Argon2MemoryKiB != 0 {
		p.MemoryKiB = uint32(c.Argon2MemoryKiB)
	}
	if c.Argon2Time != 0 {
		p.Time = uint32(c.Argon2Time)
	}
	if c.Argon2Parallelism != 0 {
		p.Parallelism = uint8(c.Argon2Parallelism)
	}
	return p
}

// cross checks what one value alone does not tell.
func (l *loader) cross(c *Config) {
	if s := c.TOTPIssuer; utf8.RuneCountInString(s) > 64 || !utf8.ValidString(s) ||
		strings.Contains(s, ":") || strings.ContainsFunc(s, unicode.IsControl) {
		l.fail("TOTP_ISSUER", l.from["TOTP_ISSUER"], "must be one line of at most 64 characters without a colon")
	}
	if c.Argon2MemoryKiB+c.Argon2Time+c.Argon2Parallelism > 0 {
		if err := c.Argon2().Validate(); err != nil {
			l.fail("UMBRA_ARGON2_*", "", "do not fit together: "+err.Error())
		}
	}
	for _, n := range c.TrustedProxies {
		if n.Bits() == 0 {
			l.warn("UMBRA_TRUSTED_PROXIES believes everyone (" + n.String() + "): anyone can then claim any address")
		}
	}
	l.encryption(c)
	l.watching(c)
	l.backups(c)
	l.mail(c)
	l.identity(c)
	if c.DB.hasPassword() && l.from["DATABASE_URL"] == FromFlag {
		l.warn("the password in --database-url can be read by others on this machine: put it in DATABASE_URL or .env")
	}
	if info, ok := l.fileInfo(); ok && info.Mode().Perm()&0o007 != 0 &&
		(l.from["SECRET_KEY"] == FromFile || c.DB.hasPassword() && l.from["DATABASE_URL"] == FromFile) {
		l.warn(l.path + " holds secrets and can be read by everyone on this machine: run `chmod o= " + l.path + "`")
	}
}
