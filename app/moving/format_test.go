package moving_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"umbra/app/event"
	"umbra/app/moving"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
)

var update = flag.Bool("update", false, "write the golden files of what becomes of each export")

func fixture(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tell writes what is there for a person to check against an export.
func (h house) tell(r moving.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "format %s\n", r.Format)
	for _, k := range r.Kinds {
		fmt.Fprintf(&b, "%s: read %d, made %d, refused %d\n", k.Kind, k.Read, k.Made, k.Refused)
	}
	for _, c := range r.Columns {
		fmt.Fprintf(&b, "column %q is %q, such as %q\n", c.Name, c.Field, c.Sample)
	}
	for _, n := range r.Refused {
		fmt.Fprintf(&b, "refused %s %d %q: %s\n", n.File, n.Line, n.Title, n.Text)
	}
	for _, n := range r.Changed {
		fmt.Fprintf(&b, "changed %s %d %q: %s\n", n.File, n.Line, n.Title, n.Text)
	}
	names := map[int64]string{}
	for _, p := range h.projects() {
		names[p.ID] = p.Name
		fmt.Fprintf(&b, "project %q %s %s %q\n", p.Name, p.Status, p.Color, p.Description)
		tasks := all(h.t, func(q page.Request) (page.Page[project.Task], error) {
			return h.Projects.ListTasks(h.t.Context(), h.c, p.ID, project.TaskFilter{Sort: "created_at"}, q)
		})
		titles := map[int64]string{}
		for _, t := range tasks {
			titles[t.ID] = t.Title
			fmt.Fprintf(&b, "  task %q %s due %s part of %q: %q\n", t.Title, t.Status, str(t.DueDate), titles[num(t.ParentTaskID)], t.Description)
		}
	}
	titles := map[int64]string{}
	for _, t := range h.todos() {
		titles[t.ID] = t.Title
		fmt.Fprintf(&b, "todo %q done=%v due %s %s priority %s category %q tags %q rule %q rings %q project %q part of %q: %q\n", t.Title, t.Completed, str(t.DueDate), str(t.DueTime),
			t.Priority, t.Category, t.Tags, t.RecurrenceRule, t.Reminders, names[num(t.ProjectID)], titles[num(t.ParentID)], t.Description)
		if t.CompletedAt != nil {
			fmt.Fprintf(&b, "  done at %s\n", t.CompletedAt.Format("2006-01-02 15:04"))
		}
		if !t.CreatedAt.Equal(now) {
			fmt.Fprintf(&b, "  made at %s\n", t.CreatedAt.Format("2006-01-02 15:04"))
		}
	}
	for _, e := range h.events() {
		c, err := h.Calendars.Find(h.t.Context(), h.c, e.CalendarID)
		fmt.Fprintf(&b, "event %q %s to %s in %q at %q rule %q %v\n", e.Title, e.Start, e.End, c.Name, e.Location, e.RecurrenceRule, err)
		for _, x := range e.Changed() {
			fmt.Fprintf(&b, "  but on %s: %q %s to %s\n", x.Occurrence, x.Title, x.Start, x.End)
		}
	}
	for _, p := range h.people() {
		fmt.Fprintf(&b, "person %q given %q family %q nick %q born %s %v %v %v groups %q company %q job %q favourite=%v: %q\n", p.DisplayName, p.GivenName, p.FamilyName, p.Nickname, str(p.Birthday),
			p.Emails, p.Phones, p.Addresses, p.Groups, p.Company, p.JobTitle, p.Favourite, p.Notes)
	}
	for _, m := range all(h.t, func(q page.Request) (page.Page[reminder.Reminder], error) {
		return h.Reminders.List(h.t.Context(), h.c, reminder.Filter{Sort: "created_at"}, q)
	}) {
		fmt.Fprintf(&b, "reminder %q %s rule %q\n", m.Title, m.RemindAt.Format("2006-01-02 15:04"), m.RecurrenceRule)
	}
	return b.String()
}

func str(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

func num(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// Each application's export becomes what its golden file says. A second import
// of the same file makes nothing.
func TestFormats(t *testing.T) {
	files := map[string]func(t *testing.T) (name, text string){}
	for _, name := range []string{"todoist.csv", "todoist.json", "google-calendar.ics", "contacts.vcf", "todo.txt", "ticktick.csv", "microsoft.csv", "microsoft.json", "trello.json",
		"monica.json", "outlook-people.csv", "aufgaben.csv"} {
		files[name] = func(t *testing.T) (string, string) {
			if name == "todoist.csv" {
				return "Garden [2345678901].csv", fixture(t, name)
			}
			return name, fixture(t, name)
		}
	}
	files["vikunja.zip"] = func(t *testing.T) (string, string) {
		return "vikunja-export.zip", zipOf(t, "data.json", fixture(t, "vikunja-data.json"), "filters.json", "[]", "VERSION", "v0.24.6")
	}
	files["takeout.zip"] = func(t *testing.T) (string, string) {
		return "takeout-20250130.zip", zipOf(t, "Takeout/archive_browser.html", "<html>", "Takeout/Calendar/Family.ics", fixture(t, "google-calendar.ics"),
			"Takeout/Contacts/All Contacts/All Contacts.vcf", fixture(t, "contacts.vcf"), "Takeout/Contacts/My Contacts/My Contacts.vcf", fixture(t, "contacts.vcf"),
			"Takeout/Tasks/Tasks.json", fixture(t, "google-tasks.json"))
	}
	files["todoist-backup.zip"] = func(t *testing.T) (string, string) {
		return "backup.zip", zipOf(t, "Inbox [1].csv", "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT\ntask,Loose,,4,1\n", "Garden [2].csv", fixture(t, "todoist.csv"))
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				name, text := file(t)
				f := h.file(name, text)
				got := h.tell(h.take(f, moving.Options{}))
				golden := filepath.Join("testdata", filepath.Base(strings.Split(t.Name(), "/")[1])+".golden")
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				same(t, golden, fixture(t, filepath.Base(golden)), got)
				if r := h.take(f, moving.Options{}); r.Made() != 0 {
					t.Errorf("a second import made records: %s", asJSON(r.Kinds))
				}
			})
		})
	}
}

// What is named in the file goes to the records that are there already.
func TestDuplicates(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		first := h.take(h.file("a.csv", "Title,Due,Project\nCall Mum,2025-02-01,x\nPay rent,,x\n"), moving.Options{})
		again := h.take(h.file("b.csv", "Task;Date\ncall mum;2025-02-01\nCall Mum;2025-03-01\n"), moving.Options{})
		if made(first, "todo").Made != 2 || made(again, "todo").Made != 1 || made(again, "todo").Alike != 1 {
			t.Errorf("%s %s", asJSON(first.Kinds), asJSON(again.Kinds))
		}
		ics := fixture(t, "google-calendar.ics")
		h.take(h.file("a.ics", ics), moving.Options{})
		r := h.take(h.file("b.ics", strings.ReplaceAll(ics, "google.com", "elsewhere.org")), moving.Options{})
		if n := made(r, event.KindName); n.Alike != 2 || n.Made != 0 {
			t.Errorf("events alike: %s", asJSON(r.Kinds))
		}
		vcf := fixture(t, "contacts.vcf")
		h.take(h.file("a.vcf", vcf), moving.Options{})
		r = h.take(h.file("b.vcf", strings.ReplaceAll(vcf, "UID:ada-1", "UID:other")), moving.Options{})
		if n := made(r, person.KindName); n.Alike != 2 || n.Made != 0 {
			t.Errorf("people alike: %s", asJSON(r.Kinds))
		}
	})
}

// A phone that syncs is shown what the file held, byte for byte.
func TestWhatUmbraDoesNotKnowOfStays(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.take(h.file("family.ics", fixture(t, "google-calendar.ics")), moving.Options{})
		h.take(h.file("people.vcf", fixture(t, "contacts.vcf")), moving.Options{})
		files := unzip(t, h.export(h.c))
		for name, wants := range map[string][]string{
			"calendars/Family.ics": {"ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED:mailto:ben@example.org", "X-LIC-LOCATION:Europe/Berlin"},
			"people.vcf":           {"X-SOCIALPROFILE;TYPE=chess:https://chess.example/ada", "CATEGORIES:Mathematicians"},
		} {
			for _, want := range wants {
				if strings.Count(files[name], want) != 1 {
					t.Errorf("%s does not hold %q once:\n%s", name, want, files[name])
				}
			}
		}
	})
}

// Columns are what the user says.
func TestColumnsCanBeSaid(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		text := "What,When,Who\nDance,2025-02-01,Ben\n"
		r := h.take(h.file("x.csv", "Shoes,Hats\n1,2\n"), moving.Options{DryRun: true})
		if r.Lost() != 1 || len(r.Columns) != 2 || !strings.Contains(r.Refused[0].Text, "Say which one does") {
			t.Errorf("unknown columns: %s", asJSON(r))
		}
		f := h.file("x.csv", text)
		f.Columns = map[string]string{"what": "title", "when": "due", "who": "tags"}
		h.take(f, moving.Options{})
		if x := h.todo("Dance"); str(x.DueDate) != "2025-02-01" || len(x.Tags) != 1 {
			t.Errorf("%+v", x)
		}
	})
}
