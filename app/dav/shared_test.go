package dav_test

import (
	"fmt"
	"strings"
	"testing"

	"umbra/app/caller"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/project"
	"umbra/app/share"
	"umbra/app/todo"
)

// lend shares a calendar or project of Ann's with Bob and answers where he finds it.
func (h *house) lend(shares *share.Service, kind string, record int64, access string) (path string, end func()) {
	h.t.Helper()
	v, err := shares.Create(h.t.Context(), h.ann, kind, record, share.Draft{UserID: h.bob.UserID, Access: access})
	if err != nil {
		h.t.Fatal(err)
	}
	all := []caller.Share{}
	if h.bob.Shared != nil {
		all = append(all, *h.bob.Shared...)
	}
	all = append(all, caller.Share{ID: v.ID, Owner: caller.Name{ID: h.ann.UserID, Name: "Ann"}, Epoch: h.ann.Epoch, Kind: kind, Record: record, Access: access, Visible: true})
	h.bob.Shared = &all
	return fmt.Sprintf("/dav/calendars/%d/share-%d/", h.bob.UserID, v.ID), func() {
		h.t.Helper()
		if err := shares.Delete(h.t.Context(), h.ann, kind, record, v.ID, nil); err != nil {
			h.t.Fatal(err)
		}
		h.bob.Shared = nil
	}
}

func (h *house) defaultCalendar() (id int64) {
	h.t.Helper()
	if _, err := fmt.Sscanf(h.cal, fmt.Sprintf("/dav/calendars/%d/calendar-%%d/", h.ann.UserID), &id); err != nil {
		h.t.Fatal(err)
	}
	return id
}

const alarmed = "SUMMARY:Supper\nDTSTART:20250410T180000Z\nDTEND:20250410T200000Z\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT10M\nDESCRIPTION:Go\nEND:VALARM\n"

func TestASharedCalendarIsWorkedInFromBothSides(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		shares := share.New(h.d, h.Journal)
		h.want(201, "PUT", h.cal+"supper.ics", event1("supper", alarmed))
		shared, end := h.lend(shares, caller.Calendars, h.defaultCalendar(), caller.Write)

		h.as = "bob"
		bobs := fmt.Sprintf("/dav/calendars/%d/", h.bob.UserID)
		h.want(207, "PROPFIND", bobs, `<propfind xmlns="DAV:" `+`xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><displayname/><owner/><C:supported-calendar-component-set/></prop></propfind>`, "Depth", "1").
			has(t, "<D:href>"+shared+"</D:href>", "(Ann)</D:displayname>", fmt.Sprintf("<D:href>/dav/principals/%d/</D:href>", h.ann.UserID))
		h.want(207, "PROPFIND", shared, `<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>`, "Depth", "0").has(t, "<D:write-content/>", "<D:unbind/>")
		if a := h.want(200, "GET", shared+"supper.ics", ""); a.body != event1("supper", alarmed) {
			t.Errorf("a guest reads %s", a.body)
		}
		_, token := h.sync(shared, "")
		ctag := h.want(207, "PROPFIND", shared, `<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/"><prop><S:getctag/></prop></propfind>`, "Depth", "0").body

		// What the guest writes is the owner's, and says who it was.
		etag := h.want(201, "PUT", shared+"feast.ics", event1("feast", "SUMMARY:Feast\nDTSTART:20250411T180000Z\nDURATION:PT1H\n")).header.Get("ETag")
		if got := h.want(200, "GET", shared+"feast.ics", "").header.Get("ETag"); got != etag {
			t.Errorf("it is %s, and was stored as %s", got, etag)
		}
		h.as = "ann"
		h.want(200, "GET", h.cal+"feast.ics", "").has(t, "SUMMARY:Feast")
		history, err := h.Journal.History(t.Context(), h.ann, page.Request{Limit: 1})
		if err != nil || len(history.Items) != 1 || history.Items[0].Actor == nil || history.Items[0].Actor.ID != h.bob.UserID || history.Items[0].Source != caller.DAV {
			t.Errorf("the owner's history says %+v, %v", history.Items, err)
		}
		// What the owner changes, the guest's next sync brings.
		h.want(204, "DELETE", h.cal+"supper.ics", "")
		h.as = "bob"
		delta, _ := h.sync(shared, token)
		delta.has(t, "feast.ics", "supper.ics", "404 Not Found")
		if now := h.want(207, "PROPFIND", shared, `<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/"><prop><S:getctag/></prop></propfind>`, "Depth", "0").body; now == ctag {
			t.Error("the ctag stays")
		}
		_, mine := h.sync(bobs+"todos/", "")
		h.want(207, "REPORT", bobs, `<sync-collection xmlns="DAV:"><sync-token>`+mine+`</sync-token><sync-level>1</sync-level><prop><sync-token/></prop></sync-collection>`).has(t, shared)
		if got := h.query(shared, `<C:comp-filter name="VEVENT"><C:time-range start="20250411T000000Z" end="20250412T000000Z"/></C:comp-filter>`); got != "feast" {
			t.Errorf("a query finds %q", got)
		}
		h.want(412, "PUT", shared+"feast.ics", event1("feast", "SUMMARY:Late\nDTSTART:20250411T180000Z\nDURATION:PT1H\n"), "If-Match", `"x-1"`)
		h.want(204, "PUT", shared+"feast.ics", event1("feast", "SUMMARY:Late\nDTSTART:20250411T180000Z\nDURATION:PT1H\n"), "If-Match", etag)

		// It moves to a calendar of the guest's own, out of the owner's sight, and back.
		own := h.want(207, "PROPFIND", bobs, `<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>`, "Depth", "1").body
		_, own, _ = strings.Cut(own, "<D:href>"+bobs+"calendar-")
		own, _, _ = strings.Cut(own, "/")
		h.want(201, "MOVE", shared+"feast.ics", "", "Destination", bobs+"calendar-"+own+"/feast.ics")
		h.want(200, "GET", bobs+"calendar-"+own+"/feast.ics", "").has(t, "SUMMARY:Late")
		h.want(404, "GET", shared+"feast.ics", "")
		h.want(201, "MOVE", bobs+"calendar-"+own+"/feast.ics", "", "Destination", shared+"feast.ics")
		h.want(404, "GET", bobs+"calendar-"+own+"/feast.ics", "")

		// Its looks are each one's own; the calendar is the owner's.
		h.want(207, "PROPPATCH", shared, `<propertyupdate xmlns="DAV:" xmlns:I="http://apple.com/ns/ical/"><set><prop><displayname>Ours &amp; theirs</displayname><I:calendar-color>#112233FF</I:calendar-color></prop></set></propertyupdate>`).has(t, "200 OK")
		h.want(207, "PROPFIND", shared, `<propfind xmlns="DAV:" xmlns:I="http://apple.com/ns/ical/"><prop><displayname/><I:calendar-color/></prop></propfind>`, "Depth", "0").has(t, "Ours &amp; theirs", "#112233FF")
		h.want(403, "DELETE", shared, "")
		h.as = "ann"
		h.want(207, "PROPFIND", h.cal, `<propfind xmlns="DAV:" xmlns:I="http://apple.com/ns/ical/"><prop><displayname/><I:calendar-color/></prop></propfind>`, "Depth", "0").hasNot(t, "Ours", "#112233")
		h.want(404, "GET", fmt.Sprintf("/dav/calendars/%d/share-1/", h.ann.UserID), "")

		// A share that was taken back is gone, also where a request was under way.
		before := h.bob.Shared
		end()
		h.as = "bob"
		h.want(404, "PROPFIND", shared, "", "Depth", "0")
		h.bob.Shared = before
		if a := h.do("PUT", shared+"feast.ics", event1("feast", "SUMMARY:Mine\nDTSTART:20250411T180000Z\n")); a.status != 404 && a.status != 409 {
			t.Errorf("a share that ended takes %d %s", a.status, a.body)
		}
		h.as = "ann"
		h.want(200, "GET", h.cal+"feast.ics", "").has(t, "SUMMARY:Late")
	})
}

func TestWhatIsSharedToBeLookedAtStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		shares := share.New(h.d, h.Journal)
		h.want(201, "PUT", h.cal+"supper.ics", event1("supper", alarmed))
		shared, _ := h.lend(shares, caller.Calendars, h.defaultCalendar(), caller.Read)
		before := h.want(200, "GET", h.cal+"supper.ics", "")
		h.as = "bob"
		a := h.want(207, "PROPFIND", shared, `<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>`, "Depth", "0")
		a.has(t, "<D:read/>")
		a.hasNot(t, "<D:write", "bind/>")
		{
			a := h.want(200, "GET", shared+"supper.ics", "")
			a.has(t, "SUMMARY:Supper")
			a.hasNot(t, "VALARM")
		}
		a = h.want(207, "REPORT", shared, `<C:calendar-multiget `+queryNS+`><prop><C:calendar-data/></prop><href>`+shared+`supper.ics</href></C:calendar-multiget>`)
		a.has(t, "SUMMARY:Supper")
		a.hasNot(t, "VALARM")
		changed := event1("supper", "SUMMARY:Mine\nDTSTART:20250410T180000Z\n")
		own := fmt.Sprintf("/dav/calendars/%d/todos/x.ics", h.bob.UserID)
		h.want(201, "PUT", own, todo1("x", "SUMMARY:x\n"))
		for _, tt := range []struct{ method, path, body, to string }{
			{"PUT", shared + "supper.ics", changed, ""},
			{"PUT", shared + "new.ics", event1("new", "SUMMARY:New\nDTSTART:20250410T180000Z\n"), ""},
			{"DELETE", shared + "supper.ics", "", ""},
			{"DELETE", shared, "", ""},
			{"MOVE", shared + "supper.ics", "", shared + "other.ics"},
			{"COPY", shared + "supper.ics", "", shared + "other.ics"},
		} {
			h.want(403, tt.method, tt.path, tt.body, "Destination", tt.to).has(t, "<D:need-privileges>", "Ann")
		}
		h.as = "ann"
		if after := h.want(200, "GET", h.cal+"supper.ics", ""); after.body != before.body || after.header.Get("ETag") != before.header.Get("ETag") {
			t.Errorf("it became %s", after.body)
		}
	})
}

func TestASharedProjectIsAListOfToDos(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		shares := share.New(h.d, h.Journal)
		p, err := h.Projects.Create(t.Context(), h.ann, project.Update{Name: opt.Some("Garden")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Todos.Create(t.Context(), h.ann, todo.Update{Title: opt.Some("private")}); err != nil {
			t.Fatal(err)
		}
		shared, _ := h.lend(shares, caller.Projects, p.ID, caller.Write)
		h.as = "bob"
		h.want(207, "PROPFIND", shared, "", "Depth", "0").has(t, "Garden (Ann)", `<C:comp name="VTODO"/>`)
		h.want(201, "PUT", shared+"part.ics", todo1("part", "SUMMARY:Water\nRELATED-TO:whole\n")) // before what it is a part of
		h.want(201, "PUT", shared+"whole.ics", todo1("whole", "SUMMARY:Dig\n"))
		tasks, err := h.Projects.ListTasks(t.Context(), h.ann, p.ID, project.TaskFilter{}, page.Request{})
		if err != nil || len(tasks.Items) != 2 {
			t.Fatalf("%+v, %v", tasks.Items, err)
		}
		ids := map[string]project.Task{}
		for _, k := range tasks.Items {
			ids[k.Title] = k
		}
		if part := ids["Water"]; part.ParentTaskID == nil || *part.ParentTaskID != ids["Dig"].ID {
			t.Errorf("it is a part of %v", part.ParentTaskID)
		}
		h.want(204, "DELETE", shared+"whole.ics", "")
		h.as = "ann"
		a := h.want(207, "PROPFIND", h.home(), "", "Depth", "1")
		a.has(t, "Garden")
		a.hasNot(t, "(Ann)")
	})
}

// Of who shares something a guest learns what they are called, and nothing more.
func TestThePrincipalOfWhoShares(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		anns := fmt.Sprintf("/dav/principals/%d/", h.ann.UserID)
		ask := `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><displayname/><resourcetype/><principal-URL/><owner/><C:calendar-home-set/><C:calendar-user-address-set/></prop></propfind>`
		h.as = "bob"
		h.want(404, "PROPFIND", anns, ask, "Depth", "0")
		h.as = "ann"
		shared, end := h.lend(share.New(h.d, h.Journal), caller.Calendars, h.defaultCalendar(), caller.Read)
		h.as = "bob"
		a := h.want(207, "PROPFIND", anns, ask, "Depth", "1")
		a.has(t, "<D:href>"+anns+"</D:href>", "<D:displayname>Ann</D:displayname>", "<D:principal/>")
		a.hasNot(t, "/dav/calendars/", "ann@example.org", "mailto")
		a = h.want(207, "REPORT", shared, `<expand-property xmlns="DAV:"><property name="owner"><property name="displayname"/></property></expand-property>`)
		a.has(t, "<D:displayname>Ann</D:displayname>")
		for method, body := range map[string]string{"PROPPATCH": `<propertyupdate xmlns="DAV:"><set><prop><displayname>Me</displayname></prop></set></propertyupdate>`, "DELETE": "", "PUT": "x", "MKCOL": ""} {
			if b := h.do(method, anns, body); b.status == 201 || b.status == 204 || strings.Contains(b.body, "200 OK") {
				t.Errorf("%s: %d %s", method, b.status, b.body)
			}
		}
		h.want(404, "PROPFIND", strings.Replace(anns, "principals", "calendars", 1), ask, "Depth", "0")
		end()
		h.want(404, "PROPFIND", anns, ask, "Depth", "0")
	})
}
