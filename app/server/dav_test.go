package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"umbra/app/db/dbtest"
	"umbra/app/ical"
)

// appPassword makes a token for sync.
func (p *process) appPassword() string {
	p.t.Helper()
	return decodeJSON[struct {
		Token string `json:"token"`
	}](p.t, p.must(201, "POST", "/api/auth/tokens", `{"name":"phone","scopes":["dav"]}`)).Token
}

// dav sends a request as a phone does.
func (p *process) dav(password, method, path, body string) (int, string, http.Header) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.SetBasicAuth("Ann", password)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatalf("%s %s: %v\n%s", method, path, err, p.out)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

func TestPhonesSignInByAnAppPasswordThatCanBeRevoked(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "data"))
	p.setUp()
	password := p.appPassword()
	status, body, header := p.dav(password, "PROPFIND", "/", "")
	if status != 207 || !strings.Contains(body, "/dav/principals/1/") || header.Get("DAV") == "" {
		t.Errorf("%d %s", status, body)
	}
	for _, path := range []string{"/.well-known/caldav", "/.well-known/carddav", "/dav", "/dav/"} {
		if status, body, _ := p.dav(password, "PROPFIND", path, ""); status != 207 { // the redirect is followed
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for _, wrong := range []string{"", "wrong", testPassword} {
		if status, _, header := p.dav(wrong, "PROPFIND", "/dav/", ""); status != 401 || header.Get("WWW-Authenticate") == "" {
			t.Errorf("%q: %d", wrong, status)
		}
	}
	// What a phone stores, the API has, and the other way.
	text := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20250401T100000Z\r\nSUMMARY:By phone\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	if status, body, _ := p.dav(password, "PUT", "/dav/calendars/1/calendar-1/x.ics", text); status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	if got := p.must(200, "GET", "/api/events", ""); !strings.Contains(string(got), "By phone") {
		t.Errorf("%s", got)
	}
	if got := p.must(200, "GET", "/api/history", ""); !strings.Contains(string(got), `"source":"dav"`) {
		t.Errorf("%s", got)
	}
	made := decodeJSON[struct{ UID string }](t, p.must(201, "POST", "/api/people", `{"given_name":"Ada","birthday":"--12-10"}`))
	if status, body, _ := p.dav(password, "GET", "/dav/addressbooks/1/people/"+made.UID+".vcf", ""); status != 200 || !strings.Contains(body, "FN:Ada\r\n") {
		t.Errorf("%d %s", status, body)
	}
	tokens := decodeJSON[[]struct{ ID int64 }](t, p.must(200, "GET", "/api/auth/tokens", ""))
	p.must(204, "DELETE", fmt.Sprintf("/api/auth/tokens/%d", tokens[0].ID), "")
	if status, _, _ := p.dav(password, "PROPFIND", "/dav/", ""); status != 401 {
		t.Errorf("revoked: %d", status)
	}
}

// What real applications wrote is taken and given back as it came, or refused
// with what does not hold.
func TestRealFilesByDAV(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(dbtest.Root(), "..", "shared", "data", "*", "*.[iv]c[sf]"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the collection of real calendars and address books is not here")
	}
	p := start(t, filepath.Join(t.TempDir(), "data"))
	p.setUp()
	password := p.appPassword()
	taken, refused := 0, map[string]int{}
	put := func(file, path, text string) {
		status, body, header := p.dav(password, "PUT", path, text)
		switch {
		case status == 201:
			got, back, h := p.dav(password, "GET", path, "")
			if got != 200 || back != text || h.Get("ETag") != header.Get("ETag") {
				t.Errorf("%s comes back otherwise: %d", file, got)
			}
			taken++
		case status == 403 && strings.Contains(body, "<D:error"):
			_, cond, _ := strings.Cut(body, `caldav"`)
			_, cond, _ = strings.Cut(cond, ">")
			cond, _, _ = strings.Cut(cond, "/>")
			cond, _, _ = strings.Cut(cond, "</D:resp")
			refused[cond]++
			t.Log(filepath.Base(file), cond)
		default:
			t.Errorf("%s: %d %s", file, status, body)
		}
		if status == 201 {
			if got, body, _ := p.dav(password, "DELETE", path, ""); got != 204 {
				t.Errorf("%s: %d %s", file, got, body)
			}
		}
	}
	for n, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".vcf") {
			put(file, fmt.Sprintf("/dav/addressbooks/1/people/f%d.vcf", n), string(b))
			continue
		}
		put(file, fmt.Sprintf("/dav/calendars/1/calendar-1/f%d.ics", n), string(b))
		// Each of its objects for itself, as an application would send it.
		d, err := ical.Parse(b)
		if err != nil {
			continue
		}
		for _, cal := range d.Components("VCALENDAR") {
			for kind, where := range map[string]string{"VEVENT": "calendar-1", "VTODO": "todos"} {
				for i, c := range cal.Components(kind) {
					one := ical.New()
					alone := ical.NewComponent("VCALENDAR")
					for _, z := range cal.Components("VTIMEZONE") {
						alone.AddComponent(z)
					}
					alone.AddComponent(c)
					one.Add(alone)
					put(file, fmt.Sprintf("/dav/calendars/1/%s/f%d-%d.ics", where, n, i), string(one.Bytes()))
				}
			}
		}
	}
	t.Logf("%d taken, refused: %v", taken, refused)
	if taken < 100 {
		t.Errorf("only %d were taken", taken)
	}
}
