// Command gowebdav is emersion/go-webdav's client, told no more than the server's
// address, against a real server. UMBRA_URL, UMBRA_USER, UMBRA_APP_PASSWORD and
// UMBRA_COOKIE say where and as whom. It prints how many checks held; the first
// that does not ends it with status 1.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/emersion/go-ical"
	"github.com/emersion/go-vcard"
	"github.com/emersion/go-webdav"
	"github.com/emersion/go-webdav/caldav"
	"github.com/emersion/go-webdav/carddav"
)

var (
	ctx  = context.Background()
	base = os.Getenv("UMBRA_URL")
	held int
)

func is(got, want any) {
	if !reflect.DeepEqual(got, want) {
		panic(fmt.Sprintf("%v, want %v", got, want))
	}
	held++
}

func must[T any](v T, err error) T {
	done(err)
	return v
}

func done(err error) {
	if err != nil {
		panic(err)
	}
}

// api asks the JSON API for a list, or sends it a body.
func api(method, path, body string) (list []map[string]any) {
	r := must(http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body)))
	r.Header.Set("Cookie", os.Getenv("UMBRA_COOKIE"))
	r.Header.Set("Content-Type", "application/json")
	res := must(http.DefaultClient.Do(r))
	defer func() { _ = res.Body.Close() }()
	data := must(io.ReadAll(res.Body))
	if res.StatusCode >= 300 {
		panic(fmt.Sprintf("%s %s: %d %s", method, path, res.StatusCode, data))
	}
	if bytes.HasPrefix(data, []byte("[")) {
		done(json.Unmarshal(data, &list))
		return list
	}
	var one map[string]any
	if len(data) > 0 {
		done(json.Unmarshal(data, &one))
	}
	return []map[string]any{one}
}

// find answers the records of a list that have a value.
func find(path, key, value string) (out []map[string]any) {
	for _, r := range api("GET", path, "") {
		if r[key] == value {
			out = append(out, r)
		}
	}
	return out
}

func events(title string) []map[string]any {
	return find("/api/events?start=2030-07-01T00:00:00Z&end=2032-06-30T00:00:00Z&limit=500", "title", title)
}

func calendarOf(lines string) *ical.Calendar {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n" + lines + "END:VCALENDAR\n"
	return must(ical.NewDecoder(strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n"))).Decode())
}

func main() {
	defer func() {
		if wrong := recover(); wrong != nil {
			fmt.Fprintln(os.Stderr, "after", held, "checks:", wrong)
			os.Exit(1)
		}
	}()
	as := webdav.HTTPClientWithBasicAuth(nil, os.Getenv("UMBRA_USER"), os.Getenv("UMBRA_APP_PASSWORD"))
	files := must(webdav.NewClient(as, base))
	principal := must(files.FindCurrentUserPrincipal(ctx))
	calendars(as, files, principal)
	people(as, files, principal)
	fmt.Println(held)
}

func calendars(as webdav.HTTPClient, files *webdav.Client, principal string) {
	client := must(caldav.NewClient(as, base))
	at := map[string]string{}
	kinds := map[string][]string{}
	home := must(client.FindCalendarHomeSet(ctx, principal))
	for _, c := range must(client.FindCalendars(ctx, home)) {
		at[c.Name], kinds[c.Name] = c.Path, c.SupportedComponentSet
	}
	is(kinds, map[string][]string{"Personal": {"VEVENT"}, "To-dos": {"VTODO"}, "Reminders": {"VTODO"}})

	// This client orders the properties anew each time: what they mean stays.
	path := at["Personal"] + "choir.ics"
	must(client.PutCalendarObject(ctx, path, calendarOf("BEGIN:VEVENT\nUID:choir\nDTSTAMP:20301201T080000Z\nDTSTART;TZID=Europe/Berlin:20310106T190000\n"+
		"DTEND;TZID=Europe/Berlin:20310106T210000\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Choir\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:x\nEND:VALARM\nEND:VEVENT\n"+
		"BEGIN:VEVENT\nUID:choir\nDTSTAMP:20301201T080000Z\nRECURRENCE-ID;TZID=Europe/Berlin:20310113T190000\nDTSTART;TZID=Europe/Berlin:20310114T180000\n"+
		"DTEND;TZID=Europe/Berlin:20310114T200000\nSUMMARY:Choir at the church\nEND:VEVENT\n")))
	is(len(events("Choir")), 2)
	church := events("Choir at the church")[0]
	is(church["start"], "2031-01-14T18:00:00+01:00")
	is(events("Choir")[0]["reminders"], []any{"-PT15M"})
	api("PATCH", fmt.Sprintf("/api/events/%v?scope=this&occurrence=2031-01-20T19:00:00", church["id"]), `{"title": "Choir, with cake"}`)
	object := must(client.GetCalendarObject(ctx, path))
	is(len(object.Data.Events()), 3)
	found := must(client.QueryCalendar(ctx, at["Personal"], &caldav.CalendarQuery{
		CompRequest: caldav.CalendarCompRequest{Name: "VCALENDAR", AllProps: true, AllComps: true},
		CompFilter: caldav.CompFilter{Name: "VCALENDAR", Comps: []caldav.CompFilter{{Name: "VEVENT",
			Start: time.Date(2031, 1, 14, 0, 0, 0, 0, time.UTC), End: time.Date(2031, 1, 15, 0, 0, 0, 0, time.UTC)}}},
	}))
	is(len(found), 1)
	is(found[0].ETag, object.ETag)
	for _, e := range object.Data.Events() {
		if must(e.Props.Text("SUMMARY")) == "Choir at the church" {
			e.Props.SetText("SUMMARY", "Choir in the garden")
		}
	}
	must(client.PutCalendarObject(ctx, path, object.Data))
	is(len(events("Choir in the garden")), 1)
	is(len(events("Choir, with cake")), 1)
	done(files.RemoveAll(ctx, path))
	is(len(events("Choir")), 0)

	must(client.PutCalendarObject(ctx, at["To-dos"]+"part.ics", calendarOf("BEGIN:VTODO\nUID:part\nDTSTAMP:20301201T080000Z\nSUMMARY:Pack\nRELATED-TO:whole\nEND:VTODO\n")))
	must(client.PutCalendarObject(ctx, at["To-dos"]+"whole.ics", calendarOf("BEGIN:VTODO\nUID:whole\nDTSTAMP:20301201T080000Z\nSUMMARY:Move\nEND:VTODO\n")))
	whole := find("/api/todos", "title", "Move")[0]
	is(find("/api/todos", "title", "Pack")[0]["parent_id"], whole["id"])
	api("PATCH", fmt.Sprintf("/api/todos/%v", whole["id"]), `{"completed": true}`)
	both := must(client.MultiGetCalendar(ctx, at["To-dos"], &caldav.CalendarMultiGet{
		Paths: []string{at["To-dos"] + "whole.ics", at["To-dos"] + "part.ics"}, CompRequest: caldav.CalendarCompRequest{Name: "VCALENDAR", AllProps: true, AllComps: true}}))
	is(len(both), 2)
	is(both[0].Data.Children[0].Props.Get("STATUS").Value, "COMPLETED")

	must(client.PutCalendarObject(ctx, at["Reminders"]+"pills.ics", calendarOf("BEGIN:VTODO\nUID:pills\nDTSTAMP:20301201T080000Z\nSUMMARY:Pills\nDUE:20310109T070000Z\n"+
		"BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=END:PT0S\nDESCRIPTION:Pills\nEND:VALARM\nEND:VTODO\n")))
	is(must(time.Parse(time.RFC3339, find("/api/reminders", "title", "Pills")[0]["remind_at"].(string))).Unix(), time.Date(2031, 1, 9, 7, 0, 0, 0, time.UTC).Unix())

	done(files.Move(ctx, at["To-dos"]+"part.ics", at["To-dos"]+"moved.ics", nil))
	is(must(client.GetCalendarObject(ctx, at["To-dos"]+"moved.ics")).Data.Children[0].Props.Get("UID").Value, "part")
}

func people(as webdav.HTTPClient, files *webdav.Client, principal string) {
	client := must(carddav.NewClient(as, base))
	books := must(client.FindAddressBooks(ctx, must(client.FindAddressBookHomeSet(ctx, principal))))
	is(len(books), 1)
	is(books[0].Name, "People")
	book := books[0].Path
	before := must(client.SyncCollection(ctx, book, &carddav.SyncQuery{}))
	is(len(before.Updated), 0)
	card := must(vcard.NewDecoder(strings.NewReader("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:ann\r\nFN:Ann Archer\r\nN:Archer;Ann;;;\r\nCATEGORIES:Choir\r\nBDAY:19800229\r\n" +
		"PHOTO:data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\nEND:VCARD\r\n")).Decode())
	must(client.PutAddressObject(ctx, book+"ann.vcf", card))
	ann := find("/api/people", "display_name", "Ann Archer")[0]
	is(ann["birthday"], "1980-02-29")
	is(ann["groups"], []any{"Choir"})
	is(ann["photo"] != nil, true)
	api("PATCH", fmt.Sprintf("/api/people/%v", ann["id"]), `{"groups": ["Choir", "Family"]}`)
	got := must(client.GetAddressObject(ctx, book+"ann.vcf"))
	is(got.Card.Value("CATEGORIES"), "Choir,Family")
	since := must(client.SyncCollection(ctx, book, &carddav.SyncQuery{SyncToken: before.SyncToken}))
	is(len(since.Updated), 1)
	is(since.Updated[0].ETag, got.ETag)
	got.Card.SetValue("NOTE", "met at choir")
	must(client.PutAddressObject(ctx, book+"ann.vcf", got.Card))
	is(find("/api/people", "display_name", "Ann Archer")[0]["notes"], "met at choir")
	// A group that is a card of its own. This client orders the properties anew.
	api("PATCH", fmt.Sprintf("/api/people/%v", ann["id"]), `{"groups": ["Choir"]}`) // it has made one of two
	band := must(vcard.NewDecoder(strings.NewReader("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:band\r\nKIND:group\r\nFN:Band\r\nMEMBER:urn:uuid:ann\r\nEND:VCARD\r\n")).Decode())
	must(client.PutAddressObject(ctx, book+"band.vcf", band))
	is(find("/api/people", "display_name", "Ann Archer")[0]["groups"], []any{"Choir", "Band"})
	api("PATCH", fmt.Sprintf("/api/people/%v", ann["id"]), `{"groups": []}`)
	is(len(must(client.GetAddressObject(ctx, book+"band.vcf")).Card.Values("MEMBER")), 0)
	done(files.RemoveAll(ctx, book+"band.vcf"))
	since = must(client.SyncCollection(ctx, book, &carddav.SyncQuery{SyncToken: since.SyncToken}))
	done(files.RemoveAll(ctx, book+"ann.vcf"))
	gone := must(client.SyncCollection(ctx, book, &carddav.SyncQuery{SyncToken: since.SyncToken}))
	is(gone.Deleted, []string{book + "ann.vcf"})
	is(len(find("/api/people", "display_name", "Ann Archer")), 0)
}
