// Package reminder keeps reminders.
package reminder

import (
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/fold"
	"umbra/app/opt"
	"umbra/app/recur"
)

// KindName is the kind as the journal and the API say it.
const KindName = "reminder"

// Reminder is one reminder. A dismissed one is never active.
type Reminder struct {
	ID             int64      `json:"id" doc:"Number of the reminder." example:"8"`
	UID            string     `json:"uid" doc:"Globally unique id (RFC 5545 UID)." example:"6a9d2c3e-8f4b-4a0e-9a53-0b1f7d0c9d11"`
	Title          string     `json:"title" doc:"What to be reminded of." example:"Take the bins out"`
	Description    string     `json:"description" doc:"More about it, in Markdown." example:"The blue one this week."`
	RemindAt       time.Time  `json:"remind_at" doc:"When it reminds; for a repeating one, next." example:"2025-01-31T18:00:00Z"`
	TimeZone       string     `json:"time_zone" doc:"The zone on whose clock it repeats (IANA name)." example:"Europe/Berlin"`
	RecurrenceRule string     `json:"recurrence_rule" doc:"How it repeats (RFC 5545 section 3.3.10, without RRULE:); empty when it does not." example:"FREQ=WEEKLY;BYDAY=TH"`
	RecurrenceText string     `json:"recurrence_text" doc:"The rule in plain words, in English, or German for users of that language; empty where it does not repeat." example:"every Saturday"`
	Active         bool       `json:"active" doc:"Whether it will remind." example:"true"`
	Dismissed      bool       `json:"dismissed" doc:"Whether it was dismissed for good." example:"false"`
	DismissedAt    *time.Time `json:"dismissed_at" doc:"When that was."`
	SnoozedUntil   *time.Time `json:"snoozed_until" doc:"When it reminds again after a snooze."`
	DueAt          time.Time  `json:"due_at" doc:"When it is due: snoozed_until, else remind_at." example:"2025-01-31T18:00:00Z"`
	InsistMinutes  int64      `json:"insist_minutes" doc:"How often it rings until it is answered: every so many minutes, 24 times at most; 0: once." example:"0"`
	TodoID         *int64     `json:"todo_id" doc:"The to-do it is about."`
	EventID        *int64     `json:"event_id" doc:"The event it is about."`
	PersonID       *int64     `json:"person_id" doc:"The person it is about."`
	LocationID     *int64     `json:"location_id" doc:"The place it is about."`
	CreatedAt      time.Time  `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt      time.Time  `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`

	Rev int64 `json:"-"` // the journal number of its last change
	// Local is the wall clock of the occurrence that RemindAt stands for. Where
	// the zone skips that time the two differ, and the next counts from this one.
	Local string `json:"-"`
}

// Update holds the fields to change; those left out, and those that are given
// as they are, stay as they are.
type Update struct {
	Title          opt.Opt[string]    `json:"title,omitzero" nullable:"false" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"more than blanks" doc:"What to be reminded of." example:"Take the bins out"`
	Description    opt.Opt[string]    `json:"description,omitzero" maxLength:"100000" doc:"More about it, in Markdown." example:"The blue one this week."`
	RemindAt       opt.Opt[time.Time] `json:"remind_at,omitzero" nullable:"false" doc:"When it reminds, in whole seconds. A new time ends a snooze, and wakes a dismissed reminder." example:"2025-01-31T18:00:00+01:00"`
	TimeZone       opt.Opt[string]    `json:"time_zone,omitzero" maxLength:"64" doc:"The zone on whose clock it repeats: an IANA name; an older name and the one that Windows has become that. Null, or left out on creation: the user's." example:"Europe/Berlin"`
	RecurrenceRule opt.Opt[string]    `json:"recurrence_rule,omitzero" maxLength:"500" doc:"How it repeats (RFC 5545 section 3.3.10, without RRULE:). Null or empty: it does not." example:"FREQ=WEEKLY;BYDAY=TH"`
	Active         opt.Opt[bool]      `json:"active,omitzero" nullable:"false" doc:"False: it keeps still until it is set again. True wakes a dismissed one." example:"true"`
	Dismissed      opt.Opt[bool]      `json:"dismissed,omitzero" nullable:"false" doc:"True ends it for good, a repeating one too (the dismiss operation moves that to its next time). False wakes it." example:"false"`
	SnoozedUntil   opt.Opt[time.Time] `json:"snoozed_until,omitzero" doc:"When it reminds again; in the future. It wakes the reminder. Null ends a snooze."`
	InsistMinutes  opt.Opt[int64]     `json:"insist_minutes,omitzero" minimum:"0" maximum:"1440" doc:"Ring again every so many minutes until it is answered, louder from the fourth time on, also in quiet hours. Null or 0: ring once." example:"10"`
	TodoID         opt.Opt[int64]     `json:"todo_id,omitzero" minimum:"1" doc:"The to-do it is about." example:"42"`
	EventID        opt.Opt[int64]     `json:"event_id,omitzero" minimum:"1" doc:"The event it is about." example:"12"`
	PersonID       opt.Opt[int64]     `json:"person_id,omitzero" minimum:"1" doc:"The person it is about." example:"5"`
	LocationID     opt.Opt[int64]     `json:"location_id,omitzero" minimum:"1" doc:"The place it is about." example:"2"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	Active     *bool
	Dismissed  *bool
	From       time.Time // of due_at; the moment itself counts
	To         time.Time // the moment itself does not
	TodoID     int64     // what it is about
	EventID    int64
	PersonID   int64
	LocationID int64
	Query      string
	Sort       string // due_at (default), created_at, updated_at; - before it turns it round
}

func (u Update) apply(r *Reminder) {
	u.Title.Into(&r.Title)
	u.Description.Into(&r.Description)
	u.RemindAt.Into(&r.RemindAt)
	u.TimeZone.Into(&r.TimeZone)
	u.RecurrenceRule.Into(&r.RecurrenceRule)
	u.Active.Into(&r.Active)
	u.Dismissed.Into(&r.Dismissed)
	u.SnoozedUntil.IntoPtr(&r.SnoozedUntil)
	u.InsistMinutes.Into(&r.InsistMinutes)
	u.TodoID.IntoPtr(&r.TodoID)
	u.EventID.IntoPtr(&r.EventID)
	u.PersonID.IntoPtr(&r.PersonID)
	u.LocationID.IntoPtr(&r.LocationID)
}

// tidy trims what people type by accident, and instants to what is kept.
func (r *Reminder) tidy(zone *time.Location) {
	r.Title = strings.TrimSpace(r.Title)
	r.RecurrenceRule = strings.TrimPrefix(strings.TrimSpace(r.RecurrenceRule), "RRULE:")
	if r.TimeZone == "" {
		r.TimeZone = zone.String()
	}
	r.RemindAt = r.RemindAt.UTC().Truncate(time.Second)
	if r.SnoozedUntil != nil {
		t := r.SnoozedUntil.UTC().Truncate(time.Second)
		r.SnoozedUntil = &t
	}
}

// settle makes the state follow from what has changed since was: what was
// changed itself stands, the rest gives way. activeGiven says that active was
// named, be it as it was.
func (r *Reminder) settle(was Reminder, activeGiven bool) {
	moved := !r.RemindAt.Equal(was.RemindAt)
	snoozed := !sameTime(r.SnoozedUntil, was.SnoozedUntil)
	turned, dismissed := r.Active != was.Active, r.Dismissed != was.Dismissed
	if moved && !snoozed {
		r.SnoozedUntil = nil
	}
	wake := moved || snoozed && r.SnoozedUntil != nil || turned && r.Active || dismissed && !r.Dismissed
	if wake && !dismissed {
		r.Dismissed = false
	}
	switch {
	case turned:
	case r.Dismissed:
		r.Active = false
	case activeGiven && !moved:
	case was.Dismissed, snoozed && r.SnoozedUntil != nil:
		r.Active = true
	}
	if r.Dismissed && !snoozed {
		r.SnoozedUntil = nil
	}
}

// validate says every field at fault.
func (r *Reminder) validate(was Reminder, now time.Time) error {
	var c check.Check
	c.Title("title", r.Title)
	c.Text("description", r.Description, check.MaxText)
	if r.RemindAt.IsZero() {
		c.Add("remind_at", "required", "must be given")
	} else {
		c.Instant("remind_at", r.RemindAt)
	}
	c.Zone("time_zone", &r.TimeZone)
	if r.RecurrenceRule != "" {
		if _, err := recur.Parse(r.RecurrenceRule); err != nil {
			c.Add("recurrence_rule", "format", err.Error())
		}
	}
	c.Range("insist_minutes", r.InsistMinutes, 0, maxInsist)
	if r.Active && r.Dismissed {
		c.Add("active", "conflict", "cannot be true together with dismissed")
	}
	if r.SnoozedUntil != nil && !sameTime(r.SnoozedUntil, was.SnoozedUntil) {
		checkSnooze(&c, "snoozed_until", *r.SnoozedUntil, now)
		if r.Dismissed {
			c.Add("snoozed_until", "conflict", "cannot be given together with dismissed")
		}
	}
	return c.Err()
}

// maxInsist is the most minutes from one ring to the next: a day.
const maxInsist = 24 * 60

func checkSnooze(c *check.Check, path string, t, now time.Time) {
	if !t.After(now) {
		c.Add(path, "future", "must lie in the future")
		return
	}
	c.Instant(path, t)
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// Say fills in the words for its rule.
func (r *Reminder) Say(c caller.Caller) {
	rule, err := recur.Parse(r.RecurrenceRule)
	if err != nil {
		return
	}
	zone, err := clock.Zone(r.TimeZone)
	if err != nil {
		zone = c.Location()
	}
	r.RecurrenceText = rule.Say(c.Language, recur.LocalOf(r.RemindAt, zone), zone)
}

func (r *Reminder) search() string { return fold.Join(r.Title, r.Description) }

func (r *Reminder) due() time.Time {
	if r.SnoozedUntil != nil {
		return *r.SnoozedUntil
	}
	return r.RemindAt
}
