package dav_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/share"
	"umbra/app/todo"
)

// fleet is several devices, one person at the interface, and one of the household.
type fleet struct {
	*house
	rnd     *rand.Rand
	devices []*replica
	n       int            // of what was made
	seen    map[string]int // answers by method and status
}

func newFleet(t *testing.T, h *house, seed uint64) *fleet {
	f := &fleet{house: h, seen: map[string]int{}, rnd: rand.New(rand.NewPCG(seed, 7))}
	h.want(201, "MKCALENDAR", h.home()+"work/", "")
	var work int64
	cals, err := h.Calendars.List(t.Context(), h.ann, calendar.Filter{}, page.Request{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cals.Items {
		if c.Name == "work" {
			work = c.ID
		}
	}
	shared, _ := h.lend(share.New(h.d, h.Journal), caller.Calendars, work, caller.Write)
	mine := func() map[string]*held {
		return map[string]*held{"default": {path: h.cal}, "work": {path: h.home() + "work/"}, "todos": {path: h.todos()}, "people": {path: h.people()}}
	}
	f.devices = []*replica{{as: "ann", cols: mine()}, {as: "ann", cols: mine()}, {as: "bob", cols: map[string]*held{"work": {path: shared}}}}
	for _, d := range f.devices {
		for _, c := range d.cols {
			c.items = map[string]object{}
		}
	}
	return f
}

// pick answers one of a device's collections and, where it holds any, one of its objects.
func (f *fleet) pick(d *replica) (kind string, c *held, name string) {
	kinds := slices.Sorted(maps.Keys(d.cols))
	kind = kinds[f.rnd.IntN(len(kinds))]
	c = d.cols[kind]
	if names := slices.Sorted(maps.Keys(c.items)); len(names) > 0 {
		name = names[f.rnd.IntN(len(names))]
	}
	return kind, c, name
}

func (f *fleet) title() string {
	f.n++
	return fmt.Sprintf("t%d", f.n)
}

func (f *fleet) made(kind, uid string) string {
	if kind == "people" {
		return f.madeCard(uid)
	}
	if kind == "todos" {
		lines := "SUMMARY:" + f.title() + "\n"
		if f.rnd.IntN(3) == 0 {
			lines += "RELATED-TO:" + fmt.Sprintf("u%d", f.rnd.IntN(f.n+1)) + "\n"
		}
		return todo1(uid, lines)
	}
	day := time.Date(2025, 4, 1+f.rnd.IntN(60), 6+f.rnd.IntN(12), 0, 0, 0, time.UTC)
	lines := "SUMMARY:" + f.title() + "\nDTSTART;TZID=Europe/Berlin:" + day.Format("20060102T150405") + "\nDURATION:PT1H\nX-KEPT:" + uid + "\n"
	switch f.rnd.IntN(4) {
	case 0:
		lines += "RRULE:FREQ=WEEKLY;COUNT=5\n"
	case 1:
		lines += "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:x\nEND:VALARM\n"
	}
	return event1(uid, lines)
}

// device does something on a device, offline as far as the others are concerned.
func (f *fleet) device(d *replica) {
	f.t.Helper()
	f.as = d.as
	kind, c, name := f.pick(d)
	lost := f.rnd.IntN(8) == 0 // the answer does not arrive; the request did
	put := func(name, body string, condition ...string) {
		a := f.do("PUT", c.path+name, body, condition...)
		if lost && f.rnd.IntN(2) == 0 {
			a = f.do("PUT", c.path+name, body, condition...) // tried again: it is there, or is not as it was
		}
		f.seen[fmt.Sprint("PUT ", a.status)]++
		switch a.status {
		case 201, 204:
			if !lost && a.header.Get("ETag") != "" { // else it is another text there: the next sync brings it
				c.items[name] = object{a.header.Get("ETag"), body}
			}
		case 412, 409, 403:
			// Somebody was first, or it would be a part of itself: the next sync brings what is.
		default:
			f.t.Fatalf("PUT %s: %d %s", c.path+name, a.status, a.body)
		}
	}
	switch op := f.rnd.IntN(12); {
	case op < 3 || name == "":
		uid := fmt.Sprintf("u%d", f.n)
		ending := ".ics"
		if kind == "people" {
			ending = ".vcf"
		}
		put(uid+ending, f.made(kind, uid), "If-None-Match", "*")
	case op < 6 && kind == "people":
		put(name, f.changedCard(c.items[name].body), "If-Match", c.items[name].etag)
	case op < 6:
		before, rest, _ := strings.Cut(c.items[name].body, "SUMMARY:")
		_, rest, _ = strings.Cut(rest, "\r\n")
		put(name, before+"SUMMARY:"+f.title()+"\r\n"+rest, "If-Match", c.items[name].etag)
	case op < 7:
		a := f.do("DELETE", c.path+name, "", "If-Match", c.items[name].etag)
		f.seen[fmt.Sprint("DELETE ", a.status)]++
		if a.status != 204 && a.status != 412 && a.status != 404 {
			f.t.Fatalf("DELETE %s: %d %s", c.path+name, a.status, a.body)
		}
		if a.status == 204 && !lost {
			delete(c.items, name)
		}
	case op < 9 && len(d.cols) > 1 && kind != "todos" && kind != "people":
		to := d.cols[map[string]string{"default": "work", "work": "default"}[kind]]
		a := f.do("MOVE", c.path+name, "", "Destination", to.path+name, "Overwrite", "F")
		f.seen[fmt.Sprint("MOVE ", a.status)]++
		if a.status != 201 && a.status != 412 && a.status != 404 && a.status != 403 && a.status != 409 {
			f.t.Fatalf("MOVE %s: %d %s", c.path+name, a.status, a.body)
		}
	default:
		f.syncAll(d, c, []int{0, 1, 3, 50}[f.rnd.IntN(4)])
	}
}

// origin is a uid that is the same in each run of a seed, as a made-up one is not.
func (f *fleet) origin() journal.Origin {
	f.n++
	return journal.Origin{UID: fmt.Sprintf("p%d", f.n)}
}

// person does something as the interface does.
func (f *fleet) person(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	var err error
	switch f.rnd.IntN(9) {
	case 6, 7, 8:
		err = f.personal(t)
	case 0:
		_, err = f.Todos.Import(ctx, f.ann, f.origin(), todo.Update{Title: opt.Some(f.title())})
	case 1, 2:
		if id := f.anyID("todos"); id != 0 {
			_, err = f.Todos.Update(ctx, f.ann, id, nil, todo.Update{Title: opt.Some(f.title()), Completed: opt.Some(f.rnd.IntN(2) == 0)})
		}
	case 3:
		if id := f.anyID("calendar_events"); id != 0 {
			_, err = f.Events.Update(ctx, f.ann, id, event.Part{}, nil, event.Update{Title: opt.Some(f.title())})
		}
	case 4:
		if id := f.anyID("calendar_events"); id != 0 {
			err = f.Events.Delete(ctx, f.ann, id, event.Part{}, nil)
		}
	case 5:
		sets, listed := f.Journal.History(ctx, f.ann, page.Request{Limit: 5})
		if listed != nil {
			t.Fatal(listed)
		}
		if len(sets.Items) > 0 {
			_, err = f.Journal.Undo(ctx, f.ann, sets.Items[f.rnd.IntN(len(sets.Items))].ID)
			if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
				err = nil // it was taken back already, or what it made has changed since
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// column reads what a query answers of the records themselves.
func column[T any](h *house, query string) []T {
	h.t.Helper()
	out, err := db.Query(h.t.Context(), h.d, db.Value[T], query)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (f *fleet) anyID(table string) int64 {
	f.t.Helper()
	ids := column[int64](f.house, "SELECT id FROM "+table+" WHERE user_id = "+strconv.FormatInt(f.ann.UserID, 10)+" ORDER BY id")
	if len(ids) == 0 {
		return 0
	}
	return ids[f.rnd.IntN(len(ids))]
}

// settle syncs everything everywhere, and compares: the devices with each other,
// with the server's own list, and that with the records.
func (f *fleet) settle(t *testing.T) {
	t.Helper()
	for n, d := range f.devices {
		for _, kind := range slices.Sorted(maps.Keys(d.cols)) {
			c := d.cols[kind]
			f.syncAll(d, c, []int{0, 2, 7}[f.rnd.IntN(3)])
			f.as = d.as
			there := map[string]object{}
			for _, r := range f.multi(f.want(207, "PROPFIND", c.path, `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`, "Depth", "1")).Responses {
				if name := strings.TrimPrefix(r.Href, c.path); name != "" && len(r.Props) > 0 {
					there[name] = object{etag: r.Props[0].ETag}
				}
			}
			if len(there) != len(c.items) {
				t.Errorf("device %d holds %d of %s, the server %d: %v, %v", n, len(c.items), kind, len(there), slices.Sorted(maps.Keys(c.items)), slices.Sorted(maps.Keys(there)))
			}
			for name, o := range c.items {
				if there[name].etag != o.etag {
					t.Errorf("device %d holds %s of %s as %s, the server as %s", n, name, kind, o.etag, there[name].etag)
				}
				if a := f.want(200, "GET", c.path+name, ""); a.body != o.body {
					t.Errorf("device %d holds %s of %s as\n%s\nthe server as\n%s", n, name, kind, o.body, a.body)
				}
			}
		}
	}
	// What devices hold says what the records say.
	want := map[string]int{}
	for _, table := range []string{"calendar_events", "todos"} {
		for _, title := range column[string](f.house, "SELECT title FROM "+table+" WHERE user_id = "+strconv.FormatInt(f.ann.UserID, 10)) {
			want[title]++
		}
	}
	got := map[string]int{}
	f.settleGroups(t)
	for kind, c := range f.devices[0].cols {
		if kind == "people" {
			continue
		}
		for _, o := range c.items {
			_, title, _ := strings.Cut(o.body, "SUMMARY:")
			title, _, _ = strings.Cut(title, "\r\n")
			got[title]++
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("the devices say %v, the records %v", got, want)
	}
}

// Two devices of one person, one of somebody with whom a calendar is shared, and
// the interface change one account at random, with answers that are lost and a
// journal that forgets: at each rest all hold the same.
func TestReplicasEndEqual(t *testing.T) {
	operations, seed := 500, uint64(1)
	if s := os.Getenv("UMBRA_TEST_REPLICAS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		operations, seed = n, uint64(time.Now().UnixNano()) // printed
		t.Logf("seed %d", seed)
	}
	each(t, func(t *testing.T, h *house) {
		f := newFleet(t, h, seed)
		for n := range operations {
			if f.rnd.IntN(4) == 0 {
				f.person(t)
			} else {
				f.device(f.devices[f.rnd.IntN(len(f.devices))])
			}
			f.clock.Advance(time.Minute)
			switch {
			case f.rnd.IntN(100) == 0:
				f.settle(t)
			case f.rnd.IntN(150) == 0: // forgets what some devices have seen, and some have not
				if _, err := f.Journal.Prune(context.Background(), f.clock.Now().Add(-30*time.Minute)); err != nil {
					t.Fatal(err)
				}
			}
			if t.Failed() {
				t.Fatalf("after %d operations with the seed %d", n+1, seed)
			}
		}
		f.settle(t)
		total := 0
		for _, c := range f.devices[0].cols {
			total += len(c.items)
		}
		t.Logf("%d operations left %d objects: %v", operations, total, f.seen)
		for _, what := range []string{"PUT 201", "PUT 204", "PUT 412", "DELETE 204", "DELETE 412", "MOVE 201", "forgotten token", "cards of groups compared"} {
			if f.seen[what] == 0 {
				t.Errorf("%s never was: %v", what, f.seen)
			}
		}
		if total < 10 {
			t.Error("nearly nothing was left to compare")
		}
	})
}
