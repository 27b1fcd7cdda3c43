package dav_test

import (
	"regexp"
	"strings"
	"testing"

	"umbra/app/event"
	"umbra/app/opt"
	"umbra/app/todo"
)

func TestDiscovery(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, p := range []string{"/.well-known/caldav", "/.well-known/carddav"} {
			for _, m := range []string{"GET", "PROPFIND"} {
				if a := h.do(m, p, ""); a.status != map[string]int{"GET": 301, "PROPFIND": 307}[m] || a.header.Get("Location") != "/dav/" {
					t.Errorf("%s %s: %d %s", m, p, a.status, a.header.Get("Location"))
				}
			}
		}
		h.as = ""
		a := h.want(401, "PROPFIND", "/dav/", "")
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
			t.Error(a.header)
		}
		a.hasNot(t, "unauthenticated")
		h.as = "ann"
		for _, p := range []string{"/", "/dav/", "/principals/", "/dav/principals/", h.home(), h.cal} {
			h.want(207, "PROPFIND", p, `<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>`, "Depth", "0").
				has(t, "<D:current-user-principal><D:href>/dav/principals/1/</D:href></D:current-user-principal>", "HTTP/1.1 200 OK")
			a := h.want(200, "OPTIONS", p, "")
			if a.header.Get("DAV") != "1, 3, access-control, extended-mkcol, calendar-access, addressbook, sync-collection" {
				t.Errorf("%s: %v", p, a.header)
			}
		}
		a = h.want(207, "PROPFIND", "/dav/principals/1/", `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav"><prop>
<displayname/><principal-URL/><C:calendar-home-set/><A:addressbook-home-set/><C:calendar-user-address-set/><group-membership/><principal-collection-set/><supported-report-set/><resourcetype/></prop></propfind>`, "Depth", "0")
		a.has(t, "<D:displayname>ann</D:displayname>", "<C:calendar-home-set><D:href>/dav/calendars/1/</D:href>", "<A:addressbook-home-set><D:href>/dav/addressbooks/1/</D:href>", "mailto:ann@example.org", "<D:principal/>")
		a.hasNot(t, "404")
	})
}

const listing = `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/"><prop>
<resourcetype/><displayname/><current-user-privilege-set/><owner/><supported-report-set/><CS:getctag/><sync-token/><C:supported-calendar-component-set/><C:supported-calendar-data/>
<C:calendar-timezone/><C:calendar-timezone-id/><C:schedule-calendar-transp/><C:max-resource-size/><I:calendar-order/><CS:nothing/></prop></propfind>`

func TestCollections(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.want(207, "PROPFIND", h.home(), listing, "Depth", "1")
		a.has(t, "<D:href>/dav/calendars/1/todos/</D:href>", "<D:href>/dav/calendars/1/reminders/</D:href>", "<D:displayname>Personal</D:displayname>", "<D:displayname>To-dos</D:displayname>",
			`<C:comp name="VEVENT"/>`, `<C:comp name="VTODO"/>`, "<D:sync-collection/>", "Europe/Berlin", "<CS:nothing/>", "HTTP/1.1 404 Not Found", "<D:write-content/>", "10485760")
		first := strings.Index(a.body, "404")
		if ok := strings.Index(a.body, "200 OK"); ok > first {
			t.Error("what was not found comes first")
		}
		a = h.want(207, "PROPFIND", h.home(), listing, "Depth", "1", "Prefer", "return=minimal")
		a.hasNot(t, "404", "nothing")
		if a.header.Get("Preference-Applied") != "return=minimal" {
			t.Error(a.header)
		}
		h.want(207, "PROPFIND", h.home(), listing, "Depth", "1", "Brief", "t").hasNot(t, "404")
		h.want(207, "PROPFIND", "/dav/addressbooks/1/", `<propfind xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><prop><resourcetype/><A:supported-address-data/></prop></propfind>`, "Depth", "1").
			has(t, "<A:addressbook/>", `version="3.0"`, `version="4.0"`)
		h.want(403, "PROPFIND", h.home(), "", "Depth", "infinity").has(t, "propfind-finite-depth")
		// A password that may only read, and others' paths.
		h.as = "reader"
		h.want(207, "PROPFIND", h.cal, listing, "Depth", "0").hasNot(t, "<D:write")
		h.want(403, "PUT", h.cal+"x.ics", event1("x", "DTSTART:20250101T100000Z\n"))
		h.as = "bob"
		h.want(404, "PROPFIND", h.cal, listing)
		h.want(404, "PUT", h.cal+"x.ics", event1("x", "DTSTART:20250101T100000Z\n"))
		h.want(404, "GET", "/dav/calendars/2/../1/todos/", "")
	})
}

func TestAnObjectComesBackAsItWasUntilItsRecordChanges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		text := event1("a", "X-KEEP;X=\"1,2\":this\nSUMMARY:Tea\nDTSTART;TZID=Europe/Berlin:20250331T100000\nDTEND;TZID=Europe/Berlin:20250331T110000\n")
		a := h.want(201, "PUT", h.cal+"odd name.ics", text, "If-None-Match", "*")
		tag := a.header.Get("ETag")
		got := h.want(200, "GET", h.cal+"odd%20name.ics", "")
		if got.body != text || got.header.Get("ETag") != tag || tag == "" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/calendar") {
			t.Errorf("%q %v", got.body, got.header)
		}
		h.want(304, "GET", h.cal+"odd%20name.ics", "", "If-None-Match", tag)
		h.want(412, "PUT", h.cal+"odd%20name.ics", text, "If-None-Match", "*")
		h.want(412, "PUT", h.cal+"odd%20name.ics", text, "If-Match", `"nothing"`)
		h.want(204, "PUT", h.cal+"odd%20name.ics", text, "If-Match", `"other", W/`+tag)
		events, err := h.Events.Occurrences(t.Context(), h.ann, h.clock.Now(), h.clock.Now().AddDate(0, 0, 7), 10, event.Filter{})
		if err != nil || len(events) != 1 || events[0].Title != "Tea" || events[0].UID != "a" {
			t.Fatalf("%+v %v", events, err)
		}
		if _, err := h.Events.Update(t.Context(), h.ann, events[0].ID, event.Part{}, nil, event.Update{Title: opt.Some("Cake")}); err != nil {
			t.Fatal(err)
		}
		got = h.want(200, "GET", h.cal+"odd%20name.ics", "")
		if want := strings.Replace(strings.Replace(text, "SUMMARY:Tea", "SUMMARY:Cake", 1), "DTSTAMP:20250101T080000Z", "DTSTAMP:20250329T120000Z\r\nLAST-MODIFIED:20250329T120000Z", 1); got.body != want {
			t.Errorf("%s\nwant\n%s", got.body, want)
		}
		if got.header.Get("ETag") == tag {
			t.Error("the ETag stayed")
		}
		// Deleted and brought back from the trash it has all its lines again.
		h.want(204, "DELETE", h.cal+"odd%20name.ics", "", "If-Match", got.header.Get("ETag"))
		h.want(404, "GET", h.cal+"odd%20name.ics", "")
		h.want(404, "DELETE", h.cal+"odd%20name.ics", "")
		if err := h.Journal.Untrash(t.Context(), h.ann, "event", events[0].ID); err != nil {
			t.Fatal(err)
		}
		h.want(200, "GET", h.cal+"odd%20name.ics", "").has(t, "X-KEEP;X=\"1,2\":this", "SUMMARY:Cake")
	})
}

func TestWhatCannotBeStored(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ok := event1("a", "DTSTART:20250101T100000Z\n")
		h.want(201, "PUT", h.cal+"a.ics", ok)
		for _, tt := range []struct{ path, body, cond string }{
			{h.cal + "b.ics", ok, "no-uid-conflict><D:href>" + h.cal + "a.ics"},
			{h.cal + "a.ics", event1("other", "DTSTART:20250101T100000Z\n"), "no-uid-conflict"},
			{h.cal + "b.ics", "nonsense", "valid-calendar-data"},
			{h.cal + "b.ics", todo1("t", ""), "supported-calendar-component"},
			{h.todos() + "b.ics", ok, "supported-calendar-component"},
			{h.cal + "b.ics", event1("", "DTSTART:20250101T100000Z\n"), "valid-calendar-object-resource"},
			{h.cal + "b.ics", event1("c", "SUMMARY:no start\n"), "valid-calendar-data"},
			{h.cal + "b.ics", ok + ok, "valid-calendar-object-resource"},
			{h.cal + "b.ics", strings.Repeat("BEGIN:VCALENDAR\r\n", 50), "valid-calendar-data"},
			{h.cal + "b.ics", strings.Repeat("X", 10<<20+1), "max-resource-size"},
			{h.people() + "b.vcf", ok, "valid-address-data"},
			{h.people() + "b.vcf", crlf("BEGIN:VCARD\nVERSION:2.1\nUID:x\nFN:x\nEND:VCARD\n"), "supported-address-data"},
			{h.people() + "b.vcf", card1("", "FN:x\n"), "valid-address-data"},
		} {
			h.want(403, "PUT", tt.path, tt.body).has(t, tt.cond)
		}
		h.want(409, "PUT", h.home()+"nowhere/b.ics", ok)
		h.want(405, "PUT", h.cal, ok)
		// The same UID in another collection is a copy.
		h.want(201, "MKCALENDAR", h.home()+"second/", "")
		h.want(201, "PUT", h.home()+"second/a.ics", ok)
		if got := h.want(200, "GET", h.home()+"second/a.ics", ""); got.body != ok {
			t.Error(got.body)
		}
	})
}

var tokenIn = regexp.MustCompile(`<D:sync-token>([^<]*)</D:sync-token>`)

// sync asks what changed in a collection and answers the token with it.
func (h *house) sync(path, token string, more ...string) (answer, string) {
	h.t.Helper()
	a := h.want(207, "REPORT", path, `<sync-collection xmlns="DAV:"><sync-token>`+token+`</sync-token><sync-level>1</sync-level>`+strings.Join(more, "")+`<prop><getetag/></prop></sync-collection>`)
	m := tokenIn.FindStringSubmatch(a.body)
	if m == nil {
		h.t.Fatalf("no token: %s", a.body)
	}
	return a, m[1]
}

func TestSync(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, n := range []string{"a", "b", "c"} {
			h.want(201, "PUT", h.cal+n+".ics", event1(n, "DTSTART:20250101T100000Z\nSUMMARY:"+n+"\n"))
		}
		a, token := h.sync(h.cal, "")
		a.has(t, "a.ics", "b.ics", "c.ics", "<D:getetag>")
		a, token2 := h.sync(h.cal, token)
		a.hasNot(t, "<D:response>")
		if token2 != token {
			t.Errorf("%s became %s", token, token2)
		}
		h.want(204, "DELETE", h.cal+"b.ics", "")
		h.want(204, "PUT", h.cal+"c.ics", event1("c", "DTSTART:20250101T110000Z\nSUMMARY:c\n"))
		a, _ = h.sync(h.cal, token)
		a.has(t, "b.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status>", "c.ics")
		a.hasNot(t, "a.ics")
		// Away and back under the same address: there.
		h.want(201, "PUT", h.cal+"b.ics", event1("b", "DTSTART:20250101T100000Z\nSUMMARY:b\n"))
		a, _ = h.sync(h.cal, token)
		a.hasNot(t, "404")
		a.has(t, "b.ics")
		// In pages.
		seen := ""
		at := ""
		for range 3 {
			a, at = h.sync(h.cal, at, "<limit><nresults>1</nresults></limit>")
			seen += a.body
		}
		a, at = h.sync(h.cal, at, "<limit><nresults>1</nresults></limit>")
		seen += a.body
		for _, n := range []string{"a.ics", "b.ics", "c.ics", "507 Insufficient Storage", "number-of-matches-within-limits"} {
			if !strings.Contains(seen, n) {
				t.Errorf("no %s in %s", n, seen)
			}
		}
		a, _ = h.sync(h.cal, at)
		a.hasNot(t, "404")
		// Tokens that are not known.
		for _, bad := range []string{"x", "https://umbra.invalid/sync/other/1", token + "999999"} {
			h.want(403, "REPORT", h.cal, `<sync-collection xmlns="DAV:"><sync-token>`+bad+`</sync-token><prop><getetag/></prop></sync-collection>`).has(t, "<D:valid-sync-token/>")
		}
		_, token = h.sync(h.cal, "")
		h.want(204, "DELETE", h.cal+"a.ics", "")
		if _, err := h.Journal.Prune(t.Context(), h.clock.Now().AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
		h.want(403, "REPORT", h.cal, `<sync-collection xmlns="DAV:"><sync-token>`+token+`</sync-token><prop><getetag/></prop></sync-collection>`).has(t, "<D:valid-sync-token/>")
		_, token = h.sync(h.cal, "")
		a, _ = h.sync(h.cal, token)
		a.hasNot(t, "<D:response>")
	})
}

func TestMovesAreSeenOnBothSides(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.want(201, "MKCALENDAR", h.home()+"work/", `<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><displayname>Work &amp; play</displayname></prop></set></C:mkcalendar>`)
		text := event1("a", "DTSTART:20250101T100000Z\nX-A:1\n")
		h.want(201, "PUT", h.cal+"a.ics", text)
		_, here := h.sync(h.cal, "")
		_, there := h.sync(h.home()+"work/", "")
		h.want(201, "MOVE", h.cal+"a.ics", "", "Destination", h.server.URL+h.home()+"work/a.ics")
		a, here2 := h.sync(h.cal, here)
		a.has(t, "a.ics</D:href><D:status>HTTP/1.1 404")
		a, there2 := h.sync(h.home()+"work/", there)
		a.has(t, "a.ics", "getetag")
		h.want(404, "GET", h.cal+"a.ics", "")
		if got := h.want(200, "GET", h.home()+"work/a.ics", ""); got.body != text {
			t.Error(got.body)
		}
		// Under another name.
		h.want(201, "MOVE", h.home()+"work/a.ics", "", "Destination", h.home()+"work/b.ics")
		a, _ = h.sync(h.home()+"work/", there2)
		a.has(t, "a.ics</D:href><D:status>HTTP/1.1 404", "b.ics")
		h.want(201, "COPY", h.home()+"work/b.ics", "", "Destination", h.cal+"copy.ics")
		a, _ = h.sync(h.cal, here2)
		a.has(t, "copy.ics")
		h.want(412, "COPY", h.home()+"work/b.ics", "", "Destination", h.cal+"copy.ics", "Overwrite", "F")
		h.want(502, "MOVE", h.cal+"copy.ics", "", "Destination", "http://elsewhere.example/x.ics")
		h.want(403, "MOVE", h.cal+"copy.ics", "", "Destination", h.todos()+"x.ics").has(t, "supported-calendar-component")
	})
}

func TestToDosWithTheirParts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		child := todo1("child", "SUMMARY:Child\nRELATED-TO:parent\nX-C:1\n")
		h.want(201, "PUT", h.todos()+"child.ics", child)
		h.want(201, "PUT", h.todos()+"parent.ics", todo1("parent", "SUMMARY:Parent\n"))
		list := h.all()
		if list["Child"].ParentID == nil || *list["Child"].ParentID != list["Parent"].ID {
			t.Errorf("%+v", list)
		}
		if got := h.want(200, "GET", h.todos()+"child.ics", ""); got.body != child {
			t.Error(got.body)
		}
		// One made in Umbra has its parent, too.
		if _, err := h.Todos.Create(t.Context(), h.ann, todo.Update{Title: opt.Some("Third"), ParentID: opt.Some(list["Parent"].ID)}); err != nil {
			t.Fatal(err)
		}
		third := h.all()["Third"]
		h.want(200, "GET", h.todos()+third.UID+".ics", "").has(t, "RELATED-TO:parent", "SUMMARY:Third")
		// Done on the phone, open again on the phone.
		h.want(204, "PUT", h.todos()+"child.ics", strings.Replace(child, "X-C:1", "STATUS:COMPLETED\r\nCOMPLETED:20250301T100000Z\r\nX-C:1", 1))
		if x := h.all()["Child"]; !x.Completed || x.ParentID == nil {
			t.Errorf("%+v", x)
		}
		h.want(204, "PUT", h.todos()+"child.ics", child)
		if x := h.all()["Child"]; x.Completed {
			t.Errorf("%+v", x)
		}
		// Out of its parent.
		h.want(204, "PUT", h.todos()+"child.ics", strings.Replace(child, "RELATED-TO:parent\r\n", "", 1))
		if x := h.all()["Child"]; x.ParentID != nil {
			t.Errorf("%+v", x)
		}
		// A circle is let go of.
		h.want(204, "PUT", h.todos()+"parent.ics", todo1("parent", "SUMMARY:Parent\nRELATED-TO:parent\n"))
	})
}

// all are Ann's to-dos by their titles.
func (h *house) all() map[string]todo.Todo {
	h.t.Helper()
	out := map[string]todo.Todo{}
	ids := []int64{}
	for i := range int64(60) {
		ids = append(ids, i)
	}
	list, err := h.Todos.FindAll(h.t.Context(), h.ann, ids)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, x := range list {
		out[x.Title] = x
	}
	return out
}

// A to-do that repeats is neither doubled nor broken, whoever completes it.
func TestToDosThatRepeat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		text := todo1("w", "SUMMARY:Water\nDTSTART;VALUE=DATE:20250401\nDUE;VALUE=DATE:20250401\nRRULE:FREQ=DAILY\n")
		h.want(201, "PUT", h.todos()+"w.ics", text)
		done := strings.Replace(text, "RRULE", "STATUS:COMPLETED\r\nRRULE", 1)
		for range 2 { // the answer was lost and it is sent again
			h.want(204, "PUT", h.todos()+"w.ics", done)
		}
		h.want(204, "PUT", h.todos()+"w.ics", text)
		h.want(204, "PUT", h.todos()+"w.ics", done)
		n, err := h.Todos.Count(t.Context(), h.ann, todo.Filter{})
		if err != nil || n != 2 {
			t.Errorf("%d to-dos, %v", n, err)
		}
		// Moved on by the client, as Tasks.org does.
		h.want(201, "PUT", h.todos()+"x.ics", strings.ReplaceAll(text, "UID:w", "UID:x"))
		h.want(204, "PUT", h.todos()+"x.ics", strings.ReplaceAll(strings.ReplaceAll(text, "UID:w", "UID:x"), "20250401", "20250402"))
		n, err = h.Todos.Count(t.Context(), h.ann, todo.Filter{})
		if err != nil || n != 3 {
			t.Errorf("%d to-dos, %v", n, err)
		}
	})
}
