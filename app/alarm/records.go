package alarm

import (
	"context"
	"strconv"
	"strings"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/recur"
)

// source is where records of some kinds come from.
type source struct {
	kinds []string // what its records ring as
	table string   // of the journal's kind
	load  func(s *Service, ctx context.Context, u user, ids []int64, after int64, limit int) ([]kindRecord, error)
}

type kindRecord struct {
	kind string
	Record
}

// sources by the journal's kind.
var sources = map[string]source{
	"todo":     {[]string{Todo}, "todos", (*Service).todos},
	"event":    {[]string{Event}, "calendar_events", (*Service).events},
	"reminder": {[]string{Reminder}, "reminders", (*Service).reminders},
	"person":   {[]string{Birthday, Anniversary, Contact}, "people", (*Service).people},
	"settings": {[]string{Digest}, "settings", (*Service).digests},
}

// chosen is WHERE for records by their ids or, without them, for the first after one.
func chosen(userID int64, ids []int64, after int64, cond string) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID)
	if ids == nil {
		return w.And("id > ?", after).And(cond)
	}
	return db.In(w, "id", ids)
}

func read[T any](ctx context.Context, d *db.DB, scan func(db.Scanner) (T, error), columns, table string, w *db.Where, limit int) ([]T, error) {
	return db.Query(ctx, d, scan, "SELECT "+columns+" FROM "+table+w.Text()+" ORDER BY id LIMIT "+strconv.Itoa(limit), w.Args()...)
}

// todos ring by their reminders: offsets from the due time, or, where there is
// only a day, from its beginning on the user's clock.
func (s *Service) todos(ctx context.Context, u user, ids []int64, after int64, limit int) ([]kindRecord, error) {
	return read(ctx, s.DB, func(r db.Scanner) (kindRecord, error) {
		var rec Record
		var date, clockTime, reminders string
		var done bool
		var priority, updated int64
		if err := r.Scan(&rec.ID, &rec.Title, &date, &clockTime, &reminders, &done, &priority, &updated); err != nil {
			return kindRecord{}, err
		}
		rec.Updated, rec.High = clock.FromMicros(updated), priority == 3
		if done {
			rec.Rests = never
			return kindRecord{Todo, rec}, nil
		}
		var err error
		rec.Rules, err = db.Strings(reminders)
		rec.Next = func(rule string, after time.Time) (Ring, bool) { return todoRing(u, date, clockTime, rule, after) }
		return kindRecord{Todo, rec}, err
	}, "id, title, due_date, due_time, reminders, completed, priority, updated_at", "todos",
		chosen(u.UserID, ids, after, "completed = FALSE AND reminders <> '[]'"), limit)
}

func todoRing(u user, date, clockTime, rule string, after time.Time) (Ring, bool) {
	text := date
	if date != "" && clockTime != "" {
		text += "T" + clockTime + ":00"
	}
	start, startErr := recur.ParseLocal(text)
	r := Ring{AllDay: clockTime == "", Mark: text}
	if at, err := time.Parse(time.RFC3339, rule); err == nil {
		r.At, r.About, r.Mark = at, at, "at"
		if startErr == nil {
			r.About = start.In(u.Location())
		}
		return r, at.After(after)
	}
	offset, err := recur.ParseOffset(rule)
	if err != nil || startErr != nil {
		return Ring{}, false
	}
	r.At, r.About = offset.From(start, u.Location(), clockTime == ""), start.In(u.Location())
	return r, r.At.After(after)
}

// events ring as their feature says.
func (s *Service) events(ctx context.Context, u user, ids []int64, after int64, limit int) ([]kindRecord, error) {
	all, err := s.Events.Ringing(ctx, u.Caller, ids, after, limit)
	out := make([]kindRecord, len(all))
	for i, r := range all {
		out[i] = kindRecord{Event, r}
	}
	return out, err
}

// The rules of what has only one alarm.
const (
	ruleDue    = "due"
	ruleSnooze = "snooze" // a reminder's own
	ruleAgain  = "again"  // a snooze of something that has none of its own
	ruleDay    = "day"
)

// never is later than anything.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// reminders ring at their time, on each occurrence of their rule, and when a
// snooze ends.
func (s *Service) reminders(ctx context.Context, u user, ids []int64, after int64, limit int) ([]kindRecord, error) {
	return read(ctx, s.DB, func(r db.Scanner) (kindRecord, error) {
		var rec Record
		var at, due, updated, insist int64
		var snoozed *int64
		var local, zone, rule string
		var active, dismissed bool
		if err := r.Scan(&rec.ID, &rec.Title, &rec.Body, &at, &local, &zone, &rule, &active, &dismissed, &snoozed, &due, &insist, &updated); err != nil {
			return kindRecord{}, err
		}
		rec.Updated, rec.Insist = clock.FromMicros(updated), time.Duration(insist)*time.Minute
		rec.Rests = clock.FromMicros(due) // once it is dismissed or snoozed it is due later
		if !active || dismissed {
			rec.Rests = never
			return kindRecord{Reminder, rec}, nil
		}
		rec.Rules = []string{ruleDue}
		if snoozed != nil {
			rec.Rules = append(rec.Rules, ruleSnooze)
		}
		series := seriesOf(local, zone, rule)
		rec.Next = func(which string, after time.Time) (Ring, bool) {
			when := clock.FromMicros(at)
			switch {
			case which == ruleSnooze && snoozed != nil:
				when = clock.FromMicros(*snoozed)
			case !when.After(after) && series != nil:
				o, ok := series.After(after, nil)
				if !ok {
					return Ring{}, false
				}
				when = o.Start.UTC()
			}
			return Ring{At: when, About: when, Mark: when.Format(time.RFC3339)}, when.After(after)
		}
		return kindRecord{Reminder, rec}, nil
	}, "id, title, description, remind_at, remind_local, time_zone, recurrence_rule, active, dismissed, snoozed_until, due_at, insist_minutes, updated_at", "reminders",
		chosen(u.UserID, ids, after, "active = TRUE AND dismissed = FALSE"), limit)
}

// seriesOf is how a reminder repeats; nil where it does not.
func seriesOf(local, zone, rule string) *recur.Series {
	parsed, err := recur.Parse(rule)
	start, startErr := recur.ParseLocal(local)
	z, zoneErr := clock.Zone(zone)
	if rule == "" || err != nil || startErr != nil || zoneErr != nil {
		return nil
	}
	return &recur.Series{Start: start, Zone: z, Rule: &parsed}
}

// people ring on birthdays and anniversaries, and when it is time to get in
// touch, at the user's hour for what has none.
func (s *Service) people(ctx context.Context, u user, ids []int64, after int64, limit int) ([]kindRecord, error) {
	type row struct {
		Record
		birthday, anniversary string
		contact               *int64
	}
	rows, err := read(ctx, s.DB, func(r db.Scanner) (p row, err error) {
		var updated int64
		err = r.Scan(&p.ID, &p.Title, &p.birthday, &p.anniversary, &p.contact, &updated)
		p.Updated = clock.FromMicros(updated)
		return p, err
	}, "id, display_name, birthday, anniversary, contact_due_at, updated_at", "people",
		chosen(u.UserID, ids, after, "(birthday_day <> '' OR anniversary_day <> '' OR contact_due_at IS NOT NULL)"), limit)
	var out []kindRecord
	for _, p := range rows {
		for _, day := range []struct{ kind, text string }{{Birthday, p.birthday}, {Anniversary, p.anniversary}} {
			rec := p.Record
			if day.text != "" {
				rec.Rules = []string{ruleDay}
				rec.Next = func(_ string, after time.Time) (Ring, bool) { return u.yearly(day.text, after) }
			}
			out = append(out, kindRecord{day.kind, rec})
		}
		rec := p.Record
		rec.Rests = never
		if p.contact != nil {
			since := clock.FromMicros(*p.contact)
			rec.Rests = since
			rec.Rules = []string{ruleDay}
			rec.Next = func(_ string, after time.Time) (Ring, bool) {
				at := u.at(clock.DateOf(since.In(u.Location())), u.dayTime)
				if at.Before(since) {
					at = u.at(clock.DateOf(since.In(u.Location())).AddDays(1), u.dayTime)
				}
				return Ring{At: at, About: since, Mark: since.Format(time.RFC3339), AllDay: true}, at.After(after)
			}
		}
		out = append(out, kindRecord{Contact, rec})
	}
	return out, err
}

// yearly is the next time a day of the year (YYYY-MM-DD or --MM-DD) comes round,
// from the year it began in on; 29 February is the 28th in years without it.
func (u user) yearly(text string, after time.Time) (Ring, bool) {
	year, rest, _ := strings.Cut(text, "-")
	md, err := clock.ParseDate("2000-" + strings.TrimPrefix(rest, "-"))
	if err != nil {
		return Ring{}, false
	}
	began, _ := strconv.Atoi(year) // 0 where it is not known
	first := max(after.In(u.Location()).Year()-1, began)
	for y := first; y <= first+3; y++ {
		d := clock.Date{Year: y, Month: md.Month, Day: md.Day}
		if _, err := clock.ParseDate(d.String()); err != nil {
			d.Day = 28
		}
		if at := u.at(d, u.dayTime); at.After(after) {
			return Ring{At: at, About: d.Start(u.Location()), Mark: d.String(), AllDay: true}, true
		}
	}
	return Ring{}, false
}

// digests is the summary of the day, once a day where it is wanted.
func (s *Service) digests(_ context.Context, u user, ids []int64, after int64, _ int) ([]kindRecord, error) {
	if ids == nil && after >= u.UserID {
		return nil, nil
	}
	rec := Record{ID: u.UserID, Updated: u.set}
	if u.digest {
		rec.Rules = []string{ruleDay}
		rec.Next = func(_ string, after time.Time) (Ring, bool) {
			d := clock.DateOf(after.In(u.Location())).AddDays(-1)
			for range 4 {
				if at := u.at(d, u.dayTime); at.After(after) {
					return Ring{At: at, About: d.Start(u.Location()), Mark: d.String(), AllDay: true}, true
				}
				d = d.AddDays(1)
			}
			return Ring{}, false
		}
	}
	return []kindRecord{{Digest, rec}}, nil
}
