package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"umbra/app/config"
)

func TestBackupSettings(t *testing.T) {
	data := t.TempDir()
	c, err := config.Load(nil, []string{"UMBRA_DATA_DIR=" + data})
	if err != nil {
		t.Fatal(err)
	}
	if c.BackupEvery != 24*time.Hour || c.BackupDir != filepath.Join(data, "backups") || c.BackupKeepDaily != 7 || c.BackupKeepWeekly != 4 ||
		c.BackupKeepMonthly != 6 || !c.BackupCopy.IsZero() || c.BackupPassphrase != "" {
		t.Errorf("%+v", c)
	}
	for _, tt := range []struct{ set, says string }{
		{"UMBRA_BACKUP_EVERY_HOURS=-1", "between 0 and 8760"},
		{"UMBRA_BACKUP_KEEP_DAILY=0", "between 1 and"},
		{"UMBRA_BACKUP_DIR=backups", "absolute"},
		{"UMBRA_BACKUP_PASSPHRASE=umbrella", "12 characters"},
		{"UMBRA_BACKUP_PASSPHRASE_FILE=pass", "absolute"},
		{"UMBRA_BACKUP_COPY=mnt/disk", "s3://host/bucket"},
		{"UMBRA_BACKUP_COPY=s3://host", "s3://host/bucket"},
		{"UMBRA_BACKUP_COPY=s3://host/bucket?color=blue", "s3://host/bucket"},
		{"UMBRA_BACKUP_COPY=s3://key:secret@host/bucket", "UMBRA_BACKUP_S3_SECRET"},
		{"UMBRA_BACKUP_COPY=s3://host/bucket", "UMBRA_BACKUP_S3_KEY_ID"},
		{"UMBRA_BACKUP_COPY=" + filepath.Join(data, "backups"), "anyway"},
	} {
		_, err := config.Load(nil, []string{"UMBRA_DATA_DIR=" + data, tt.set})
		if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "key:secret") {
			t.Errorf("%s: %v, want %q", tt.set, err, tt.says)
		}
	}
}

func TestSecondPlaces(t *testing.T) {
	keys := []string{"UMBRA_DATA_DIR=" + t.TempDir(), "UMBRA_BACKUP_S3_KEY_ID=id", "UMBRA_BACKUP_S3_SECRET=hush"}
	for text, want := range map[string]config.Place{
		"/mnt/disk/":                           {Folder: "/mnt/disk"},
		"s3://s3.example.org/umbra":            {Endpoint: "s3.example.org", Bucket: "umbra"},
		"s3://h:9000/b/home/pi?region=eu-west": {Endpoint: "h:9000", Bucket: "b", Prefix: "home/pi/", Region: "eu-west"},
		"s3+http://nas:9000/b":                 {Endpoint: "nas:9000", Bucket: "b", Plain: true},
	} {
		c, err := config.Load(nil, append(keys, "UMBRA_BACKUP_COPY="+text))
		if err != nil || c.BackupCopy != want {
			t.Errorf("%s: %+v, %v", text, c.BackupCopy, err)
		}
		if warned := strings.Contains(strings.Join(c.Warnings(), ""), "unencrypted"); warned != (want.Endpoint != "") {
			t.Errorf("%s: warnings %q", text, c.Warnings())
		}
		if shown := fmt.Sprintf("%v %+v %#v", c.BackupS3Secret, c.Settings(), c.BackupS3Secret); strings.Contains(shown, "hush") {
			t.Errorf("the secret is shown: %s", shown)
		}
	}
}

func TestPassphraseFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pass")
	c, err := config.Load(nil, []string{"UMBRA_DATA_DIR=" + t.TempDir(), "UMBRA_BACKUP_PASSPHRASE_FILE=" + file})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Passphrase(); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	for text, ok := range map[string]bool{"five blue umbrellas\r\nmore": true, "short\n": false} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Passphrase(); (err == nil) != ok || ok && got != "five blue umbrellas" {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
