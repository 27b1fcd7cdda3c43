package moving_test

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"

	"umbra/app/demo"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/moving"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/template"
	"umbra/app/todo"
	"umbra/app/vobject"
)

const gif = "R0lGODlhAQABAAAAACwAAAAAAQABAAAC"

// furnish adds to the demo household what that does not have.
func (h house) furnish() {
	h.t.Helper()
	ctx := h.t.Context()
	if err := demo.Load(ctx, h.DB, h.c, now); err != nil {
		h.t.Fatal(err)
	}
	p, err := h.People.Create(ctx, h.c, person.Update{GivenName: opt.Some("Ada"), FamilyName: opt.Some("Lovelace"), Photo: opt.Some("data:image/gif;base64," + gif),
		LastContactedAt: opt.Some(now.Add(-time.Hour)), ContactEveryDays: opt.Some[int64](30), Birthday: opt.Some("--12-10")})
	if err != nil {
		h.t.Fatal(err)
	}
	// A group that a phone keeps as a card; since then Ada has joined it.
	g, err := h.People.PutGroup(ctx, h.c, 0, journal.Origin{UID: "group"}, person.GroupUpdate{Name: "Mathematicians", Awaited: []string{"not-there"}})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.DB.Tx(ctx, func(ctx context.Context) error {
		return h.Resources.Save(ctx, h.c.UserID, resource.Group, resource.Object{ID: g.ID, Name: "group.vcf", UID: "group", Rev: g.Rev,
			Data: []byte("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:group\r\nKIND:group\r\nFN:Mathematicians\r\nX-NOTE:kept\r\nMEMBER:urn:uuid:not-there\r\nEND:VCARD\r\n")})
	}); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.People.Update(ctx, h.c, p.ID, nil, person.Update{Groups: opt.Some([]string{"Mathematicians"})}); err != nil {
		h.t.Fatal(err)
	}
	_, err = h.Events.Put(ctx, h.c, 0, journal.Origin{}, nil, event.Update{Title: opt.Some("Choir"), Start: opt.Some("2025-01-31T19:00:00"), End: opt.Some("2025-01-31T20:00:00"),
		TimeZone: opt.Some("America/New_York"), RecurrenceRule: opt.Some("FREQ=WEEKLY"), Exceptions: opt.Some([]string{"2025-02-07T19:00:00"}), PersonIDs: opt.Some([]int64{p.ID})},
		[]event.Changed{{Occurrence: "2025-02-14T19:00:00", Title: "Concert", Start: "2025-02-14T18:00:00", End: "2025-02-14T22:00:00", Status: "confirmed", Reminders: []string{},
			Own: &event.Own{Starred: ptr(true), Color: ptr("#aa0000"), NoPlace: true}}})
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Reminders.Create(ctx, h.c, reminder.Update{Title: opt.Some("Wake up"), RemindAt: opt.Some(now.Add(time.Hour)), SnoozedUntil: opt.Some(now.Add(2 * time.Hour)),
		InsistMinutes: opt.Some[int64](10), PersonID: opt.Some(p.ID)}); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Reminders.Create(ctx, h.c, reminder.Update{Title: opt.Some("Over"), RemindAt: opt.Some(now.Add(-time.Hour)), Dismissed: opt.Some(true)}); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Templates.Create(ctx, h.c, template.Update{Name: opt.Some("Rehearsal"), PersonIDs: opt.Some([]int64{p.ID}), DurationMinutes: opt.Some[int64](90)}); err != nil {
		h.t.Fatal(err)
	}
	// What a phone stored: one as the record is, one that changed since.
	for i, note := range []string{"kept", strings.Repeat("long ", 3000)} {
		t, err := h.Todos.Create(ctx, h.c, todo.Update{Title: opt.Some("From a phone"), DueDate: opt.Some("2025-03-01")})
		if err != nil {
			h.t.Fatal(err)
		}
		data := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:" + t.UID + "\r\nSUMMARY:From a phone\r\nX-NOTE:" + note + "\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
		if err := h.DB.Tx(ctx, func(ctx context.Context) error {
			return h.Resources.Save(ctx, h.c.UserID, resource.Todo, resource.Object{ID: t.ID, Name: t.UID + ".ics", UID: t.UID, Rev: t.Rev,
				Marks: vobject.TodoMarks(&t, "").String(), Data: []byte(data)})
		}); err != nil {
			h.t.Fatal(err)
		}
		if i == 1 {
			if _, err := h.Todos.Update(ctx, h.c, t.ID, nil, todo.Update{Title: opt.Some("Changed here")}); err != nil {
				h.t.Fatal(err)
			}
		}
	}
}

func ptr[T any](v T) *T { return &v }

// numbered are the names of files that come from ids.
var numbered = regexp.MustCompile(`objects/([a-z]+)-\d+`)

// What is exported and imported elsewhere is the same but for ids, and the time
// of the last change.
func TestAnExportImportedIsTheSame(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.furnish()
		first := h.export(h.c)
		h.c = h.user("bob")
		r := h.take(h.file("umbra-export.zip", string(first)), moving.Options{})
		if r.Format != "umbra" || r.Lost() > 0 || len(r.Changed) > 0 {
			t.Fatalf("%s", asJSON(r))
		}
		a, b := unzip(t, first), unzip(t, h.export(h.c))
		own := regexp.MustCompile(`"uid":"([^"]+)"[^\n]*"visible"`) // the calendar that everybody has goes by its name
		mine, theirs := own.FindStringSubmatch(a["umbra.json"])[1], own.FindStringSubmatch(b["umbra.json"])[1]
		settle := func(s string) string {
			s = strings.ReplaceAll(strings.ReplaceAll(steady(s), mine, "PERSONAL"), theirs, "PERSONAL")
			return numbered.ReplaceAllString(s, "objects/$1")
		}
		same(t, "umbra.json", settle(a["umbra.json"]), settle(b["umbra.json"]))
		names := map[string]bool{}
		for name := range b {
			names[numbered.ReplaceAllString(name, "objects/$1")] = true
		}
		photos := 0
		stamps := regexp.MustCompile(`(DTSTAMP|LAST-MODIFIED|REV)(;[^:]*)?:[^\r\n]*`)
		for name, text := range a {
			if name = numbered.ReplaceAllString(name, "objects/$1"); !names[name] {
				t.Errorf("%s is not in the second export", name)
			}
			if strings.HasPrefix(name, "photos/") {
				photos++
				if b[name] != text || text != string(must(base64.StdEncoding.DecodeString(gif))) {
					t.Error("the photo is another")
				}
			}
			if strings.HasSuffix(name, ".ics") || strings.HasSuffix(name, ".vcf") || strings.HasSuffix(name, ".md") {
				same(t, name, stamps.ReplaceAllString(text, ""), stamps.ReplaceAllString(b[name], ""))
			}
		}
		if photos != 1 || !strings.Contains(a["lists/To-dos.ics"], "X-NOTE:kept") || !strings.Contains(a["lists/To-dos.ics"], "SUMMARY:Changed here") {
			t.Errorf("%d photos; to-dos:\n%.2000s", photos, a["lists/To-dos.ics"])
		}
		for _, part := range []string{"X-NOTE:kept", "MEMBER:urn:uuid:not-there", "CATEGORIES:Mathematicians"} {
			if !strings.Contains(a["people.vcf"], part) {
				t.Errorf("no %s in\n%s", part, a["people.vcf"])
			}
		}
		if n := strings.Count(a["people.vcf"], "\nMEMBER:"); n != 2 { // and Ada
			t.Errorf("the group has %d members in\n%s", n, a["people.vcf"])
		}
		again := h.take(h.file("umbra-export.zip", string(first)), moving.Options{})
		if again.Made() != 0 || again.ChangeSet != 0 || again.Lost() != 0 {
			t.Errorf("a second import made records: %s", asJSON(again))
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The .ics and .vcf files of an export are what other programs read: they come
// back as the same events, to-dos and people.
func TestTheFilesInAnExportCanBeReadByThemselves(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.furnish()
		files := unzip(t, h.export(h.c))
		events, todos, people := len(h.events()), len(h.todos()), len(h.people())
		h.c = h.user("bob")
		for name, text := range files {
			if strings.HasSuffix(name, ".ics") && !strings.HasPrefix(name, "lists/") || name == "lists/To-dos.ics" || strings.HasSuffix(name, ".vcf") {
				if r := h.take(h.file(name, text), moving.Options{}); r.Lost() > 0 {
					t.Errorf("%s: %s", name, asJSON(r.Refused))
				}
			}
		}
		if len(h.events()) != events || len(h.todos()) != todos || len(h.people()) != people {
			t.Errorf("%d of %d events, %d of %d to-dos, %d of %d people", len(h.events()), events, len(h.todos()), todos, len(h.people()), people)
		}
	})
}

// An import is one change-set: undone, nothing of it is left; in a dry run
// nothing is made at all.
func TestAnImportIsUndoneWhole(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		before := steady(unzip(t, h.export(h.c))["umbra.json"])
		f := h.file("todo.txt", "(A) Call Mum +home @phone due:2025-02-01\nx 2025-01-30 2025-01-02 Pay rent\n")
		r := h.take(f, moving.Options{DryRun: true})
		if made(r, "todo").Made != 2 || r.ChangeSet != 0 || !r.DryRun {
			t.Errorf("%s", asJSON(r))
		}
		same(t, "after a dry run", before, steady(unzip(t, h.export(h.c))["umbra.json"]))
		r = h.take(f, moving.Options{})
		if len(h.todos()) != 2 {
			t.Fatal("not imported")
		}
		history, err := h.Journal.History(t.Context(), h.c, page.Request{})
		if err != nil || history.Items[0].ID != r.ChangeSet || history.Items[0].Source != "import" {
			t.Errorf("%v %s", err, asJSON(history.Items[:1]))
		}
		if _, err := h.Journal.Undo(t.Context(), h.c, r.ChangeSet); err != nil {
			t.Fatal(err)
		}
		same(t, "after undo", before, steady(unzip(t, h.export(h.c))["umbra.json"]))
		if r = h.take(f, moving.Options{}); made(r, "todo").Made != 2 {
			t.Errorf("what was undone does not come again: %s", asJSON(r))
		}
	})
}
