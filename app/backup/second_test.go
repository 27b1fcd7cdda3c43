package backup_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"umbra/app/backup"
	"umbra/app/db"
	"umbra/app/db/dbtest"
)

// storage is a second place of each sort.
func storages(t *testing.T) map[string]func(t *testing.T) backup.Second {
	t.Helper()
	return map[string]func(t *testing.T) backup.Second{
		"folder": func(t *testing.T) backup.Second { return backup.Folder(t.TempDir()) },
		"s3": func(t *testing.T) backup.Second {
			backend := s3mem.New()
			server := httptest.NewServer(gofakes3.New(backend).Server())
			t.Cleanup(server.Close)
			if err := backend.CreateBucket("umbra"); err != nil {
				t.Fatal(err)
			}
			s, err := backup.NewS3(backup.S3Options{Endpoint: strings.TrimPrefix(server.URL, "http://"), Bucket: "umbra", Prefix: "home/pi/",
				KeyID: "id", Secret: "hush", Plain: true, Name: "s3://nas"})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	}
}

func TestSecondPlace(t *testing.T) {
	for name, open := range storages(t) {
		t.Run(name, func(t *testing.T) {
			second := open(t)
			k := newKeeper(t, dbtest.Open(t, db.SQLite), func(o *backup.Options) {
				o.Second, o.Keep = second, backup.Keep{Daily: 2}
			})
			for range 4 {
				k.Tick(t.Context())
				k.change(t)
				k.clock.Advance(24 * time.Hour)
			}
			here := k.names(t)
			there, err := second.List(t.Context())
			if err != nil || len(here) != 2 || len(there) != 2 {
				t.Fatalf("here %q, there %+v, %v", here, there, err)
			}
			s := k.status(t)
			for i, x := range there {
				if x != s.Items[i].Stored || !s.Items[i].Elsewhere {
					t.Errorf("there %+v, here %+v", x, s.Items[i])
				}
			}
			if strings.Contains(strings.Join(s.Warnings, ""), "same disk") {
				t.Errorf("%q", s.Warnings)
			}
		})
	}
}

// A second place that is not there spoils nothing, is told, and is filled later.
func TestSecondPlaceComesBack(t *testing.T) {
	mount := filepath.Join(t.TempDir(), "stick")
	k := newKeeper(t, dbtest.Open(t, db.SQLite), func(o *backup.Options) { o.Second = backup.Folder(mount) })
	k.Tick(t.Context())
	if s := k.status(t); len(s.Items) != 1 || s.Items[0].Elsewhere || !strings.Contains(strings.Join(s.Warnings, " "), "is it mounted?") {
		t.Errorf("%+v", s)
	}
	if _, err := os.Stat(mount); err == nil {
		t.Error("the mount point was made")
	}
	if err := os.Mkdir(mount, 0o700); err != nil {
		t.Fatal(err)
	}
	k.clock.Advance(24 * time.Hour)
	k.Tick(t.Context())
	if s := k.status(t); len(s.Items) != 1 || !s.Items[0].Elsewhere || len(s.Warnings) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestS3SaysWhatToDo(t *testing.T) {
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	defer server.Close()
	s, err := backup.NewS3(backup.S3Options{Endpoint: strings.TrimPrefix(server.URL, "http://"), Bucket: "nowhere", KeyID: "id", Secret: "hush", Plain: true, Name: "s3://nas/nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "umbra-20261124T120000Z.tar.zst")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), file); err == nil || !strings.Contains(err.Error(), "make the bucket first") || strings.Contains(err.Error(), "hush") {
		t.Error(err)
	}
}

func TestAllOnOneDisk(t *testing.T) {
	data := t.TempDir()
	k := newKeeper(t, dbtest.Open(t, db.SQLite), func(o *backup.Options) { o.DataFolder, o.Second = data, backup.Folder(t.TempDir()) })
	k.Tick(t.Context())
	if got := strings.Join(k.status(t).Warnings, ""); !strings.Contains(got, "same disk") || !strings.Contains(got, "UMBRA_BACKUP_COPY") {
		t.Errorf("%q", got)
	}
	k.Second = storages(t)["s3"](t)
	if got := k.status(t).Warnings; len(got) != 0 {
		t.Errorf("with storage elsewhere: %q", got)
	}
}

// Half a year of days: what is kept are 7 days, 4 weeks and 6 months.
func TestRetention(t *testing.T) {
	k := newKeeper(t, dbtest.Open(t, db.SQLite), func(o *backup.Options) { o.Second = backup.Folder(t.TempDir()) })
	for day := range 200 {
		name := fmt.Sprintf("umbra-%s.tar.zst", noon.AddDate(0, 0, -200+day).Format("20060102T150405Z"))
		for _, dir := range []string{k.dir, k.Second.String()} {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	mine := filepath.Join(k.dir, "umbra-before-the-move.tar.zst")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k.Tick(t.Context())
	want := []string{"20261124", "20261123", "20261122", "20261121", "20261120", "20261119", "20261118", // days; the first two Sundays' weeks are here
		"20261115", "20261108", // weeks
		"20261031", "20260930", "20260831", "20260731", "20260630"} // months
	var got []string
	for _, n := range k.names(t) {
		got = append(got, n[len("umbra-"):len("umbra-20261124")])
	}
	if !slices.Equal(got, want) {
		t.Errorf("kept %q\nwant %q", got, want)
	}
	there, err := k.Second.List(t.Context())
	if err != nil || len(there) != len(want) {
		t.Errorf("there: %+v, %v", there, err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("a file of somebody's own was removed")
	}
}
