package api_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// send posts a file and answers the status, the body and the change-set.
func (s *server) send(t *testing.T, user, query, file string) (status int, body, changeSet string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/imports?"+query, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "umbra_session", Value: user})
	req.Header.Set("Content-Type", "application/octet-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header.Get("Change-Set")
}

func TestImportAndExport(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		const file = "Was;Wann\nKaffee kaufen;01.04.2025\n"
		status, body, set := s.send(t, "ann", "name=x.csv&dry_run=true&column=was:title&column=wann:due", file)
		if status != 200 || set != "" || !strings.Contains(body, `"dry_run":true`) || !strings.Contains(body, `"made":1`) || !strings.Contains(body, `"Kaffee kaufen"`) {
			t.Fatalf("%d %s %s", status, set, body)
		}
		if n := s.get(t, "ann", "/api/todos"); n != "[]\n" && n != "[]" {
			t.Errorf("a dry run made %s", n)
		}
		status, body, set = s.send(t, "ann", "name=x.csv&column=was:title&column=wann:due", file)
		if status != 200 || set == "" {
			t.Fatalf("%d %s %s", status, set, body)
		}
		if got := s.get(t, "ann", "/api/todos"); !strings.Contains(got, `"Kaffee kaufen"`) || !strings.Contains(got, `"2025-04-01"`) {
			t.Error(got)
		}
		if got := s.get(t, "bob", "/api/todos"); strings.Contains(got, "Kaffee") {
			t.Error("another user has it")
		}
		if got := s.get(t, "ann", "/api/imports/progress"); !strings.Contains(got, `"running":false`) {
			t.Error(got)
		}
		data := s.get(t, "ann", "/api/export")
		z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
		if err != nil || len(z.File) < 8 {
			t.Fatalf("%v: %.200s", err, data)
		}
		if status, body, _ = s.send(t, "bob", "name=umbra.zip", data); status != 200 || !strings.Contains(body, `"format":"umbra"`) {
			t.Errorf("%d %s", status, body)
		}
		if got := s.get(t, "bob", "/api/todos"); !strings.Contains(got, "Kaffee") {
			t.Error(got)
		}
		if resp := s.post(t, "ann", "/api/history/"+set+"/undo"); resp != 200 {
			t.Errorf("undo: %d", resp)
		}
		if got := s.get(t, "ann", "/api/todos"); strings.Contains(got, "Kaffee") {
			t.Error("undo left it")
		}
	})
}

func TestFilesThatTheAPIRefuses(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, tt := range []struct {
			query, file string
			status      int
			want        string
		}{
			{"name=x.png", "\x89PNG", 422, "of no kind that can be imported"},
			{"name=x.csv", "", 422, "The file is empty."},
			{"format=mars", "x", 422, "no format of that name"},
			{"name=x.csv&column=a:shoe", "a\nb\n", 422, "column[0]"},
			{"name=x.csv&wrong=1", "a\nb\n", 422, "wrong"},
			{"name=x.ics", strings.Repeat("x", 32<<20+1), 413, "larger than 32 MB"},
		} {
			status, body, set := s.send(t, "ann", tt.query, tt.file)
			if status != tt.status || set != "" || !strings.Contains(body, tt.want) {
				t.Errorf("%s: %d %s", tt.query, status, body)
			}
		}
		if status, _, _ := s.send(t, "nobody", "name=x.csv", "title\nx\n"); status != 401 {
			t.Errorf("without a session: %d", status)
		}
	})
}

func (s *server) get(t *testing.T, user, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "umbra_session", Value: user})
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil || resp.StatusCode != 200 {
		t.Fatal(resp.StatusCode, err, b.String())
	}
	return b.String()
}

func (s *server) post(t *testing.T, user, path string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "umbra_session", Value: user})
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
