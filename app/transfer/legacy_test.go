package transfer_test

import (
	"context"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/location"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/secret"
	"umbra/app/todo"
	"umbra/app/transfer"
)

// house is an Umbra to import into.
type house struct {
	transfer.Target
	t     *testing.T
	clock *clock.Fake
}

// each runs a test on each engine, with an empty Umbra and the address of a
// PostgreSQL schema that holds a dump of the older one.
func each(t *testing.T, dump string, test func(t *testing.T, h house, from string)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d), load(t, dump)) })
}

func newHouse(t *testing.T, d *db.DB) house {
	t.Helper()
	keys, err := secret.NewKeys("0123456789abcdefghijklmnopqrstuv")
	if err != nil {
		t.Fatal(err)
	}
	hasher, err := secret.NewHasher(secret.Options{Params: secret.Params{MemoryKiB: 8, Time: 1, Parallelism: 1}, Release: func() {}})
	if err != nil {
		t.Fatal(err)
	}
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	var calendars *calendar.Service
	accounts := account.New(account.Deps{DB: d, Journal: j, Clock: k, Hasher: hasher, Keys: keys, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		NewUser: func(ctx context.Context, c caller.Caller) error {
			_, err := calendars.CreateDefault(ctx, c)
			return err
		}})
	calendars = calendar.New(d, j, accounts)
	t.Cleanup(accounts.Settle)
	return house{t: t, clock: k, Target: transfer.Target{DB: d, Journal: j, Accounts: accounts, Todos: todo.New(d, j, k), Events: event.New(d, j),
		Reminders: reminder.New(d, j), Projects: project.New(d, j), People: person.New(d, j), Locations: location.New(d, j)}}
}

// load fills a schema of the test server with a dump and more statements.
func load(t *testing.T, dump string, more ...string) (address string) {
	t.Helper()
	address = dbtest.NewSchema(t)
	sql, err := os.ReadFile(filepath.Join("testdata", dump))
	if err != nil {
		t.Fatal(err)
	}
	change(t, address, append([]string{string(sql)}, more...)...)
	return address
}

func change(t *testing.T, address string, statements ...string) {
	t.Helper()
	d, err := db.OpenPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for _, s := range statements {
		if _, err := d.Pool().ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func (h house) run(o transfer.Legacy) transfer.Report {
	h.t.Helper()
	r, err := h.try(o)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h house) try(o transfer.Legacy) (transfer.Report, error) {
	o.Now = h.clock.Now()
	return o.Run(h.t.Context(), h.Target)
}

func (h house) caller(name string) caller.Caller {
	h.t.Helper()
	u, err := h.Accounts.FindByName(h.t.Context(), name)
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := h.Accounts.Caller(h.t.Context(), u.ID, caller.API)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// all lists the records of a kind, as they were made.
func all[T, F any](h house, name string, list func(context.Context, caller.Caller, F, page.Request) (page.Page[T], error), f F) []T {
	h.t.Helper()
	p, err := list(h.t.Context(), h.caller(name), f, page.Request{Limit: 500})
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Items
}

func (h house) todos(name string) []todo.Todo {
	return all(h, name, h.Todos.List, todo.Filter{Sort: "created_at"})
}

func (h house) events(name string) []event.Event {
	return all(h, name, h.Events.List, event.Filter{Sort: "created_at"})
}

func (h house) logIn(name, password string) (account.User, error) {
	out, err := h.Accounts.LogIn(h.t.Context(), account.LogIn{Username: name, Password: password, Address: "192.168.1.20"})
	return out.User, err
}

func told(notes []transfer.Note, table, row, text string) bool {
	return slices.ContainsFunc(notes, func(n transfer.Note) bool {
		return n.Table == table && n.Row == row && strings.Contains(n.Text, text)
	})
}

func TestThePINBecomesTheFirstPassword(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		r := h.run(transfer.Legacy{Address: from})
		if len(r.Users) != 1 || r.Users[0].Username != "admin" || !r.Users[0].Made || r.Users[0].Password != "the PIN" || !r.Users[0].PasswordDue {
			t.Fatalf("%+v", r.Users)
		}
		u, err := h.logIn("admin", "4711")
		if err != nil || u.Role != account.Admin || !u.PasswordDue {
			t.Errorf("%+v, %v", u, err)
		}
		s, err := h.Accounts.Settings(t.Context(), h.caller("admin"))
		if err != nil || s.PreferredName != "Ada" || s.TimeZone != "Europe/Berlin" || s.FirstDayOfWeek != 0 || s.DateFormat != "DD.MM.YYYY" ||
			s.Theme != "dark" || s.AccentColor != "" || !s.NtfyTokenSet || s.NtfyTopic != "ada-at-home" || !s.NtfyEnabled {
			t.Errorf("%+v, %v", s, err)
		}
		if !told(r.Notes, "settings", "1", "accent_color: “blue”") {
			t.Errorf("nothing is said of the colour: %v", r.Notes)
		}
		target, err := h.Accounts.Reach(t.Context(), u.ID)
		if err != nil || target.Ntfy.Token != "tk_very_secret" {
			t.Errorf("the token is %q, %v", target.Ntfy.Token, err)
		}
	})
}

func TestRecordsKeepWhatTheyWere(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		r := h.run(transfer.Legacy{Address: from})
		todos := h.todos("admin")
		if len(todos) != 6 {
			t.Fatalf("%d to-dos, %v", len(todos), r.Refused)
		}
		byTitle := map[string]todo.Todo{}
		for _, d := range todos {
			byTitle[d.Title] = d
		}
		water := byTitle["Water the plants"]
		if water.Priority != "high" || *water.DueDate != "2025-04-01" || *water.DueTime != "09:30" || water.Category != "home" ||
			!slices.Equal(water.Tags, []string{"plants", "weekly"}) || water.RecurrenceRule != "FREQ=WEEKLY" || water.ProjectID == nil ||
			!water.CreatedAt.Equal(time.Date(2024, 2, 1, 8, 0, 0, 0, time.UTC)) || water.Description != "The fern twice" {
			t.Errorf("%+v", water)
		}
		taxes := byTitle["Taxes"]
		if !taxes.Completed || !taxes.CompletedAt.Equal(time.Date(2024, 5, 30, 22, 30, 0, 0, time.UTC)) || taxes.CompletedOn != "2024-05-31" ||
			taxes.Priority != "high" || *taxes.DueDate != "2024-05-31" || taxes.DueTime != nil {
			t.Errorf("%+v", taxes)
		}
		part, whole := byTitle["A part"], byTitle["The whole in two lines"]
		if part.ParentID == nil || *part.ParentID != whole.ID || part.Priority != "none" || part.ProjectID != nil {
			t.Errorf("%+v", part)
		}
		if want := "priority: SOMEDAY\nproject_id: 9"; part.Description != want || !told(r.Notes, "todos", "3", "priority: “SOMEDAY”") {
			t.Errorf("%q, want %q; %v", part.Description, want, r.Notes)
		}
		if !strings.Contains(whole.Description, "The whole\nin two lines") {
			t.Errorf("the title that was cut is lost: %q", whole.Description)
		}
		chicken, egg := byTitle["Chicken"], byTitle["Egg"]
		if (chicken.ParentID == nil) == (egg.ParentID == nil) {
			t.Errorf("a circle became %v and %v", chicken.ParentID, egg.ParentID)
		}

		people := all(h, "admin", h.People.List, person.Filter{Sort: "created_at"})
		if len(people) != 2 {
			t.Fatalf("%d people", len(people))
		}
		grace := people[0]
		if grace.DisplayName != "Grace Hopper" || len(grace.Phones) != 2 || grace.Phones[1].Value != "+1 555 2" || *grace.Birthday != "1906-12-09" ||
			len(grace.Addresses) != 1 || grace.Addresses[0].City != "Arlington" || grace.Addresses[0].Street != "1 Navy Yard" ||
			!slices.Equal(grace.Groups, []string{"family", "work"}) || grace.JobTitle != "Admiral" || grace.LastContactedAt == nil {
			t.Errorf("%+v", grace)
		}
		if nobody := people[1]; nobody.DisplayName != "(without a name)" || !strings.Contains(nobody.Notes, "email: nobody") {
			t.Errorf("%+v", nobody)
		}
		places := all(h, "admin", h.Locations.List, location.Filter{Sort: "created_at"})
		if len(places) != 2 || *places[0].Latitude != 51.752 || !places[0].Favourite || places[1].Latitude != nil ||
			!strings.Contains(places[1].Notes, "99.9") || !strings.Contains(places[1].Notes, "website: no address at all") {
			t.Errorf("%+v", places)
		}
		projects := all(h, "admin", h.Projects.List, project.Filter{Sort: "created_at"})
		if len(projects) != 2 || projects[0].Status != "in_progress" || !projects[0].Starred || projects[1].Status != "completed" {
			t.Fatalf("%+v", projects)
		}
		reminders := all(h, "admin", h.Reminders.List, reminder.Filter{Sort: "created_at"})
		if len(reminders) != 2 || !reminders[0].Active || !reminders[0].RemindAt.Equal(time.Date(2025, 4, 2, 17, 0, 0, 0, time.UTC)) ||
			!reminders[1].Dismissed || reminders[1].TodoID == nil || *reminders[1].TodoID != water.ID {
			t.Errorf("%+v", reminders)
		}
	})
}

func TestTimesOfEventsAreThoseOfTheClock(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		r := h.run(transfer.Legacy{Address: from})
		events := h.events("admin")
		if len(events) != 3 {
			t.Fatalf("%d events", len(events))
		}
		choir, holiday, backwards := events[0], events[1], events[2]
		if choir.Start != "2025-03-28T19:00:00+01:00" || choir.End != "2025-03-28T21:00:00+01:00" || *choir.TimeZone != "Europe/Berlin" ||
			choir.RecurrenceRule != "FREQ=WEEKLY" || len(choir.PersonIDs) != 1 || choir.Location != "Town hall" || !choir.Starred {
			t.Errorf("%+v", choir)
		}
		if !holiday.AllDay || holiday.Start != "2025-08-01" || holiday.End != "2025-08-04" {
			t.Errorf("%+v", holiday)
		}
		if backwards.LocationID == nil || !strings.Contains(backwards.Description, "end_time: 2025-07-01T10:00:00") {
			t.Errorf("%+v", backwards)
		}
		if len(r.Refused) != 1 || r.Refused[0].Row != "4" || !strings.Contains(r.Refused[0].Text, "start must be given") || r.Users[0].Records["calendar_events"].Refused != 1 {
			t.Errorf("%+v", r.Refused)
		}
	})
}

func TestTasksFollowTheirProjects(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		h.run(transfer.Legacy{Address: from})
		projects := all(h, "admin", h.Projects.List, project.Filter{Sort: "created_at"})
		p, err := h.Projects.ListTasks(t.Context(), h.caller("admin"), projects[0].ID, project.TaskFilter{}, page.Request{})
		if err != nil || len(p.Items) != 2 {
			t.Fatalf("%+v, %v", p.Items, err)
		}
		dig, fill := p.Items[0], p.Items[1]
		if dig.Status != project.Done || !dig.CompletedAt.Equal(time.Date(2023, 4, 20, 22, 30, 0, 0, time.UTC)) || dig.PersonID != nil ||
			!strings.Contains(dig.Description, "assigned_to: 77") {
			t.Errorf("%+v", dig)
		}
		if fill.ParentTaskID == nil || *fill.ParentTaskID != dig.ID || fill.Priority != "high" || fill.PersonID == nil {
			t.Errorf("%+v", fill)
		}
	})
}

func TestWhatIsUnknownIsTold(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		r := h.run(transfer.Legacy{Address: from, DryRun: true})
		want := []transfer.Column{{Table: "people", Column: "shoe_size", Type: "integer", Values: 1}, {Table: "todos", Column: "mood", Type: "character varying(20)", Values: 1}}
		if !slices.Equal(r.UnknownColumns, want) {
			t.Errorf("%+v", r.UnknownColumns)
		}
		if !slices.Equal(r.UnknownTables, []transfer.Column{{Table: "habits", Values: 2}}) {
			t.Errorf("%+v", r.UnknownTables)
		}
		if len(r.LeftOut) != 1 || r.LeftOut[0].Table != "alembic_version" {
			t.Errorf("%+v", r.LeftOut)
		}
		h.run(transfer.Legacy{Address: from, KeepUnknown: true})
		if d := h.todos("admin")[0]; d.Description != "The fern twice\n\nmood: calm" {
			t.Errorf("%q", d.Description)
		}
	})
}

func TestADryRunChangesNothing(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		dry := h.run(transfer.Legacy{Address: from, DryRun: true})
		if need, err := h.Accounts.SetupRequired(t.Context()); err != nil || !need {
			t.Fatalf("somebody is there, %v", err)
		}
		wet := h.run(transfer.Legacy{Address: from})
		if !dry.DryRun || dry.Imported() != wet.Imported() || wet.Imported() < 15 || len(dry.Notes) != len(wet.Notes) {
			t.Errorf("said %d, did %d", dry.Imported(), wet.Imported())
		}
	})
}

func TestASecondRunChangesNothing(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		h.run(transfer.Legacy{Address: from})
		c := h.caller("admin")
		before, err := h.Journal.Since(t.Context(), c.UserID, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		gone := h.todos("admin")[1]
		if err := h.Todos.Delete(t.Context(), c, gone.ID, nil); err != nil {
			t.Fatal(err)
		}
		change(t, from, "INSERT INTO todos (id, title, parent_id, created_at) VALUES (7, 'Made there since', 4, '2025-01-01')")
		r := h.run(transfer.Legacy{Address: from})
		n := r.Users[0].Records["todos"]
		if r.Users[0].Made || n.Imported != 1 || n.There != 5 || n.Deleted != 1 || r.Imported() != 1 {
			t.Errorf("%+v", r.Users[0])
		}
		todos := h.todos("admin")
		if made := todos[len(todos)-1]; len(todos) != 6 || made.Title != "Made there since" || made.ParentID == nil {
			t.Errorf("%+v", todos)
		}
		r = h.run(transfer.Legacy{Address: from})
		after, err := h.Journal.Since(t.Context(), c.UserID, 0, 1000)
		if err != nil || r.Imported() != 0 || r.Users[0].ChangeSet != 0 || len(after) != len(before)+2 { // the deletion and the one made since
			t.Errorf("%d changes became %d, %v", len(before), len(after), err)
		}
	})
}

func TestAnImportIsUndoneWholeAndMayComeAgain(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		first := h.run(transfer.Legacy{Address: from})
		c := h.caller("admin")
		if _, err := h.Journal.Undo(t.Context(), c, first.Users[0].ChangeSet); err != nil {
			t.Fatal(err)
		}
		if n := len(h.todos("admin")) + len(h.events("admin")); n != 0 {
			t.Errorf("%d records are left", n)
		}
		if s, err := h.Accounts.Settings(t.Context(), c); err != nil || s.PreferredName != "" {
			t.Errorf("the settings are still those: %q, %v", s.PreferredName, err)
		}
		again := h.run(transfer.Legacy{Address: from})
		if again.Users[0].Records["todos"].Imported != 6 || len(h.todos("admin")) != 6 {
			t.Errorf("%+v", again.Users[0].Records)
		}
	})
}

func TestWhatIsNoOlderUmbraIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		empty := dbtest.NewSchema(t)
		ours := dbtest.NewSchema(t)
		change(t, ours, "CREATE TABLE goose_db_version (id int); CREATE TABLE todos (id int)")
		other, err := url.Parse(empty)
		if err != nil {
			t.Fatal(err)
		}
		other.Path = "/no_such_database"
		for address, want := range map[string]string{other.String(): `there is no database "no_such_database"`, empty: "none of the older Umbra's tables", ours: "one of this Umbra",
			"postgres://nobody@127.0.0.1:1/none?connect_timeout=1": "the database to import from cannot be read: no PostgreSQL server listens at 127.0.0.1:1: start it, or correct --from"} {
			if _, err := h.try(transfer.Legacy{Address: address}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	})
}

// What is there is only read, whatever the rights of who reads.
func TestTheSourceStaysAsItWas(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	from := load(t, "pin_era.sql")
	d, err := db.OpenPostgres(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	print := func() string {
		var b strings.Builder
		for _, table := range []string{"settings", "todos", "people", "calendar_events", "reminders", "projects", "project_tasks", "locations", "habits"} {
			rows, err := db.Query(t.Context(), d, db.Value[string], "SELECT CAST(row_to_json(t) AS text) || CAST(t.xmin AS text) FROM "+table+" t ORDER BY 1")
			if err != nil {
				t.Fatal(err)
			}
			b.WriteString(strings.Join(rows, "\n"))
		}
		return b.String()
	}
	before := print()
	h.run(transfer.Legacy{Address: from})
	if print() != before {
		t.Error("it was changed")
	}
}
