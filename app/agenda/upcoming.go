package agenda

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/recur"
)

// MaxDays is how many days Upcoming shows.
const MaxDays = 90

// Days are those that Upcoming shows.
type Days struct {
	From string // YYYY-MM-DD, from 1900 to 2200; empty: today in the user's zone
	N    int    // 1 to MaxDays; 0 takes the user's setting
}

// check answers the first day, Invalid where the days are none to show.
func (d Days) check(today clock.Date) (clock.Date, error) {
	if d.N < 0 || d.N > MaxDays {
		return today, fault.BadField("days", "range", "must be between 1 and "+strconv.Itoa(MaxDays))
	}
	if d.From == "" {
		return today, nil
	}
	first, err := clock.ParseDate(d.From)
	if err != nil {
		return first, fault.BadField("from", "format", "must be a date that exists, like 2025-01-31")
	}
	if first.Year < 1900 || first.Year > 2200 {
		return first, fault.BadField("from", "range", "must be a day of the years 1900 to 2200")
	}
	return first, nil
}

// Item is one thing to come.
type Item struct {
	Kind       string     `json:"kind" enum:"todo,event,reminder,task,birthday,anniversary" doc:"What it is." example:"todo"`
	ID         int64      `json:"id" doc:"Number of the record of that kind; of the person for birthday and anniversary." example:"42"`
	Title      string     `json:"title" doc:"What it is called; the person's name for birthday and anniversary." example:"Water the plants"`
	Date       string     `json:"date" format:"date" doc:"The day it falls on, in the user's zone. What has begun before the first day asked for has that one's." example:"2025-01-31"`
	AllDay     bool       `json:"all_day" doc:"Whether it has no time of day." example:"false"`
	At         *time.Time `json:"at" doc:"When it is due or begins; null where all_day." example:"2025-01-31T08:30:00Z"`
	EndsAt     *time.Time `json:"ends_at" doc:"When an event ends, exclusive; null for other kinds. An all-day one's days are the user's." example:"2025-01-31T20:30:00Z"`
	Occurrence *string    `json:"occurrence" doc:"Which occurrence of a repeating event this is: its recurrence id." example:"2025-01-31T19:00:00"`
	CalendarID *int64     `json:"calendar_id" doc:"The calendar of an event." example:"1"`
	ProjectID  *int64     `json:"project_id" doc:"The project of a to-do or task." example:"3"`
	Years      *int       `json:"years" doc:"How many years a birthday or anniversary makes; null where the first is not known." example:"37"`
	Access     string     `json:"access" enum:"owner,read,write" doc:"What the user may do with it: all, or, where it lies in what somebody shares, only look, or change it too." example:"owner"`

	key string // its place, as text that sorts
}

// Say fills in what the caller may do with it.
func (i *Item) Say(c caller.Caller) {
	var s caller.Share
	switch {
	case i.CalendarID != nil:
		s = c.Share(caller.Calendars, *i.CalendarID)
	case i.Kind == "task" && i.ProjectID != nil:
		s = c.Share(caller.Projects, *i.ProjectID)
	}
	if i.Access = s.Access; i.Access == "" {
		i.Access = caller.Owner
	}
}

// place is where an item sorts: by day, then what has no time of day, then by
// instant, then by kind and id. at is in microseconds; an all-day event's is its
// first midnight, else 0 where there is no time of day.
func place(date string, timed bool, at int64, kind string, id int64, occurrence string) string {
	rank := "0"
	if timed {
		rank = "1"
	}
	const middle = 1 << 62 // moves numbers to where all have 19 digits
	return date + rank + strconv.FormatInt(at+middle, 10) + kind + " " + strconv.FormatInt(id+middle, 10) + " " + occurrence
}

// Upcoming answers a page of what some days bring: open to-dos and tasks,
// occurrences of events, active reminders, birthdays and anniversaries in one
// order. On days past that is what was left open on them. It answers Invalid for
// days that it does not show and for a cursor that it did not make for them.
func (s *Service) Upcoming(ctx context.Context, c caller.Caller, d Days, req page.Request) (page.Page[Item], error) {
	none := page.Page[Item]{}
	first, err := d.check(clock.Today(s.clock, c.Location()))
	if err != nil {
		return none, err
	}
	after, err := page.Decode(req.Cursor, "upcoming", 3)
	if err != nil {
		return none, err
	}
	days := d.N
	if days == 0 {
		n, found, err := db.One(ctx, s.db, db.Value[int64], "SELECT upcoming_days FROM settings WHERE user_id = $1", c.UserID)
		if days = int(n); err != nil || !found {
			return none, err
		}
	}
	w := window{zone: c.Location(), first: first}
	w.end = w.first.AddDays(days)
	w.from = w.first
	seen := ""
	if after != nil {
		// The window is the one of the first page, also after midnight.
		if w.first, err = clock.ParseDate(after.Values[0]); err == nil {
			w.from, err = clock.ParseDate(after.Values[1])
		}
		if err != nil || d.From != "" && w.first != first || w.from.Before(w.first) || w.first.DaysUntil(w.from) >= days {
			return none, fault.BadField("cursor", "format", "is not a cursor of this list; leave it out to start from the beginning")
		}
		w.end, seen = w.first.AddDays(days), after.Values[2]
	}
	// A page begins with the day of its cursor. Where more of that day has been
	// seen than a page holds, it is read again, and further.
	for limit := req.Size() + 1; ; limit *= 2 {
		items, all, err := s.read(ctx, c, w, limit)
		if err != nil {
			return none, err
		}
		items = slices.DeleteFunc(items, func(i Item) bool { return i.key <= seen })
		if all || len(items) > req.Size() || limit > maxRead {
			return page.Cut(items, req.Size(), func(i Item) page.Key {
				return page.Key{Sort: "upcoming", Values: []string{w.first.String(), i.Date, i.key}}
			}), nil
		}
	}
}

// maxRead bounds how much of one kind is read for a page: where a single day
// holds more than that, the rest of it is not shown.
const maxRead = 20_000

// window is the days asked for, read from one of them on.
type window struct {
	first, from, end clock.Date // the end is exclusive
	zone             *time.Location
}

// source is what one kind has in the window; where there is more, it does not
// sort before next.
type source struct {
	items []Item
	more  bool
	next  string
}

// read merges the first of each kind, as far as they are known to be complete;
// all says that nothing is left.
func (s *Service) read(ctx context.Context, c caller.Caller, w window, limit int) (items []Item, all bool, err error) {
	sources, err := s.sources(ctx, c, w, limit)
	if err != nil {
		return nil, false, err
	}
	until, all := "", true
	for _, src := range sources {
		items = append(items, src.items...)
		if src.more && (all || src.next < until) {
			until, all = src.next, false
		}
	}
	if !all {
		items = slices.DeleteFunc(items, func(i Item) bool { return i.key > until })
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.key, b.key) })
	return items, all, nil
}

const taskRow = "id, title, due_date, '', '', CAST(NULL AS BIGINT), project_id, 0, 0"

// $2 is the first day and $3 the end, exclusive; $4 and $5 are the same as
// instants; $6 to $9 are the ranges of birthdays; $10 is how many of each.
var upcomingSQL = strings.Join([]string{
	part("todo", "id, title, due_date, due_time, '', CAST(NULL AS BIGINT), project_id, 0, 0", openTodos+"due_key >= $2 AND due_key < $3", "due_key, id", "$10"),
	part("task", taskRow,
		"project_tasks WHERE user_id = $1 AND status <> 'done' AND due_key >= $2 AND due_key < $3", "due_key, id", "$10"),
	part("reminder", "id, title, '', '', '', due_at, CAST(NULL AS BIGINT), 0, 0", ringing+"due_at >= $4 AND due_at < $5", "due_at, id", "$10"),
	yearlyPart("birthday", "$3", "$6", "$7", "$10"), yearlyPart("birthday", "$3", "$8", "$9", "$10"),
	yearlyPart("anniversary", "$3", "$6", "$7", "$10"), yearlyPart("anniversary", "$3", "$8", "$9", "$10"),
}, "\nUNION ALL\n")

func (s *Service) sources(ctx context.Context, c caller.Caller, w window, limit int) ([]source, error) {
	from, end := w.from.Start(w.zone), w.end.Start(w.zone)
	y := yearlyOf(w.from, w.end)
	query, args := sharedParts(c, upcomingSQL, []any{c.UserID, w.from.String(), w.end.String(), clock.Micros(from), clock.Micros(end),
		y[0].low, y[0].high, y[1].low, y[1].high, limit}, "task", taskRow,
		"project_tasks WHERE user_id = %s AND project_id = %s AND status <> 'done' AND due_key >= $2 AND due_key < $3", "due_key, id", "$10")
	rows, err := db.Query(ctx, s.db, scanRow, query, args...)
	if err != nil {
		return nil, err
	}
	byKind := map[string][]Item{}
	for _, r := range rows {
		byKind[r.section] = append(byKind[r.section], w.items(r)...)
	}
	var out []source
	for _, items := range byKind {
		slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.key, b.key) })
		src := source{items: items}
		if src.more = len(items) >= limit; src.more { // birthdays are read in two parts
			src.items = items[:limit]
			src.next = items[limit-1].key
		}
		out = append(out, src)
	}
	events, more, err := s.events.Between(ctx, c, from, end, limit)
	if err != nil {
		return nil, err
	}
	return append(out, w.events(events, more)), nil
}

// items is the item of a row; none where its day is no day.
func (w window) items(r row) []Item {
	i := Item{Kind: r.section, ID: r.id, Title: r.title, Date: r.day, AllDay: true, ProjectID: r.ref}
	switch {
	case r.section == "birthday" || r.section == "anniversary":
		day, years, ok := keptOn(r.text, w.from)
		if !ok {
			return nil
		}
		i.Date, i.Years = day.String(), years
	case r.at != nil:
		at := clock.FromMicros(*r.at)
		i.At, i.AllDay, i.Date = &at, false, clock.DateOf(at.In(w.zone)).String()
	case r.time != "":
		if l, err := recur.ParseLocal(r.day + "T" + r.time + ":00"); err == nil {
			at := l.In(w.zone).UTC()
			i.At, i.AllDay = &at, false
		}
	}
	at := int64(0)
	if i.At != nil {
		at = clock.Micros(*i.At)
	}
	i.key = place(i.Date, !i.AllDay, at, i.Kind, i.ID, "")
	return []Item{i}
}

func (w window) events(found []Event, more bool) source {
	src := source{more: more}
	for _, e := range found {
		starts, ends := e.StartsAt.UTC(), e.EndsAt.UTC()
		i := Item{Kind: "event", ID: e.ID, Title: e.Title, Date: w.day(e.StartsAt), AllDay: e.AllDay, EndsAt: &ends, Occurrence: e.Occurrence, CalendarID: &e.CalendarID}
		if !e.AllDay {
			i.At = &starts
		}
		occurrence := ""
		if e.Occurrence != nil {
			occurrence = *e.Occurrence
		}
		i.key = place(i.Date, !e.AllDay, clock.Micros(starts), i.Kind, i.ID, occurrence)
		src.items = append(src.items, i)
		// What follows begins at that instant or later, and may be all-day
		// where that is no later than its day does.
		day, err := clock.ParseDate(i.Date)
		src.next = place(i.Date, err == nil && starts.After(day.Start(w.zone)), clock.Micros(starts), "", 0, "")
	}
	return src
}

// day is the day of an instant, or the first that was asked for.
func (w window) day(t time.Time) string {
	d := clock.DateOf(t.In(w.zone))
	if d.Before(w.first) {
		d = w.first
	}
	return d.String()
}
