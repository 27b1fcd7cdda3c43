package config

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Hidden is a secret of somebody else's making that never prints; string(h) reveals it.
type Hidden string

// UnmarshalText takes any text.
func (h *Hidden) UnmarshalText(b []byte) error {
	*h = Hidden(b)
	return nil
}

// Masked says only whether there is one.
func (h Hidden) Masked() string { return Secret(h).Masked() }

// String is Masked.
func (h Hidden) String() string { return h.Masked() }

// GoString is Masked.
func (h Hidden) GoString() string { return h.Masked() }

// MarshalText is Masked.
func (h Hidden) MarshalText() ([]byte, error) { return []byte(h.Masked()), nil }

// Place is where a second copy of each backup goes: a folder, or a bucket of an
// S3-compatible storage.
type Place struct {
	Folder string // absolute

	Endpoint string // host:port of the storage
	Bucket   string
	Prefix   string // "" or ending in /
	Region   string
	Plain    bool // over HTTP, without TLS
}

var errPlace = errors.New("must be an absolute folder, or s3://host/bucket/prefix (s3+http:// without TLS)")

// UnmarshalText reads a folder or s3://host/bucket/prefix?region=name.
func (p *Place) UnmarshalText(b []byte) error {
	text := string(b)
	if filepath.IsAbs(text) {
		*p = Place{Folder: filepath.Clean(text)}
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" && u.Scheme != "s3+http" || u.Fragment != "" {
		return errPlace
	}
	if u.User != nil {
		return errors.New("must not hold keys: put them into UMBRA_BACKUP_S3_KEY_ID and UMBRA_BACKUP_S3_SECRET")
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	query := u.Query()
	region := query.Get("region")
	query.Del("region")
	if u.Host == "" || bucket == "" || len(query) > 0 {
		return errPlace
	}
	if prefix != "" {
		prefix += "/"
	}
	*p = Place{Endpoint: u.Host, Bucket: bucket, Prefix: prefix, Region: region, Plain: u.Scheme == "s3+http"}
	return nil
}

// IsZero says that there is none.
func (p Place) IsZero() bool { return p == Place{} }

// String is the place as it is written.
func (p Place) String() string {
	switch {
	case p.Folder != "":
		return p.Folder
	case p.Endpoint == "":
		return ""
	case p.Plain:
		return "s3+http://" + p.Endpoint + "/" + p.Bucket + "/" + p.Prefix
	}
	return "s3://" + p.Endpoint + "/" + p.Bucket + "/" + p.Prefix
}

// MinPassphrase is the shortest passphrase of a backup, in characters: whoever
// has the file can try as many as they like.
const MinPassphrase = 12

// CheckPassphrase says why a backup's passphrase is refused, or nil.
func CheckPassphrase(s string) error {
	if utf8.RuneCountInString(s) < MinPassphrase {
		return errors.New("must have at least 12 characters: whoever finds the file can try as many as they like")
	}
	return nil
}

// backups checks what belongs together, and resolves the folder.
func (l *loader) backups(c *Config) {
	switch {
	case c.BackupDir == "":
		c.BackupDir = filepath.Join(c.DataDir, "backups")
	case !filepath.IsAbs(c.BackupDir):
		l.fail("UMBRA_BACKUP_DIR", l.from["UMBRA_BACKUP_DIR"], "must be an absolute path")
	}
	if c.BackupPassphrase != "" {
		if err := CheckPassphrase(string(c.BackupPassphrase)); err != nil {
			l.fail("UMBRA_BACKUP_PASSPHRASE", l.from["UMBRA_BACKUP_PASSPHRASE"], err.Error())
		}
		if c.BackupPassphraseFile != "" {
			l.fail("UMBRA_BACKUP_PASSPHRASE_FILE", l.from["UMBRA_BACKUP_PASSPHRASE_FILE"], "cannot be set beside UMBRA_BACKUP_PASSPHRASE")
		}
	}
	if c.BackupPassphraseFile != "" && !filepath.IsAbs(c.BackupPassphraseFile) {
		l.fail("UMBRA_BACKUP_PASSPHRASE_FILE", l.from["UMBRA_BACKUP_PASSPHRASE_FILE"], "must be an absolute path")
	}
	if s3 := c.BackupCopy.Endpoint != ""; s3 && (c.BackupS3KeyID == "" || c.BackupS3Secret == "") {
		l.fail("UMBRA_BACKUP_COPY", l.from["UMBRA_BACKUP_COPY"], "needs UMBRA_BACKUP_S3_KEY_ID and UMBRA_BACKUP_S3_SECRET as well")
	}
	if c.BackupCopy.Endpoint != "" && c.BackupPassphrase == "" && c.BackupPassphraseFile == "" {
		l.warn("backups go to " + c.BackupCopy.Endpoint + " unencrypted: set UMBRA_BACKUP_PASSPHRASE")
	}
	if c.BackupCopy.Folder != "" && c.BackupCopy.Folder == filepath.Clean(c.BackupDir) {
		l.fail("UMBRA_BACKUP_COPY", l.from["UMBRA_BACKUP_COPY"], "is the folder that backups go to anyway")
	}
}

// Passphrase is that of backups; "" when there is none. The file is read each
// time: it may lie on a stick that is not always there.
func (c Config) Passphrase() (string, error) {
	if c.BackupPassphraseFile == "" {
		return string(c.BackupPassphrase), nil
	}
	b, err := os.ReadFile(c.BackupPassphraseFile)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSuffix(line, "\r")
	if err := CheckPassphrase(line); err != nil {
		return "", errors.New("the passphrase in " + c.BackupPassphraseFile + " " + err.Error())
	}
	return line, nil
}
