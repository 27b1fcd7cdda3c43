package dav_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"umbra/app/event"
	"umbra/app/opt"
)

const queryNS = `xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav"`

// names are the resources that a query finds, without their ending, in order.
func (h *house) query(path, filter string) string {
	h.t.Helper()
	a := h.want(207, "REPORT", path, `<C:calendar-query `+queryNS+`><prop><getetag/></prop><C:filter><C:comp-filter name="VCALENDAR">`+filter+`</C:comp-filter></C:filter></C:calendar-query>`)
	return found(a, path)
}

func found(a answer, path string) string {
	var out []string
	for part := range strings.SplitSeq(a.body, "<D:href>") {
		if rest, ok := strings.CutPrefix(part, path); ok {
			name, _, _ := strings.Cut(rest, "<")
			name, _, _ = strings.Cut(name, ".")
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestCalendarQueries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for n, lines := range map[string]string{
			"single":   "SUMMARY:Grüße Äpfel\nDTSTART:20250410T100000Z\nDTEND:20250410T110000Z\nLOCATION;X-P=red:Here\n",
			"day":      "SUMMARY:Day\nDTSTART;VALUE=DATE:20250410\n",
			"weekly":   "SUMMARY:Weekly\nDTSTART;TZID=Europe/Berlin:20250101T180000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:20250409T180000\n",
			"alarm":    "SUMMARY:Alarm\nDTSTART:20250501T100000Z\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-P1D\nEND:VALARM\n",
			"floating": "SUMMARY:Floating\nDTSTART:20250411T003000\nDURATION:PT1H\n",
			"empty":    "SUMMARY:Point\nDTSTART:20250412T000000Z\n",
		} {
			h.want(201, "PUT", h.cal+n+".ics", event1(n, lines))
		}
		rng := func(start, end string) string {
			out := "<C:time-range"
			if start != "" {
				out += ` start="` + start + `"`
			}
			if end != "" {
				out += ` end="` + end + `"`
			}
			return out + "/>"
		}
		for _, tt := range []struct{ filter, want string }{
			{"", "alarm day empty floating single weekly"},
			{`<C:comp-filter name="VEVENT"/>`, "alarm day empty floating single weekly"},
			{`<C:comp-filter name="VTODO"/>`, ""},
			{`<C:comp-filter name="VEVENT">` + rng("20250410T000000Z", "20250411T000000Z") + `</C:comp-filter>`, "day floating single"},
			{`<C:comp-filter name="VEVENT">` + rng("20250409T000000Z", "20250410T000000Z") + `</C:comp-filter>`, "day"}, // from 22:00Z on it is the 10th in Berlin
			{`<C:comp-filter name="VEVENT">` + rng("20250416T000000Z", "20250417T000000Z") + `</C:comp-filter>`, "weekly"},
			{`<C:comp-filter name="VEVENT">` + rng("20250412T000000Z", "20250412T010000Z") + `</C:comp-filter>`, "empty"},
			{`<C:comp-filter name="VEVENT">` + rng("20250420T000000Z", "") + `</C:comp-filter>`, "alarm weekly"},
			{`<C:comp-filter name="VEVENT">` + rng("", "20250401T000000Z") + `</C:comp-filter>`, "weekly"},
			{`<C:comp-filter name="VEVENT"><C:comp-filter name="VALARM">` + rng("20250430T000000Z", "20250501T000000Z") + `</C:comp-filter></C:comp-filter>`, "alarm"},
			{`<C:comp-filter name="VEVENT"><C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>` + rng("20250501T000000Z", "20250502T000000Z") + `</C:comp-filter>`, ""},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>GRüße</C:text-match></C:prop-filter></C:comp-filter>`, "single"},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>äpfel</C:text-match></C:prop-filter></C:comp-filter>`, ""},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match collation="i;unicode-casemap">äpfel</C:text-match></C:prop-filter></C:comp-filter>`, "single"},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match collation="i;octet">weekly</C:text-match></C:prop-filter></C:comp-filter>`, ""},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match negate-condition="yes">a</C:text-match></C:prop-filter></C:comp-filter>`, "empty single weekly"},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="RRULE"><C:is-not-defined/></C:prop-filter></C:comp-filter>`, "alarm day empty floating single"},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="LOCATION"><C:param-filter name="X-P"><C:text-match>RED</C:text-match></C:param-filter></C:prop-filter></C:comp-filter>`, "single"},
			{`<C:comp-filter name="VEVENT"><C:prop-filter name="LOCATION"><C:param-filter name="X-P"><C:is-not-defined/></C:param-filter></C:prop-filter></C:comp-filter>`, ""},
		} {
			if got := h.query(h.cal, tt.filter); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.filter, got, tt.want)
			}
		}
		h.want(403, "REPORT", h.cal, `<C:calendar-query `+queryNS+`><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match collation="x">a</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`).has(t, "supported-collation")
		h.want(403, "REPORT", h.cal, `<C:calendar-query `+queryNS+`><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="2025"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`).has(t, "valid-filter")
		h.want(403, "REPORT", h.cal, `<x xmlns="y"/>`).has(t, "<D:supported-report/>")
		h.want(400, "REPORT", h.cal, "")
	})
}

func TestExpandingAndLimiting(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		text := strings.Replace(event1("w", "SUMMARY:Weekly\nDTSTART;TZID=Europe/Berlin:20250320T180000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nX-KEEP:1\n"), "END:VCALENDAR",
			crlf("BEGIN:VEVENT\nUID:w\nDTSTAMP:20250101T080000Z\nRECURRENCE-ID;TZID=Europe/Berlin:20250403T180000\nSUMMARY:Other\nDTSTART;TZID=Europe/Berlin:20250403T200000\nDURATION:PT2H\nEND:VEVENT\nEND:VCALENDAR"), 1)
		h.want(201, "PUT", h.cal+"w.ics", text)
		ask := func(data, start, end string) answer {
			return h.want(207, "REPORT", h.cal, fmt.Sprintf(`<C:calendar-query %s><prop><getetag/><C:calendar-data>%s</C:calendar-data></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="%s" end="%s"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`, queryNS, data, start, end))
		}
		a := ask(`<C:expand start="20250325T000000Z" end="20250405T000000Z"/>`, "20250325T000000Z", "20250405T000000Z")
		a.has(t, "DTSTART:20250327T170000Z", "DTEND:20250327T180000Z", "RECURRENCE-ID:20250327T170000Z", "DTSTART:20250403T180000Z", "RECURRENCE-ID:20250403T160000Z", "SUMMARY:Other", "X-KEEP:1")
		a.hasNot(t, "RRULE", "VTIMEZONE", "20250410")
		a = ask(`<C:limit-recurrence-set start="20250325T000000Z" end="20250328T000000Z"/>`, "20250325T000000Z", "20250328T000000Z")
		a.has(t, "RRULE", "SUMMARY:Weekly")
		a.hasNot(t, "SUMMARY:Other")
		a = ask(`<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="UID"/></C:comp></C:comp>`, "20250325T000000Z", "20250328T000000Z")
		a.has(t, "UID:w", "VERSION:2.0")
		a.hasNot(t, "SUMMARY", "PRODID")
		// An event that repeats, changed from both sides.
		events, err := h.Events.Occurrences(t.Context(), h.ann, h.clock.Now(), h.clock.Now().AddDate(0, 1, 0), 1, event.Filter{})
		if err != nil || len(events) != 1 || events[0].Title != "Other" {
			t.Fatalf("%+v %v", events, err)
		}
		if _, err := h.Events.Update(t.Context(), h.ann, events[0].ID, event.Part{Scope: event.This, Occurrence: "2025-04-10T18:00:00"}, nil, event.Update{Title: opt.Some("Third")}); err != nil {
			t.Fatal(err)
		}
		got := h.want(200, "GET", h.cal+"w.ics", "")
		got.has(t, "SUMMARY:Third", "SUMMARY:Other", "RECURRENCE-ID;TZID=Europe/Berlin:20250410T180000", "RRULE:FREQ=WEEKLY")
		h.want(204, "PUT", h.cal+"w.ics", strings.Replace(got.body, "SUMMARY:Weekly", "SUMMARY:Often", 1), "If-Match", got.header.Get("ETag"))
		e, err := h.Events.Find(t.Context(), h.ann, events[0].ID, "2025-04-10T18:00:00")
		if err != nil || e.Title != "Third" {
			t.Errorf("%+v %v", e, err)
		}
		if e, err = h.Events.Find(t.Context(), h.ann, events[0].ID, ""); err != nil || e.Title != "Often" {
			t.Errorf("%+v %v", e, err)
		}
		// Free and busy.
		h.want(201, "PUT", h.cal+"free.ics", event1("free", "DTSTART:20250403T100000Z\nDTEND:20250403T110000Z\nTRANSP:TRANSPARENT\n"))
		h.want(201, "PUT", h.cal+"maybe.ics", event1("maybe", "DTSTART:20250403T180000Z\nDTEND:20250403T190000Z\nSTATUS:TENTATIVE\n"))
		h.want(201, "PUT", h.cal+"busy.ics", event1("busy", "DTSTART:20250403T193000Z\nDTEND:20250403T210000Z\n"))
		fb := h.want(200, "REPORT", h.cal, `<C:free-busy-query `+queryNS+`><C:time-range start="20250401T000000Z" end="20250404T000000Z"/></C:free-busy-query>`)
		fb.has(t, "FREEBUSY;FBTYPE=BUSY:20250403T180000Z/20250403T210000Z", "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20250403T180000Z/20250403T190000Z")
		fb.hasNot(t, "20250403T100000Z")
	})
}

func TestToDoQueries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for n, lines := range map[string]string{
			"both": "DTSTART:20250410T100000Z\nDUE:20250412T100000Z\n", "due": "DUE:20250411T100000Z\n", "start": "DTSTART:20250413T100000Z\n",
			"none": "SUMMARY:x\n", "done": "COMPLETED:20250411T100000Z\nSTATUS:COMPLETED\n", "repeat": "DTSTART:20250101T100000Z\nDUE:20250101T110000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=11\n",
		} {
			h.want(201, "PUT", h.todos()+n+".ics", todo1(n, lines))
		}
		for _, tt := range []struct{ filter, want string }{
			{`<C:comp-filter name="VTODO"/>`, "both done due none repeat start"},
			{`<C:comp-filter name="VTODO"><C:time-range start="20250411T000000Z" end="20250412T000000Z"/></C:comp-filter>`, "both done due none repeat"},
			{`<C:comp-filter name="VTODO"><C:time-range start="20250413T000000Z" end="20250414T000000Z"/></C:comp-filter>`, "none start"},
			{`<C:comp-filter name="VTODO"><C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter></C:comp-filter>`, "both due none repeat start"},
			{`<C:comp-filter name="VTODO"><C:prop-filter name="COMPLETED"><C:time-range start="20250411T000000Z" end="20250412T000000Z"/></C:prop-filter></C:comp-filter>`, "done"},
		} {
			if got := h.query(h.todos(), tt.filter); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.filter, got, tt.want)
			}
		}
		a := h.want(207, "REPORT", h.todos(), `<C:calendar-multiget `+queryNS+`><prop><getetag/><C:calendar-data/></prop><href>`+h.todos()+`due.ics</href><href>http://x`+h.todos()+`none.ics</href><href>`+h.todos()+`gone.ics</href><href>`+h.cal+`x.ics</href></C:calendar-multiget>`)
		a.has(t, "DUE:20250411T100000Z", "UID:none", "gone.ics</D:href><D:status>HTTP/1.1 404", "&#13;")
	})
}

func TestPeopleQueries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.want(201, "PUT", h.people()+"ada.vcf", card1("ada", "FN:Ada Lovelace\nN:Lovelace;Ada;;;\nitem1.EMAIL;TYPE=WORK:ada@example.org\nitem1.X-ABLabel:Castle\nX-KEEP:1\n"))
		h.want(201, "PUT", h.people()+"bob.vcf", card1("bob", "FN:Bob\nTEL;TYPE=CELL:1\n"))
		ask := func(test, filter string) string {
			return found(h.want(207, "REPORT", h.people(), `<A:addressbook-query `+queryNS+`><prop><getetag/></prop><A:filter test="`+test+`">`+filter+`</A:filter></A:addressbook-query>`), h.people())
		}
		for _, tt := range []struct{ test, filter, want string }{
			{"anyof", "", "ada bob"},
			{"anyof", `<A:prop-filter name="FN"><A:text-match match-type="starts-with">ada</A:text-match></A:prop-filter>`, "ada"},
			{"anyof", `<A:prop-filter name="FN"><A:text-match match-type="equals">ada</A:text-match></A:prop-filter>`, ""},
			{"anyof", `<A:prop-filter name="EMAIL"><A:text-match match-type="ends-with">ORG</A:text-match></A:prop-filter><A:prop-filter name="TEL"/>`, "ada bob"},
			{"allof", `<A:prop-filter name="FN"/><A:prop-filter name="TEL"/>`, "bob"},
			{"anyof", `<A:prop-filter name="TEL"><A:is-not-defined/></A:prop-filter>`, "ada"},
			{"anyof", `<A:prop-filter name="item1.EMAIL"><A:param-filter name="TYPE"><A:text-match>work</A:text-match></A:param-filter></A:prop-filter>`, "ada"},
		} {
			if got := ask(tt.test, tt.filter); got != tt.want {
				t.Errorf("%s %s: %q, want %q", tt.test, tt.filter, got, tt.want)
			}
		}
		h.want(207, "REPORT", h.people(), `<A:addressbook-query `+queryNS+`><prop><getetag/></prop><A:filter/><A:limit><A:nresults>1</A:nresults></A:limit></A:addressbook-query>`).has(t, "507 Insufficient Storage")
		a := h.want(207, "REPORT", h.people(), `<A:addressbook-multiget `+queryNS+`><prop><A:address-data><A:prop name="FN"/></A:address-data></prop><href>`+h.people()+`ada.vcf</href></A:addressbook-multiget>`)
		a.has(t, "FN:Ada Lovelace", "VERSION:3.0")
		a.hasNot(t, "X-KEEP")
	})
}
