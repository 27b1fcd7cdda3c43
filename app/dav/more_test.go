package dav_test

import (
	"strings"
	"testing"

	"umbra/app/calendar"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
)

func TestMakingChangingAndDeletingCollections(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.want(201, "MKCALENDAR", h.home()+"my-cal/", `<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:I="http://apple.com/ns/ical/"><set><prop><displayname>Sport</displayname>
<I:calendar-color>#FF000080</I:calendar-color><C:calendar-description>All of it</C:calendar-description><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set></prop></set></C:mkcalendar>`)
		h.want(201, "MKCOL", h.home()+"list/", `<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><resourcetype><collection/><C:calendar/></resourcetype><displayname>Garden</displayname><C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set></prop></set></mkcol>`)
		a := h.want(207, "PROPFIND", h.home(), `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:I="http://apple.com/ns/ical/"><prop><displayname/><I:calendar-color/><C:calendar-description/><C:supported-calendar-component-set/></prop></propfind>`, "Depth", "1")
		a.has(t, "my-cal/", "<D:displayname>Sport</D:displayname>", "#FF000080", "All of it", "list/", "<D:displayname>Garden</D:displayname>")
		cals, err := h.Calendars.List(t.Context(), h.ann, calendar.Filter{}, page.Request{})
		if err != nil || len(cals.Items) != 2 || cals.Items[1].Name != "Sport" || cals.Items[1].Color != "#ff0000" {
			t.Errorf("%+v %v", cals, err)
		}
		h.want(405, "MKCALENDAR", h.home()+"my-cal/", "")
		h.want(403, "MKCOL", h.home()+"plain/", "").has(t, "valid-resourcetype")
		h.want(403, "MKCOL", "/dav/addressbooks/1/more/", "").has(t, "valid-resourcetype")
		// Known and dead properties, as iOS sets them after set-up.
		a = h.want(207, "PROPPATCH", h.home()+"my-cal/", `<propertyupdate xmlns="DAV:" xmlns:I="http://apple.com/ns/ical/" xmlns:x="urn:x"><set><prop><displayname>Games</displayname><x:odd a="1"><x:in>R&amp;D</x:in></x:odd><I:calendar-order>7</I:calendar-order></prop></set></propertyupdate>`)
		a.has(t, "HTTP/1.1 200 OK")
		a.hasNot(t, "403")
		h.want(207, "PROPFIND", h.home()+"my-cal/", `<propfind xmlns="DAV:" xmlns:x="urn:x" xmlns:I="http://apple.com/ns/ical/"><prop><displayname/><x:odd/><I:calendar-order/></prop></propfind>`, "Depth", "0").
			has(t, "Games", `<in xmlns="urn:x">R&amp;D</in>`, "<I:calendar-order>7<")
		h.want(207, "PROPPATCH", h.home(), `<propertyupdate xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><C:default-alarm-vevent-date>x</C:default-alarm-vevent-date></prop></set></propertyupdate>`).has(t, "200 OK")
		h.want(207, "PROPPATCH", h.home()+"my-cal/", `<propertyupdate xmlns="DAV:" xmlns:x="urn:x"><set><prop><getetag>1</getetag></prop></set><remove><prop><x:odd/></prop></remove></propertyupdate>`).has(t, "403 Forbidden", "424 Failed Dependency", "cannot-modify-protected-property")
		h.want(207, "PROPPATCH", h.home()+"my-cal/", `<propertyupdate xmlns="DAV:" xmlns:x="urn:x"><remove><prop><x:odd/></prop></remove></propertyupdate>`)
		h.want(207, "PROPFIND", h.home()+"my-cal/", `<propfind xmlns="DAV:" xmlns:x="urn:x"><prop><x:odd/></prop></propfind>`, "Depth", "0").has(t, "404")
		// Deleted into the trash, and back with what is in it.
		h.want(201, "PUT", h.home()+"my-cal/a.ics", event1("a", "DTSTART:20250101T100000Z\nX-A:1\n"))
		h.want(204, "DELETE", h.home()+"my-cal/", "")
		h.want(404, "PROPFIND", h.home()+"my-cal/", "")
		if err := h.Journal.Untrash(t.Context(), h.ann, "calendar", cals.Items[1].ID); err != nil {
			t.Fatal(err)
		}
		h.want(200, "GET", h.home()+"my-cal/a.ics", "").has(t, "X-A:1")
		h.want(204, "DELETE", h.home()+"list/", "")
		h.want(403, "DELETE", h.cal, "")
		h.want(403, "DELETE", h.todos(), "")
		h.want(403, "DELETE", h.people(), "")
		h.want(403, "DELETE", h.home(), "")
	})
}

func TestHostileXMLIsRefusedWithinBounds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><propfind xmlns="DAV:"><prop>&b;</prop></propfind>`
		for name, body := range map[string]string{
			"entities": bomb, "undefined": `<propfind xmlns="DAV:">&x;</propfind>`, "deep": strings.Repeat("<a>", 10_000), "large": "<a>" + strings.Repeat("x", 10<<20) + "</a>",
			"many": "<a>" + strings.Repeat("<b/>", 60_000) + "</a>", "no XML": "hello", "half": "<propfind", "two": "<a/><b/>", "Latin": "<?xml version=\"1.0\" encoding=\"x-y\"?><a/>",
		} {
			for _, m := range []string{"PROPFIND", "REPORT", "PROPPATCH", "MKCALENDAR"} {
				path := h.cal
				if m == "MKCALENDAR" {
					path = h.home() + "new/"
				}
				if a := h.do(m, path, body); a.status != 400 {
					t.Errorf("%s %s: %d %s", m, name, a.status, a.body)
				}
			}
		}
		for _, rule := range []string{"FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;BYSETPOS=366", strings.Repeat("X", 100_000)} {
			a := h.do("PUT", h.cal+"bomb.ics", event1("bomb", "DTSTART:20250101T100000Z\nRRULE:"+rule+"\n"))
			if a.status != 201 && a.status != 204 && a.status != 403 {
				t.Errorf("%.30s: %d", rule, a.status)
			}
			h.query(h.cal, `<C:comp-filter name="VEVENT"><C:time-range start="20250101T000000Z"/></C:comp-filter>`)
			h.do("REPORT", h.cal, `<C:calendar-query `+queryNS+`><prop><C:calendar-data><C:expand start="20250101T000000Z" end="20260101T000000Z"/></C:calendar-data></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20250101T000000Z" end="20260101T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`)
		}
		for _, path := range []string{"/dav/calendars/1/todos/../../2/", "/dav/calendars/1/%2e%2e/2/", "/dav/calendars/1/todos/a%00b.ics", "/dav/calendars/1/todos/a/b/c", "/dav/x", "/davx", "/dav/calendars/1x/"} {
			if a := h.do("PROPFIND", path, ""); a.status != 404 {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	})
}

func TestPeopleRemindersAndTasks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		// A photo, a label, a category; changed in Umbra and on the phone.
		text := card1("ada", "FN:Ada Lovelace\nN:Lovelace;Ada;;;\nitem1.TEL:+44 1\nitem1.X-ABLabel:Castle\nCATEGORIES:family\nX-KEEP:1\nPHOTO;ENCODING=b;TYPE=GIF:R0lGODlhAQABAAAAACwAAAAAAQABAAAC\n")
		h.want(201, "PUT", h.people()+"ada.vcf", text)
		people, err := h.People.List(t.Context(), h.ann, person.Filter{Group: "family"}, page.Request{})
		if err != nil || len(people.Items) != 1 || people.Items[0].Photo == nil || people.Items[0].Phones[0].Label != "Castle" {
			t.Fatalf("%+v %v", people, err)
		}
		if _, err := h.People.Update(t.Context(), h.ann, people.Items[0].ID, nil, person.Update{Nickname: opt.Some("Countess")}); err != nil {
			t.Fatal(err)
		}
		got := h.want(200, "GET", h.people()+"ada.vcf", "")
		got.has(t, "NICKNAME:Countess\r\n", "item1.X-ABLabel:Castle", "X-KEEP:1", "PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhAQABAAAAACwAAAAAAQABAAAC")
		h.want(204, "PUT", h.people()+"ada.vcf", strings.Replace(got.body, "CATEGORIES:family\r\n", "", 1))
		p, err := h.People.Find(t.Context(), h.ann, people.Items[0].ID)
		if err != nil || p.Nickname != "Countess" || len(p.Groups) != 0 {
			t.Errorf("%+v %v", p, err)
		}

		// A reminder.
		r := todo1("r", "SUMMARY:Bins\nDUE;TZID=Europe/Berlin:20250403T180000\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=END:PT0S\nEND:VALARM\n")
		h.want(201, "PUT", h.home()+"reminders/r.ics", r)
		list, err := h.Reminders.List(t.Context(), h.ann, reminder.Filter{}, page.Request{})
		if err != nil || len(list.Items) != 1 || list.Items[0].RemindAt.Format("15:04") != "16:00" || !list.Items[0].Active {
			t.Fatalf("%+v %v", list, err)
		}
		if _, err := h.Reminders.Dismiss(t.Context(), h.ann, list.Items[0].ID, nil); err != nil {
			t.Fatal(err)
		}
		h.want(200, "GET", h.home()+"reminders/r.ics", "").has(t, "STATUS:COMPLETED", "SUMMARY:Bins")
		h.want(201, "PUT", h.home()+"reminders/none.ics", todo1("none", "SUMMARY:No time\n"))

		// A task of a project, in a list of its own.
		garden, err := h.Projects.Create(t.Context(), h.ann, project.Update{Name: opt.Some("Garden")})
		if err != nil {
			t.Fatal(err)
		}
		path := h.home() + "project-1/"
		_, token := h.sync(path, "")
		h.want(201, "PUT", path+"dig.ics", todo1("dig", "SUMMARY:Dig\nSTATUS:IN-PROCESS\nDUE:20250403T220000Z\nX-T:1\n"))
		h.want(201, "PUT", path+"hole.ics", todo1("hole", "SUMMARY:Hole\nRELATED-TO:dig\n"))
		tasks, err := h.Projects.ListTasks(t.Context(), h.ann, garden.ID, project.TaskFilter{}, page.Request{})
		if err != nil || len(tasks.Items) != 2 || tasks.Items[0].Status != "in_progress" || *tasks.Items[0].DueDate != "2025-04-04" || tasks.Items[1].ParentTaskID == nil {
			t.Fatalf("%+v %v", tasks, err)
		}
		if _, err := h.Projects.UpdateTask(t.Context(), h.ann, garden.ID, tasks.Items[0].ID, nil, project.TaskUpdate{Status: opt.Some("blocked")}); err != nil {
			t.Fatal(err)
		}
		got = h.want(200, "GET", path+"dig.ics", "")
		got.has(t, "STATUS:NEEDS-ACTION", "DUE:20250403T220000Z", "X-T:1")
		h.want(204, "PUT", path+"dig.ics", strings.Replace(got.body, "SUMMARY:Dig", "SUMMARY:Dig more", 1))
		task, err := h.Projects.FindTask(t.Context(), h.ann, garden.ID, tasks.Items[0].ID)
		if err != nil || task.Status != "blocked" || task.Title != "Dig more" {
			t.Errorf("what the phone cannot say was lost: %+v %v", task, err)
		}
		a, _ := h.sync(path, token)
		a.has(t, "dig.ics", "hole.ics")
		h.want(204, "DELETE", path+"dig.ics", "")
		a, _ = h.sync(path, token)
		a.has(t, "dig.ics</D:href><D:status>HTTP/1.1 404", "hole.ics</D:href><D:status>HTTP/1.1 404")
	})
}
