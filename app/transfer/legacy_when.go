package transfer

import (
	"time"

	"umbra/app/clock"
)

// when is a moment that may be spread over two columns, a date and a time of day.
type when struct {
	column string
	whole  *moment // a date and a time in one
	day    *moment
	clock  *time.Time
}

// whenPart reads a column of it.
func whenPart(field string) take {
	return func(r *record, column string, v any) error {
		w := r.when[field]
		w.column = column
		m, err := parseMoment(v)
		switch {
		case err == nil && m.date:
			w.day = &m
		case err == nil:
			w.whole = &m
		default:
			t, e := time.Parse("15:04:05.999999", asText(v))
			if e != nil {
				if t, e = time.Parse("15:04", asText(v)); e != nil {
					return err
				}
			}
			w.clock = &t
		}
		r.when[field] = w
		return nil
	}
}

func (w when) moment() (moment, bool) {
	switch {
	case w.whole != nil:
		return *w.whole, true
	case w.day != nil && w.clock != nil:
		m := moment{local: w.day.local}
		m.local = m.local.Add(time.Duration(w.clock.Hour())*time.Hour + time.Duration(w.clock.Minute())*time.Minute + time.Duration(w.clock.Second())*time.Second)
		return m, true
	case w.day != nil:
		return *w.day, true
	}
	return moment{}, false
}

// finishReminder gives a reminder its moment; a bare date reminds at nine.
func finishReminder(r *record) {
	w := r.when["remind_at"]
	m, ok := w.moment()
	if !ok {
		return
	}
	if m.date {
		m = moment{local: m.local.Add(9 * time.Hour)}
		r.note(w.column, "has no time of day: 9 o'clock was taken")
	}
	r.set("remind_at", w.column, m.in(r.naive()).UTC().Format(time.RFC3339))
}

// finishEvent gives an event its times: what the clock showed, in its zone.
func finishEvent(r *record) {
	start, ok := r.when["start"].moment()
	if !ok {
		return
	}
	end, hasEnd := r.when["end"].moment()
	if !hasEnd && r.when["end"].clock != nil { // an end on the same day
		w := r.when["start"]
		y, mo, d := start.shown(r).Date()
		day := moment{local: time.Date(y, mo, d, 0, 0, 0, 0, time.UTC), date: true}
		end, hasEnd = when{column: w.column, day: &day, clock: r.when["end"].clock}.moment()
	}
	allDay, said := r.fields["all_day"].(bool)
	if !said && start.date {
		allDay = true
	}
	if allDay {
		r.set("start", r.when["start"].column, start.shown(r).Format(clock.DateLayout))
		if hasEnd {
			r.set("end", r.when["end"].column, lastDay(start.shown(r), end.shown(r), end.date))
		}
		r.fields["all_day"] = true
		delete(r.fields, "time_zone") // a day is a day everywhere
		return
	}
	if r.fields["time_zone"] == nil {
		r.fields["time_zone"] = r.caller.Location().String()
	}
	r.set("start", r.when["start"].column, r.onClock(start))
	if hasEnd {
		r.set("end", r.when["end"].column, r.onClock(end))
	}
}

// onClock writes a moment as the API takes it.
func (r *record) onClock(m moment) string {
	if m.instant || r.im.NaiveUTC {
		return m.in(r.naive()).UTC().Format(time.RFC3339)
	}
	return m.local.Format(clock.LocalLayout)
}

// lastDay is the exclusive end of an all-day event. A date names its last day; a
// midnight is where it ends; any other time lies within its last day.
func lastDay(start, end time.Time, isDate bool) string {
	midnight := end.Format("15:04:05") == "00:00:00"
	if isDate || !midnight || !end.After(start) {
		end = end.AddDate(0, 0, 1)
	}
	return end.Format(clock.DateLayout)
}
