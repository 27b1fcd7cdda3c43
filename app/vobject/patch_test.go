package vobject_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
	"umbra/app/vobject"
)

type house struct {
	events    *event.Service
	todos     *todo.Service
	reminders *reminder.Service
	projects  *project.Service
	people    *person.Service
	ann       caller.Caller
}

type settings struct{ *db.DB }

func (s settings) SetDefaultCalendar(ctx context.Context, w *journal.Writer, id *int64) error {
	_, err := s.Exec(ctx, "UPDATE settings SET default_calendar_id = $1 WHERE user_id = $2", id, w.Caller.UserID)
	return err
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := clock.NewFake(time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC))
		j := journal.New(d, k)
		h := house{events: event.New(d, j), todos: todo.New(d, j, k), reminders: reminder.New(d, j), projects: project.New(d, j), people: person.New(d, j)}
		journaltest.Kinds(j, "location", "locations")
		h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
		if _, err := calendar.New(d, j, settings{d}).CreateDefault(t.Context(), h.ann); err != nil {
			t.Fatal(err)
		}
		test(t, h)
	})
}

// put stores what an object says, and answers the event with its marks.
func (h house) put(t *testing.T, id int64, d *ical.Document) (event.Event, vobject.Marks) {
	t.Helper()
	f := readEvent(t, d)
	e, err := h.events.Put(t.Context(), h.ann, id, journal.Origin{UID: f.UID}, nil, f.Update, f.Changed)
	if err != nil {
		t.Fatal(err)
	}
	return e, vobject.EventMarks(&e)
}

// rewritten is the object after the event was changed.
func (h house) rewritten(t *testing.T, text string, marks vobject.Marks, id int64) string {
	t.Helper()
	e, err := h.events.Find(t.Context(), h.ann, id, "")
	if err != nil {
		t.Fatal(err)
	}
	d := parse(t, text)
	vobject.WriteEvent(d, &e, marks, berlin)
	out := string(d.Bytes())
	// What is written says what the event is.
	f := readEvent(t, parse(t, strings.ReplaceAll(out, "\r\n", "\n")))
	again, err := h.events.Put(t.Context(), h.ann, id, journal.Origin{}, nil, f.Update, f.Changed)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := vobject.EventMarks(&again), vobject.EventMarks(&e); !reflect.DeepEqual(a, b) {
		t.Errorf("it reads back otherwise:\n%s\n%+v %+v\n%+v %+v", out, e, e.Changed(), again, again.Changed())
	}
	return strings.ReplaceAll(out, "\r\n", "\n")
}

// diff are the lines that only one of two texts has.
func diff(a, b string) (out []string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for _, l := range x {
		if i := slices.Index(y, l); i >= 0 {
			y = slices.Delete(y, i, i+1)
			continue
		}
		out = append(out, "- "+l)
	}
	for _, l := range y {
		out = append(out, "+ "+l)
	}
	return out
}

func TestAChangeOfAnEventTouchesItsLinesAlone(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		e, marks := h.put(t, 0, parse(t, choir))
		if got := h.rewritten(t, choir, marks, e.ID); got != choir {
			t.Fatalf("without a change: %v", diff(choir, got))
		}
		stamped := []string{"- DTSTAMP:20250101T080000Z", "+ DTSTAMP:20250101T080000Z", "+ LAST-MODIFIED:20250101T080000Z"}
		for _, tt := range []struct {
			name string
			part event.Part
			u    event.Update
			want []string
		}{
			{"title", event.Part{}, event.Update{Title: opt.Some("Choir; new")}, []string{"- SUMMARY:Choir", "+ SUMMARY:Choir\\; new"}},
			{"reminders", event.Part{}, event.Update{Reminders: opt.Some([]string{"-PT15M", "-PT30M"})},
				[]string{"+ BEGIN:VALARM", "+ DESCRIPTION:Reminder", "+ ACTION:DISPLAY", "+ TRIGGER:-PT30M", "+ END:VALARM"}},
			{"one occurrence", event.Part{Scope: event.This, Occurrence: "2025-01-17T19:00:00"}, event.Update{Title: opt.Some("Concert")},
				[]string{"- SUMMARY:Choir (long)", "+ SUMMARY:Concert"}},
			{"an exception", event.Part{}, event.Update{Exceptions: opt.Some([]string{"2025-01-10T19:00:00", "2025-01-24T19:00:00", "2025-01-31T19:00:00"})},
				[]string{"+ EXDATE;TZID=Europe/Berlin:20250131T190000"}},
			{"the end", event.Part{}, event.Update{End: opt.Some("2025-01-03T21:00:00")},
				[]string{"- DURATION:PT1H30M", "+ DTEND;TZID=Europe/Berlin:20250103T210000"}},
			{"the calendar alone", event.Part{}, event.Update{Starred: opt.Some(true)}, nil},
		} {
			h.put(t, e.ID, parse(t, choir))
			if _, err := h.events.Update(t.Context(), h.ann, e.ID, tt.part, nil, tt.u); err != nil {
				t.Fatal(tt.name, err)
			}
			got := slices.DeleteFunc(diff(choir, h.rewritten(t, choir, marks, e.ID)), func(l string) bool {
				return slices.Contains(stamped, l)
			})
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s:\n%s", tt.name, strings.Join(got, "\n"))
			}
		}
	})
}

func TestNewOccurrencesMovesAndEndsAreWritten(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		e, marks := h.put(t, 0, parse(t, choir))
		for _, step := range []struct {
			part event.Part
			u    event.Update
			want string
		}{
			{event.Part{Scope: event.This, Occurrence: "2025-02-07T19:00:00"}, event.Update{Title: opt.Some("Fest"), Start: opt.Some("2025-02-07T20:00:00")},
				"RECURRENCE-ID;TZID=Europe/Berlin:20250207T190000"},
			{event.Part{}, event.Update{Start: opt.Some("2025-01-03T18:00:00")}, "RECURRENCE-ID;TZID=Europe/Berlin:20250207T180000"},
			{event.Part{}, event.Update{TimeZone: opt.Some("America/New_York")}, "TZID:America/New_York"},
			{event.Part{}, event.Update{RecurrenceRule: opt.Some("")}, "SUMMARY:Choir\n"},
			{event.Part{}, event.Update{AllDay: opt.Some(true)}, "DTSTART;VALUE=DATE:20250103\n"},
		} {
			if _, err := h.events.Update(t.Context(), h.ann, e.ID, step.part, nil, step.u); err != nil {
				t.Fatal(err)
			}
			if got := h.rewritten(t, choir, marks, e.ID); !strings.Contains(got, step.want) || !strings.Contains(got, "X-ODD;X-P=\"a,b\":keep") {
				t.Errorf("no %s in\n%s", step.want, got)
			}
		}
	})
}

// One who was invited to single occurrences has those, without the series.
func TestOccurrencesWithoutTheirSeries(t *testing.T) {
	one := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nDTSTAMP:20250101T080000Z\nRECURRENCE-ID:20250110T180000Z\nSUMMARY:One\nDTSTART:20250110T190000Z\nDTEND:20250110T200000Z\nEND:VEVENT\n"
	two := one + "BEGIN:VEVENT\nUID:x\nDTSTAMP:20250101T080000Z\nRECURRENCE-ID:20250117T180000Z\nSUMMARY:Two\nDTSTART:20250117T180000Z\nDTEND:20250117T190000Z\nEND:VEVENT\n"
	each(t, func(t *testing.T, h house) {
		for _, tt := range []struct{ in, want string }{
			{one + "END:VCALENDAR\n", "2025-01-10T19:00:00Z One"},
			{two + "END:VCALENDAR\n", "2025-01-10T19:00:00Z One,2025-01-17T18:00:00Z Two"},
		} {
			e, marks := h.put(t, 0, parse(t, tt.in))
			var got []string
			for _, o := range e.Occurring(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), berlin, 10) {
				got = append(got, o.Start+" "+o.Title)
			}
			if strings.Join(got, ",") != tt.want {
				t.Errorf("%v, want %s", got, tt.want)
			}
			if text := h.rewritten(t, tt.in, marks, e.ID); text != tt.in {
				t.Errorf("%v", diff(tt.in, text))
			}
			if err := h.events.Delete(t.Context(), h.ann, e.ID, event.Part{}, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}

const water = `BEGIN:VCALENDAR
BEGIN:VTODO
UID:water
DTSTAMP:20250101T080000Z
SUMMARY:Water
DTSTART;TZID=America/New_York:20250110T050000
DUE;TZID=America/New_York:20250110T060000
PRIORITY:3
CATEGORIES:plants,"odd"
CATEGORIES:home
RELATED-TO;RELTYPE=SIBLING:other
RELATED-TO:garden
X-APPLE-SORT-ORDER:5
RRULE:FREQ=WEEKLY
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER;RELATED=END:-PT10M
END:VALARM
BEGIN:VALARM
ACTION:AUDIO
TRIGGER:PT0S
END:VALARM
END:VTODO
END:VCALENDAR
`

func TestToDos(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		d := parse(t, water)
		f, err := vobject.NewReader(d, berlin).Todo(d.Components("VCALENDAR")[0].Components("VTODO"))
		if err != nil {
			t.Fatal(err)
		}
		u := f.Update
		if f.Parent != "garden" || u.DueDate.Value != "2025-01-10" || u.DueTime.Value != "12:00" || u.Priority.Value != "high" ||
			!slices.Equal(u.Tags.Value, []string{"plants", "\"odd\"", "home"}) || !slices.Equal(u.Reminders.Value, []string{"-PT10M", "-PT1H"}) {
			t.Errorf("%+v", f)
		}
		x, err := h.todos.Import(t.Context(), h.ann, journal.Origin{UID: f.UID}, u)
		if err != nil {
			t.Fatal(err)
		}
		marks := vobject.TodoMarks(&x, f.Parent)
		write := func() string {
			d := parse(t, water)
			vobject.WriteTodo(d, &x, f.Parent, marks, berlin)
			return strings.ReplaceAll(string(d.Bytes()), "\r\n", "\n")
		}
		if got := write(); got != water {
			t.Errorf("%v", diff(water, got))
		}
		for _, step := range []struct {
			u    todo.Update
			want []string
		}{
			{todo.Update{Priority: opt.Some("low")}, []string{"- PRIORITY:3", "+ LAST-MODIFIED:20250101T080000Z", "+ PRIORITY:9"}},
			{todo.Update{Priority: opt.Some("high"), DueTime: opt.Some("13:00")}, []string{"- DTSTART;TZID=America/New_York:20250110T050000", "- DUE;TZID=America/New_York:20250110T060000",
				"+ LAST-MODIFIED:20250101T080000Z", "+ DTSTART:20250110T120000", "+ DUE:20250110T130000"}},
			{todo.Update{DueTime: opt.Some("12:00"), Completed: opt.Some(true)}, []string{"- RRULE:FREQ=WEEKLY", "+ LAST-MODIFIED:20250101T080000Z",
				"+ COMPLETED:20250101T080000Z", "+ PERCENT-COMPLETE:100", "+ STATUS:COMPLETED"}},
		} {
			if x, err = h.todos.Update(t.Context(), h.ann, x.ID, nil, step.u); err != nil {
				t.Fatal(err)
			}
			if got := diff(water, write()); !slices.Equal(got, step.want) {
				t.Errorf("%s", strings.Join(got, "\n"))
			}
		}
	})
}

func TestNewObjectsReadBackAsTheRecord(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		td, err := h.todos.Create(ctx, h.ann, todo.Update{Title: opt.Some("A, b; c"), Description: opt.Some("x\ny"), DueDate: opt.Some("2025-02-01"), DueTime: opt.Some("09:30"),
			Priority: opt.Some("medium"), Tags: opt.Some([]string{"a,b", "c"}), RecurrenceRule: opt.Some("FREQ=DAILY"), Reminders: opt.Some([]string{"-PT30M", "2025-01-31T09:00:00Z", "P1D"})})
		if err != nil {
			t.Fatal(err)
		}
		d := ical.New()
		vobject.WriteTodo(d, &td, "up", nil, berlin)
		f, err := vobject.NewReader(d, berlin).Todo(d.Components("VCALENDAR")[0].Components("VTODO"))
		if err != nil {
			t.Fatal(err)
		}
		back, err := h.todos.Update(ctx, h.ann, td.ID, nil, f.Update)
		if err != nil || f.Parent != "up" || !reflect.DeepEqual(vobject.TodoMarks(&back, ""), vobject.TodoMarks(&td, "")) {
			t.Errorf("%v\n%s\n%+v\n%+v", err, d.Bytes(), td, back)
		}
		if strings.Contains(string(d.Bytes()), "VTIMEZONE") {
			t.Error("a to-do's time belongs to no zone")
		}

		m, err := h.reminders.Create(ctx, h.ann, reminder.Update{Title: opt.Some("Bins"), RemindAt: opt.Some(time.Date(2025, 2, 6, 17, 0, 0, 0, time.UTC)), RecurrenceRule: opt.Some("FREQ=WEEKLY")})
		if err != nil {
			t.Fatal(err)
		}
		d = ical.New()
		vobject.WriteReminder(d, &m, nil, berlin)
		g, err := vobject.NewReader(d, berlin).Reminder(d.Components("VCALENDAR")[0].Components("VTODO"), time.Now())
		if err != nil || !g.Update.RemindAt.Value.Equal(m.RemindAt) || g.Update.TimeZone.Value != "Europe/Berlin" || g.Update.RecurrenceRule.Value != "FREQ=WEEKLY" || !g.Update.Active.Value {
			t.Errorf("%v %+v\n%s", err, g, d.Bytes())
		}

		p, err := h.projects.Create(ctx, h.ann, project.Update{Name: opt.Some("Garden")})
		if err != nil {
			t.Fatal(err)
		}
		task, err := h.projects.CreateTask(ctx, h.ann, p.ID, project.TaskUpdate{Title: opt.Some("Dig"), Status: opt.Some("in_progress"), DueDate: opt.Some("2025-02-01")})
		if err != nil {
			t.Fatal(err)
		}
		d = ical.New()
		vobject.WriteTask(d, &task, "", nil, berlin)
		k, err := vobject.NewReader(d, berlin).Task(d.Components("VCALENDAR")[0].Components("VTODO"))
		if err != nil || k.Update.Status.Value != "in_progress" || k.Update.DueDate.Value != "2025-02-01" || k.Update.Title.Value != "Dig" {
			t.Errorf("%v %+v\n%s", err, k, d.Bytes())
		}
	})
}

const ada = `BEGIN:VCARD
VERSION:3.0
UID:ada
N:Lovelace;Ada;King;Countess;
FN:Ada Lovelace
ORG:Engines;Research
item1.EMAIL;type=INTERNET;type=pref:ada@example.org
item1.X-ABLabel:Castle
EMAIL;TYPE=HOME,INTERNET:a@home.example
TEL;type=CELL;type=VOICE:+44 1
ADR;TYPE=work:;;12 St James\nSq;London;;SW1;UK
BDAY;X-APPLE-OMIT-YEAR=1604;VALUE=date:1604-12-10
item2.X-ABDATE;type=pref:1835-07-08
item2.X-ABLabel:_$!<Anniversary>!$_
CATEGORIES:family,friends
NOTE:one
X-KEEP:yes
PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhAQABAAAAACwAAAAAAQABAAAC
END:VCARD
`

func TestPeople(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		f, err := vobject.Person(parse(t, ada).Components("VCARD")[0])
		if err != nil {
			t.Fatal(err)
		}
		p, err := h.people.Import(t.Context(), h.ann, journal.Origin{UID: f.UID}, f.Update)
		if err != nil {
			t.Fatal(err)
		}
		if p.Emails[0] != (person.Contact{Label: "castle", Value: "ada@example.org", Preferred: true}) && p.Emails[0].Label != "Castle" || p.Emails[1].Label != "home" ||
			p.Phones[0].Label != "mobile" || p.Addresses[0].Street != "12 St James\nSq" || *p.Birthday != "--12-10" || *p.Anniversary != "1835-07-08" || p.Photo == nil || p.Company != "Engines" {
			t.Errorf("%+v", p)
		}
		marks := vobject.PersonMarks(&p)
		write := func() string {
			d := parse(t, ada)
			if err := vobject.WritePerson(d, &p, marks, func() (person.Photo, error) { return h.people.FindPhoto(t.Context(), h.ann, p.ID) }); err != nil {
				t.Fatal(err)
			}
			return strings.ReplaceAll(string(d.Bytes()), "\r\n", "\n")
		}
		if got := write(); got != ada {
			t.Errorf("%v", diff(ada, got))
		}
		emails := slices.Clone(p.Emails)
		emails[1].Value = "new@home.example"
		if p, err = h.people.Update(t.Context(), h.ann, p.ID, nil, person.Update{Emails: opt.Some(emails), GivenName: opt.Some("Augusta"), Birthday: opt.Some("1815-12-10"), Anniversary: opt.Some("--07-08"), Company: opt.Some("Babbage")}); err != nil {
			t.Fatal(err)
		}
		want := []string{"- N:Lovelace;Ada;King;Countess;", "- ORG:Engines;Research", "- EMAIL;TYPE=HOME,INTERNET:a@home.example", "- BDAY;X-APPLE-OMIT-YEAR=1604;VALUE=date:1604-12-10", "- item2.X-ABDATE;type=pref:1835-07-08",
			"+ N:Lovelace;Augusta;King;Countess;", "+ ORG:Babbage;Research", "+ EMAIL;TYPE=home:new@home.example", "+ BDAY;VALUE=date:1815-12-10", "+ item2.X-ABDATE;TYPE=pref;X-APPLE-OMIT-YEAR=1604:1604-07-08"}
		got := diff(ada, write())
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s", strings.Join(got, "\n"))
		}
		for _, version := range []string{"3.0", "4.0"} {
			d := parse(t, "BEGIN:VCARD\nVERSION:"+version+"\nEND:VCARD\n")
			if err := vobject.WritePerson(d, &p, nil, func() (person.Photo, error) { return h.people.FindPhoto(t.Context(), h.ann, p.ID) }); err != nil {
				t.Fatal(err)
			}
			g, err := vobject.Person(parse(t, strings.ReplaceAll(string(d.Bytes()), "\r\n", "\n")).Components("VCARD")[0])
			if err != nil {
				t.Fatal(err)
			}
			again, err := h.people.Update(t.Context(), h.ann, p.ID, nil, g.Update)
			if err != nil || !reflect.DeepEqual(vobject.PersonMarks(&again), vobject.PersonMarks(&p)) {
				t.Errorf("%v\n%s\n%+v\n%+v", err, d.Bytes(), p, again)
			}
		}
	})
}
