package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/dav"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/demo"
	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/todo"
)

// member is a user of the household in testdata/year.
type member struct {
	caller.Caller
	name string
}

// furnish makes who lives there: Ann with the demo's household and quiet nights,
// Bob far west with what the collection of calendars holds (collect), and Cem,
// whose records lie in zones all over the world.
func (y *year) furnish() {
	for _, m := range []struct{ name, zone, set string }{
		{"ann", "Europe/Berlin", "digest_enabled = TRUE, quiet_from = '22:30', quiet_until = '06:45'"},
		{"bob", "America/Los_Angeles", "digest_enabled = TRUE, digest_time = '02:30'"}, // a time that one night has not
		{"cem", "Australia/Sydney", "digest_time = '08:15'"},
	} {
		c := journaltest.User(y.t, y.d, y.j, m.name, m.zone)
		y.must(y.d.Tx(context.Background(), func(ctx context.Context) error {
			_, err := y.d.Exec(ctx, "UPDATE settings SET "+m.set+" WHERE user_id = $1", c.UserID)
			return err
		}))
		y.must(y.Welcome(context.Background(), c))
		y.members = append(y.members, &member{c, m.name})
	}
	y.must(demo.Load(context.Background(), y.d, y.members[0].Caller, y.begin))
	y.travel(y.members[2].Caller)
	y.chores(y.members[2].Caller)
}

func (y *year) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

// travel makes events and reminders whose clocks change at odd times, or whose
// rules meet the ends of months.
func (y *year) travel(c caller.Caller) {
	chance := rand.New(rand.NewPCG(5, 2024))
	zones := []string{"America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Africa/Cairo",
		"Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati", "Etc/GMT+12", "America/St_Johns", "Asia/Beirut", "America/Havana", "UTC", ""}
	rules := []string{"FREQ=DAILY;INTERVAL=8", "FREQ=WEEKLY;BYDAY=SU,SA", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU", "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=MONTHLY;BYMONTHDAY=31",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;COUNT=7;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=3,10,11;BYDAY=2SU,-1SU",
		"FREQ=WEEKLY;UNTIL=20240930T120000Z", "FREQ=DAILY;BYMONTH=3,4,10,11;BYDAY=SU,MO", "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO", "FREQ=YEARLY;BYYEARDAY=1,60,-1", ""}
	offsets := []string{"PT0M", "-PT30M", "-P1D", "-PT26H", "-P1DT3H", "PT45M", "-P1W"}
	for i := range 30 {
		zone, rule := zones[i%len(zones)], rules[chance.IntN(len(rules))]
		day := clock.DateOf(y.begin).AddDays(chance.IntN(80) - 70)
		at := fmt.Sprintf("T%02d:%02d:00", []int{0, 1, 2, 2, 3, 9, 23}[chance.IntN(7)], []int{0, 15, 30}[chance.IntN(3)])
		u := event.Update{Title: opt.Some(fmt.Sprintf("Event %d", i)), Start: opt.Some(day.String() + at), RecurrenceRule: opt.Some(rule)}
		u.Reminders = opt.Some([]string{offsets[chance.IntN(3)], offsets[3+chance.IntN(4)]})
		switch {
		case i%8 == 7: // a day
			u.Start, u.Reminders = opt.Some(day.String()), opt.Some([]string{"PT9H", "-PT15H", "-P1D"})
		case zone != "":
			u.TimeZone = opt.Some(zone)
		}
		made, err := y.Events.Create(context.Background(), c, u)
		y.must(err)
		if rule == "FREQ=DAILY;INTERVAL=8" && i%8 != 7 {
			y.disturb(c, made.ID, day.AddDays(96).String()+at, day.AddDays(120).String()+at, day.AddDays(144).String()+at)
		}
	}
	for i := range 32 {
		zone, rule := zones[i%(len(zones)-1)], rules[chance.IntN(len(rules))]
		at := y.begin.Add(time.Duration(chance.IntN(80*96)-40*96) * 15 * time.Minute)
		_, err := y.Reminders.Create(context.Background(), c, reminder.Update{Title: opt.Some(fmt.Sprintf("Reminder %d", i)), RemindAt: opt.Some(at), TimeZone: opt.Some(zone), RecurrenceRule: opt.Some(rule)})
		y.must(err)
	}
	for i, day := range []string{"1980-02-29", "--02-29", "2024-05-05", "2030-05-05", "--12-31", "--01-01"} { // 2030: not born yet
		_, err := y.People.Create(context.Background(), c, person.Update{GivenName: opt.Some(fmt.Sprintf("Person %d", i)), Birthday: opt.Some(day), Anniversary: opt.Some(day),
			ContactEveryDays: opt.Some(int64(40 + i)), LastContactedAt: opt.Some(y.begin.Add(-time.Duration(i) * 31 * time.Hour))})
		y.must(err)
	}
}

// disturb moves one occurrence, cancels one and takes one out.
func (y *year) disturb(c caller.Caller, id int64, move, cancel, out string) {
	ctx := context.Background()
	part := func(at string) event.Part { return event.Part{Scope: event.This, Occurrence: at} }
	later, err := time.Parse("2006-01-02T15:04:05", move)
	y.must(err)
	_, err = y.Events.Update(ctx, c, id, part(move), nil, event.Update{Title: opt.Some("Moved"), Start: opt.Some(later.Add(29 * time.Hour).Format("2006-01-02T15:04:05")), Reminders: opt.Some([]string{"-PT10M"})})
	y.must(err)
	_, err = y.Events.Update(ctx, c, id, part(cancel), nil, event.Update{Status: opt.Some("cancelled")})
	y.must(err)
	y.must(y.Events.Delete(ctx, c, id, part(out), nil))
}

// chore is a to-do that repeats, and when each is done (acts).
type chore struct {
	ID    int64    `json:"id"`
	Acts  []string `json:"acts"`
	times []time.Time
}

// chores makes to-dos that are done through the year, on time or not.
func (y *year) chores(c caller.Caller) {
	for i, u := range []todo.Update{
		{Title: opt.Some("By the due date"), RecurrenceRule: opt.Some("FREQ=WEEKLY;BYDAY=SU"), DueTime: opt.Some("02:30")},
		{Title: opt.Some("From when it was done"), RecurrenceRule: opt.Some("FREQ=DAILY;INTERVAL=10"), RepeatFrom: opt.Some("completion")},
		{Title: opt.Some("At the month's end"), RecurrenceRule: opt.Some("FREQ=MONTHLY;BYMONTHDAY=-1"), DueTime: opt.Some("09:00")},
	} {
		u.DueDate, u.Reminders = opt.Some([]string{"2024-01-07", "2024-01-05", "2024-01-31"}[i]), opt.Some([]string{"-P1D", "PT7H"})
		made, err := y.Todos.Create(context.Background(), c, u)
		y.must(err)
		ch := chore{ID: made.ID}
		for at := y.begin.Add(time.Duration(i*100+90) * time.Hour); at.Before(y.end); at = at.Add([]time.Duration{7 * 24, 11*24 + 5, 31 * 24}[i] * time.Hour) {
			ch.times = append(ch.times, at)
			ch.Acts = append(ch.Acts, at.Format(time.RFC3339))
		}
		y.done = append(y.done, ch)
	}
}

// act is something that is done at its time.
type act struct {
	at time.Time
	do func()
}

// acts are what is done through the year, in its order: each time a chore is done
// the next one of it is there.
func (y *year) acts() (out []act) {
	c := y.members[2].Caller
	for _, ch := range y.done {
		id := ch.ID
		for _, at := range ch.times {
			out = append(out, act{at, func() {
				title, _, err := db.One(context.Background(), y.d, db.Value[string], "SELECT title FROM todos WHERE id = $1", id)
				y.must(err)
				_, err = y.Todos.Update(context.Background(), c, id, nil, todo.Update{Completed: opt.Some(true)})
				y.must(err)
				next, found, err := db.One(context.Background(), y.d, db.Value[int64], "SELECT MAX(id) FROM todos WHERE user_id = $1 AND title = $2 AND completed = FALSE", c.UserID, title)
				y.must(err)
				if !found {
					y.t.Fatalf("%s has no next one", title)
				}
				id = next
			}})
		}
	}
	slices.SortFunc(out, func(a, b act) int { return a.at.Compare(b.at) })
	return out
}

// phone is CalDAV as a member's phone uses it.
func (y *year) phone() *dav.Handler {
	return dav.New(dav.Deps{Auth: davGuest{y}, Journal: y.j, Resources: resource.New(y.d), Calendars: y.Calendars, Events: y.Events, Todos: y.Todos, Reminders: y.Services.Reminders,
		Projects: y.Projects, People: y.People, Clock: y.clock, Log: slog.New(slog.DiscardHandler)})
}

// collect loads the collection of real calendars for Bob, as a phone would, and
// says how many files there were. What is refused is left out.
func (y *year) collect() (files int) {
	paths, err := filepath.Glob(filepath.Join(dbtest.Root(), "..", "shared", "data", "ics", "*.ics"))
	y.must(err)
	bob, h := y.members[1], y.phone()
	var collection int64
	collection, _, err = db.One(context.Background(), y.d, db.Value[int64], "SELECT id FROM calendars WHERE user_id = $1", bob.UserID)
	y.must(err)
	for n, path := range paths {
		b, err := os.ReadFile(path)
		y.must(err)
		for i, object := range objects(b) {
			r := httptest.NewRequest(http.MethodPut, fmt.Sprintf("/dav/calendars/%d/calendar-%d/f%d-%d.ics", bob.UserID, collection, n, i), strings.NewReader(object))
			r.SetBasicAuth(bob.name, "")
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
	}
	ids, err := db.Query(context.Background(), y.d, db.Value[int64], "SELECT id FROM calendar_events WHERE user_id = $1 ORDER BY id", bob.UserID)
	y.must(err)
	for _, id := range ids { // few of them have alarms of their own
		e, err := y.Events.Find(context.Background(), bob.Caller, id, "")
		y.must(err)
		_, err = y.Events.Update(context.Background(), bob.Caller, id, event.Part{Scope: event.All}, nil, event.Update{Reminders: opt.Some(append(e.Reminders, "-PT15M", "-P2D"))})
		y.must(err)
	}
	return len(paths)
}

// objects are a file's events, those of one UID together, each for itself.
func objects(b []byte) (out []string) {
	d, err := ical.Parse(b)
	if err != nil {
		return nil
	}
	for _, cal := range d.Components("VCALENDAR") {
		var uids []string
		parts := map[string]*ical.Component{}
		for _, c := range cal.Components("VEVENT") {
			uid := c.Value("UID")
			if parts[uid] == nil {
				parts[uid] = ical.NewComponent("VCALENDAR")
				for _, z := range cal.Components("VTIMEZONE") {
					parts[uid].AddComponent(z)
				}
				uids = append(uids, uid)
			}
			parts[uid].AddComponent(c)
		}
		for _, uid := range uids {
			one := ical.New()
			one.Add(parts[uid])
			out = append(out, string(one.Bytes()))
		}
	}
	return out
}

// davGuest lets everybody in by the name of a member.
type davGuest struct{ y *year }

func (g davGuest) App(_ *http.Request, username, _ string) (dav.Guest, error) {
	for _, m := range g.y.members {
		if m.name == username {
			return dav.Guest{Caller: m.Caller, Name: m.name, Write: true}, nil
		}
	}
	return dav.Guest{}, fmt.Errorf("no member %q", username)
}
