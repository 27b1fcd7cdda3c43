package server_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"umbra/app/api"
	"umbra/app/db/dbtest"
)

// line is one content line (RFC 5545 section 3.1), as far as this script needs it.
type line struct{ name, zone, kind, value string }

func contentLines(text string) []line {
	text = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(strings.TrimPrefix(text, "\ufeff"))
	var out []line
	for l := range strings.Lines(text) {
		head, value, ok := strings.Cut(strings.TrimRight(l, "\r\n"), ":")
		if !ok {
			continue
		}
		params := strings.Split(head, ";")
		name := strings.ToUpper(params[0])
		if _, after, grouped := strings.Cut(name, "."); grouped {
			name = after
		}
		x := line{name: name, value: value}
		for _, p := range params[1:] {
			k, v, _ := strings.Cut(p, "=")
			switch strings.ToUpper(k) {
			case "TZID":
				x.zone = strings.Trim(v, `"`)
			case "VALUE":
				x.kind = strings.ToUpper(v)
			}
		}
		out = append(out, x)
	}
	return out
}

var unescape = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)

// when writes an iCalendar time as the API takes it.
func when(l line) (text, zone string) {
	for _, f := range []struct{ in, out string }{
		{"20060102T150405Z", time.RFC3339}, {"20060102T150405", "2006-01-02T15:04:05"}, {"20060102", time.DateOnly},
	} {
		if t, err := time.Parse(f.in, l.value); err == nil {
			if _, err := time.LoadLocation(l.zone); err != nil {
				return t.Format(f.out), "" // zones of an application's own are the import's work
			}
			return t.Format(f.out), l.zone
		}
	}
	return l.value, "" // the API says what is wrong with it
}

func eventOf(lines []line) map[string]any {
	e := map[string]any{"title": "(no title)"}
	for _, l := range lines {
		switch l.name {
		case "SUMMARY":
			e["title"] = strings.TrimSpace(unescape.Replace(l.value))
		case "DESCRIPTION":
			e["description"] = unescape.Replace(l.value)
		case "LOCATION":
			e["location"] = strings.ReplaceAll(unescape.Replace(l.value), "\n", ", ")
		case "RRULE":
			e["recurrence_rule"] = l.value
		case "DTSTART":
			text, zone := when(l)
			e["start"] = text
			if zone != "" {
				e["time_zone"] = zone
			}
		case "DTEND":
			e["end"], _ = when(l)
		}
	}
	return e
}

func personOf(lines []line) map[string]any {
	p := map[string]any{}
	var emails, phones []map[string]string
	for _, l := range lines {
		value := strings.TrimSpace(unescape.Replace(l.value))
		switch l.name {
		case "FN":
			p["display_name"] = value
		case "N":
			parts := strings.Split(l.value, ";")
			p["family_name"] = parts[0]
			if len(parts) > 1 {
				p["given_name"] = parts[1]
			}
		case "ORG":
			p["company"] = strings.Split(value, ";")[0]
		case "TITLE":
			p["job_title"] = value
		case "NICKNAME":
			p["nickname"] = value
		case "EMAIL":
			emails = append(emails, map[string]string{"value": value})
		case "TEL":
			phones = append(phones, map[string]string{"value": value})
		}
	}
	if len(emails) > 0 {
		p["emails"] = emails
	}
	if len(phones) > 0 {
		p["phones"] = phones
	}
	return p
}

// components are the runs of lines between BEGIN:name and END:name.
func components(lines []line, name string) [][]line {
	var out [][]line
	var now []line
	inside, depth := false, 0
	for _, l := range lines {
		switch {
		case l.name == "BEGIN" && strings.EqualFold(l.value, name) && !inside:
			inside, now = true, nil
		case l.name == "BEGIN" && inside:
			depth++ // an alarm within an event has a DESCRIPTION too
		case l.name == "END" && inside && depth > 0:
			depth--
		case l.name == "END" && strings.EqualFold(l.value, name) && inside:
			inside = false
			out = append(out, now)
		case inside && depth == 0:
			now = append(now, l)
		}
	}
	return out
}

// fields are the fields at fault of a problem document.
func fields(t *testing.T, answer []byte) string {
	t.Helper()
	var out []string
	for _, e := range decodeJSON[api.Problem](t, answer).Errors {
		out = append(out, e.Path+" "+e.Message)
	}
	if len(out) == 0 {
		t.Errorf("refused without naming a field: %s", answer)
	}
	return strings.Join(out, "; ")
}

// What real applications wrote is read through the API and found again; what is
// broken in it is refused in words, and nothing is a server error.
func TestRealCalendarsAndAddressBooks(t *testing.T) {
	data := filepath.Join(dbtest.Root(), "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skip("the collection of real calendars and address books is not here")
	}
	p := start(t, filepath.Join(t.TempDir(), "data"))
	p.setUp()
	for _, k := range []struct {
		glob, component, path, title string
		read                         func([]line) map[string]any
		least                        int
	}{
		{"ics/*.ics", "VEVENT", "/api/events", "title", eventOf, 60},
		{"vcf/*.vcf", "VCARD", "/api/people", "display_name", personOf, 14},
	} {
		files, err := filepath.Glob(filepath.Join(data, k.glob))
		if err != nil || len(files) == 0 {
			t.Fatal("no files", err)
		}
		made, refused := 0, map[string]int{}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range components(contentLines(strings.ToValidUTF8(string(b), "?")), k.component) {
				body, err := json.Marshal(k.read(c))
				if err != nil {
					t.Fatal(err)
				}
				status, answer, err := p.send("POST", k.path, string(body))
				if err != nil || status >= 500 {
					t.Fatalf("%s: %d %s %v", file, status, answer, err)
				}
				if status != 201 {
					refused[filepath.Base(file)+": "+fields(t, answer)]++
					continue
				}
				made++
				rec := decodeJSON[map[string]any](t, answer)
				found := p.must(200, "GET", k.path+"?limit=500&q="+url.QueryEscape(fmt.Sprint(rec[k.title])), "")
				if !strings.Contains(string(found), fmt.Sprintf(`"id":%.0f,`, rec["id"])) {
					t.Errorf("%s: %v was not found again", file, rec[k.title])
				}
			}
		}
		for why := range refused {
			t.Log(why)
		}
		t.Logf("%s: %d files, %d read, %d refused", k.path, len(files), made, len(refused))
		if made < k.least {
			t.Errorf("%s: only %d of the real files' records could be held", k.path, made)
		}
	}
}
