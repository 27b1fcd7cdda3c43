package server_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"umbra/app/page"
)

func cursorAfter(id int64) string {
	if id == 0 {
		return ""
	}
	return page.Key{Sort: "created_at", Values: []string{fmt.Sprint(id)}, ID: id}.Encode()
}

// A full disk answers 507 and changes nothing; reading goes on, and writing does
// when there is room again.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=6m", "umbra-test", dir).CombinedOutput(); err != nil {
		t.Skipf("cannot mount a small file system here: %s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	p := start(t, filepath.Join(dir, "data"))
	p.setUp()
	first := decodeJSON[item](t, p.must(201, "POST", "/api/todos", `{"title":"first"}`))

	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	large := `{"title":"large","description":"` + strings.Repeat("x", 90_000) + `"}`
	made := 0
	var status int
	var answer []byte
	for range 200 {
		var err error
		if status, answer, err = p.send("POST", "/api/todos", large); err != nil {
			t.Fatalf("%v\n%s", err, p.out)
		}
		if status != 201 {
			break
		}
		made++
	}
	if status != 507 || !strings.Contains(string(answer), "disk_full") || !strings.Contains(string(answer), "Nothing was changed") {
		t.Fatalf("a full disk answers %d %s", status, answer)
	}
	p.must(507, "PUT", fmt.Sprintf("/api/todos/%d", first.ID), large)
	if got := decodeJSON[item](t, p.must(200, "GET", fmt.Sprintf("/api/todos/%d", first.ID), "")); got.Title != "first" {
		t.Errorf("a refused change was kept: %q", got.Title)
	}
	if got := len(decodeJSON[[]item](t, p.must(200, "GET", "/api/todos?limit=500", ""))); got != made+1 {
		t.Errorf("%d to-dos, %d were acknowledged", got, made+1)
	}
	p.must(200, "GET", "/api/ready", "")

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	p.must(201, "POST", "/api/todos", large)
	p.must(200, "PUT", fmt.Sprintf("/api/todos/%d", first.ID), `{"title":"changed"}`)
	if strings.Contains(p.out.String(), "panic") {
		t.Errorf("it panicked: %s", p.out)
	}
	p.kill()
	integrity(t, filepath.Join(dir, "data", "umbra.db"))
}

// fill writes a file until the disk takes no more.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 64<<10)
	for {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}
