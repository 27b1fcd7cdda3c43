package secret_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"umbra/app/secret"
)

const (
	rootA = "0123456789abcdefghijklmnopqrstuv"
	rootB = "vutsrqponmlkjihgfedcba9876543210"
)

func newKeys(t testing.TB, root string) secret.Keys {
	t.Helper()
	k, err := secret.NewKeys(root)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestNewKeysRefusesWhatIsNoSecret(t *testing.T) {
	for _, tc := range []struct{ root, says string }{
		{"", "0 bytes"},
		{"short but random 8f3kq", "22 bytes"},
		{strings.Repeat("a", 64), "repeats"},
		{"change-me", "placeholder"},
		{"CHANGE_ME_" + rootA, "placeholder"},
		{"your-secret-key-change-in-production", "placeholder"},
		{"please change this to a long random string", "placeholder"},
	} {
		_, err := secret.NewKeys(tc.root)
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("NewKeys(%q): %v, want one that says %q", tc.root, err, tc.says)
		} else if tc.root != "" && strings.Contains(err.Error(), tc.root) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
	newKeys(t, rootA)
}

func TestKeysPrintNothing(t *testing.T) {
	k := newKeys(t, rootA)
	if out := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Count(out, "hidden") != 4 || len(out) > 100 {
		t.Errorf("keys print as %s", out)
	}
}

func TestKeyCheckTellsAWrongKey(t *testing.T) {
	check := newKeys(t, rootA).KeyCheck()
	if err := newKeys(t, rootA).VerifyKeyCheck(check); err != nil {
		t.Error(err)
	}
	if err := newKeys(t, rootB).VerifyKeyCheck(check); !errors.Is(err, secret.ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
	if err := newKeys(t, rootA).VerifyKeyCheck(nil); !errors.Is(err, secret.ErrWrongKey) {
		t.Errorf("no value: %v", err)
	}
}

func TestSeal(t *testing.T) {
	k := newKeys(t, rootA)
	const place = "users/7/totp_secret"
	for _, plain := range []string{"", "JBSWY3DPEHPK3PXP", strings.Repeat("x", 10_000)} {
		sealed := k.Seal([]byte(plain), place)
		if got, err := k.Open(sealed, place); err != nil || string(got) != plain {
			t.Errorf("Open: %d bytes, %v", len(got), err)
		}
		if again := k.Seal([]byte(plain), place); string(again) == string(sealed) {
			t.Error("the same value was sealed the same twice")
		}
		for what, open := range map[string]func() ([]byte, error){
			"another place": func() ([]byte, error) { return k.Open(sealed, "users/8/totp_secret") },
			"another key":   func() ([]byte, error) { return newKeys(t, rootB).Open(sealed, place) },
			"cut short":     func() ([]byte, error) { return k.Open(sealed[:len(sealed)-1], place) },
			"nothing":       func() ([]byte, error) { return k.Open(nil, place) },
		} {
			if _, err := open(); !errors.Is(err, secret.ErrSealed) {
				t.Errorf("%s opens: %v", what, err)
			}
		}
	}
	sealed := k.Seal([]byte("value"), place)
	for i := range sealed {
		sealed[i] ^= 1
		if _, err := k.Open(sealed, place); err == nil {
			t.Errorf("opens with byte %d changed", i)
		}
		sealed[i] ^= 1
	}
}

func TestLoadOrCreate(t *testing.T) {
	dir := t.TempDir()
	if _, err := secret.Load(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of nothing: %v", err)
	}
	// Several at once agree on one key.
	checks := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range checks {
		wg.Go(func() {
			k, err := secret.LoadOrCreate(dir)
			if err != nil {
				t.Error(err)
				return
			}
			checks[i] = k.KeyCheck()
		})
	}
	wg.Wait()
	k, err := secret.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if err := k.VerifyKeyCheck(c); err != nil {
			t.Error(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if info, _ := entries[0].Info(); info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, content string
		mode          os.FileMode
		says          string
	}{
		{"readable by all", rootA, 0o644, "chmod 600"},
		{"empty", "", 0o600, "0 bytes"},
		{"placeholder", "changeme", 0o600, "placeholder"},
		{"no key at all", strings.Repeat("x", 5000), 0o600, "not a key file"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, secret.KeyFile)
		if err := os.WriteFile(path, []byte(tc.content), tc.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tc.mode); err != nil {
			t.Fatal(err)
		}
		_, err := secret.LoadOrCreate(dir)
		if err == nil || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if b, _ := os.ReadFile(path); string(b) != tc.content {
			t.Errorf("%s: the file was changed", tc.name)
		}
	}
	if _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a key was made in a folder that is not there")
	}
}
