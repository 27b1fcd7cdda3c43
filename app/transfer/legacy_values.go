package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"umbra/app/clock"
)

// The ways to read a value. Each sets fields of the record, or says why it cannot.

// take reads one value that is not null.
type take func(r *record, column string, v any) error

// asText is a value as a person would write it.
func asText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func text(field string) take {
	return func(r *record, column string, v any) error {
		if s := asText(v); s != "" {
			r.set(field, column, s)
		}
		return nil
	}
}

// word reads one of some words, however it is written; others are not known.
func word(field string, words map[string]string) take {
	return func(r *record, column string, v any) error {
		s := strings.ToLower(strings.TrimSpace(asText(v)))
		s = s[strings.LastIndex(s, ".")+1:] // Python's "Priority.HIGH"
		s = strings.NewReplacer(" ", "_", "-", "_").Replace(s)
		if s == "" {
			return nil
		}
		w, ok := words[s]
		if !ok {
			return errors.New("this word has no counterpart here")
		}
		r.set(field, column, w)
		return nil
	}
}

// words makes the table of a word and those that mean the same: "done=completed,finished".
func words(groups ...string) map[string]string {
	out := map[string]string{}
	for _, g := range groups {
		w, same, _ := strings.Cut(g, "=")
		out[w] = w
		for _, s := range strings.Split(same, ",") {
			out[s] = w
		}
	}
	return out
}

func truth(v any) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(asText(v))) {
	case "true", "t", "yes", "y", "on", "1", "done", "completed", "complete", "finished", "closed":
		return true, nil
	case "false", "f", "no", "n", "off", "0", "", "todo", "open", "pending", "active", "not_started", "in_progress":
		return false, nil
	}
	return false, errors.New("is neither true nor false")
}

func flag(field string) take { return flagAs(field, true) }

func flagAs(field string, yes bool) take {
	return func(r *record, column string, v any) error {
		b, err := truth(v)
		if err == nil {
			r.set(field, column, b == yes)
		}
		return err
	}
}

func number(field string) take {
	return func(r *record, column string, v any) error {
		f, err := strconv.ParseFloat(strings.TrimSpace(asText(v)), 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return errors.New("is not a number")
		}
		r.set(field, column, f)
		return nil
	}
}

func whole(field string) take {
	return func(r *record, column string, v any) error {
		n, err := strconv.ParseInt(strings.TrimSpace(asText(v)), 10, 64)
		if err != nil {
			return errors.New("is not a whole number")
		}
		r.set(field, column, n)
		return nil
	}
}

// moment is a date or time as PostgreSQL, Python or a browser writes it.
type moment struct {
	local   time.Time // what the clock showed, in UTC
	at      time.Time // with instant
	instant bool      // it says where on earth
	date    bool      // it is a day
}

var naiveLayouts = []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04"}

func parseMoment(v any) (moment, error) {
	s := strings.TrimSpace(asText(v))
	if d, err := time.Parse(clock.DateLayout, s); err == nil {
		return moment{local: d, date: true}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999-07"} {
		if t, err := time.Parse(layout, s); err == nil {
			return moment{at: t, instant: true}, nil
		}
	}
	for _, layout := range naiveLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return moment{local: t}, nil
		}
	}
	return moment{}, errors.New("is no date or time that can be read")
}

// in is the instant, on a clock that hangs in zone where the value does not say.
func (m moment) in(zone *time.Location) time.Time {
	if m.instant {
		return m.at
	}
	y, mo, d := m.local.Date()
	return time.Date(y, mo, d, m.local.Hour(), m.local.Minute(), m.local.Second(), m.local.Nanosecond(), zone)
}

// shown is the moment as the user's clock shows it.
func (m moment) shown(r *record) time.Time {
	switch {
	case m.date:
		return m.local
	case m.instant:
		return m.at.In(r.caller.Location())
	}
	return m.in(r.naive()).In(r.caller.Location())
}

// day reads a date; of a time, the user's day.
func day(field string) take {
	return func(r *record, column string, v any) error {
		m, err := parseMoment(v)
		if err == nil {
			r.set(field, column, m.shown(r).Format(clock.DateLayout))
		}
		return err
	}
}

// due reads a date, or a date and time in one, which becomes two fields.
func due(r *record, column string, v any) error {
	m, err := parseMoment(v)
	if err != nil {
		return err
	}
	t := m.shown(r)
	r.set("due_date", column, t.Format(clock.DateLayout))
	if at := t.Format(clock.TimeLayout); !m.date && at != "00:00" {
		r.set("due_time", column, at)
	}
	return nil
}

// clockTime reads a time of day; seconds are left out.
func clockTime(field string) take {
	return func(r *record, column string, v any) error {
		s := strings.TrimSpace(asText(v))
		for _, layout := range []string{"15:04:05.999999", "15:04", "15:04:05.999999Z07", "15:04:05.999999Z07:00"} {
			if t, err := time.Parse(layout, s); err == nil {
				r.set(field, column, t.Format(clock.TimeLayout))
				return nil
			}
		}
		return errors.New("is no time of day")
	}
}

func instant(field string) take {
	return func(r *record, column string, v any) error {
		m, err := parseMoment(v)
		if err == nil {
			r.set(field, column, m.in(r.naive()).UTC().Format(time.RFC3339Nano))
		}
		return err
	}
}

// later is instant for what is over once it has passed.
func later(field string) take {
	return func(r *record, column string, v any) error {
		m, err := parseMoment(v)
		if err == nil && m.in(r.naive()).After(r.im.now) {
			return instant(field)(r, column, v)
		}
		return err
	}
}

// bookkeeping reads what the program itself noted: a time without a zone is UTC then.
func bookkeeping(set func(r *record, t time.Time)) take {
	return func(r *record, _ string, v any) error {
		m, err := parseMoment(v)
		if err != nil {
			return err
		}
		t := m.in(time.UTC)
		if t.Year() < 1970 || t.After(r.im.now.AddDate(1, 0, 0)) {
			return fmt.Errorf("cannot be when that was")
		}
		set(r, t)
		return nil
	}
}

// list reads a list of words: an array, its JSON as text, or text with commas.
func list(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case string:
		var out []any
		if json.Unmarshal([]byte(v), &out) == nil {
			return out
		}
		for _, s := range strings.Split(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
		return out
	}
	return []any{v}
}

func texts(field string) take {
	return func(r *record, column string, v any) error {
		var out []string
		for _, one := range list(v) {
			if m, ok := one.(map[string]any); ok && m["name"] != nil {
				one = m["name"]
			}
			out = append(out, asText(one))
		}
		if len(out) > 0 {
			r.set(field, column, out)
		}
		return nil
	}
}

// before reads so many minutes before something begins.
func before(r *record, column string, v any) error {
	var out []string
	for _, one := range list(v) {
		n, err := strconv.ParseInt(asText(one), 10, 64)
		if err != nil || n < 0 {
			return errors.New("is no number of minutes")
		}
		out = append(out, fmt.Sprintf("-PT%dM", n))
	}
	r.set("reminders", column, out)
	return nil
}

// rule reads an RFC 5545 rule, or one of the usual words.
func rule(r *record, column string, v any) error {
	s := strings.TrimSpace(asText(v))
	switch strings.ToLower(s) {
	case "", "none", "never", "no", "false":
		return nil
	case "weekdays":
		s = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
	case "biweekly", "fortnightly":
		s = "FREQ=WEEKLY;INTERVAL=2"
	case "quarterly":
		s = "FREQ=MONTHLY;INTERVAL=3"
	case "annually":
		s = "FREQ=YEARLY"
	case "daily", "weekly", "monthly", "yearly":
		s = "FREQ=" + strings.ToUpper(s)
	}
	r.set("recurrence_rule", column, strings.TrimPrefix(s, "RRULE:"))
	return nil
}
