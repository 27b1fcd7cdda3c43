// Package template keeps event templates: what the events that are made again
// and again have in common.
package template

import (
	"slices"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/fold"
	"umbra/app/opt"
	"umbra/app/recur"
)

// KindName is the kind as the journal and the API say it.
const KindName = "event_template"

// What a template may hold.
const (
	maxPeople = 100
	// MaxMinutes bounds a duration: ten years.
	MaxMinutes = 10 * 366 * 24 * 60
	dayMinutes = 24 * 60
)

var statuses = []string{"confirmed", "tentative", "cancelled"}

// Template is what an event is made from.
type Template struct {
	ID              int64     `json:"id" doc:"Number of the template." example:"3"`
	UID             string    `json:"uid" doc:"Globally unique id." example:"0f7d1c52-4c6b-4f43-9a3e-0d9d3f1f7a11"`
	Name            string    `json:"name" doc:"What the template is called." example:"Choir rehearsal"`
	CalendarID      *int64    `json:"calendar_id" doc:"The calendar its events go to; null for the default one."`
	Title           string    `json:"title" doc:"What its events are called; empty: as the template." example:"Choir"`
	Description     string    `json:"description" doc:"More about them, in Markdown." example:"Bring the scores."`
	StartTime       *string   `json:"start_time" doc:"When they begin, HH:MM, where only a date is given." example:"19:00"`
	DurationMinutes int64     `json:"duration_minutes" doc:"How long they last, in minutes; all-day ones last whole days." example:"90"`
	AllDay          bool      `json:"all_day" doc:"Whether they take whole days." example:"false"`
	TimeZone        *string   `json:"time_zone" doc:"The zone they are in (IANA name); null for the user's." example:"Europe/Berlin"`
	LocationID      *int64    `json:"location_id" doc:"The place they are at."`
	Location        string    `json:"location" doc:"Where they are, as free text." example:"Town hall"`
	PersonIDs       []int64   `json:"person_ids" doc:"The people they are with, ascending." example:"[5]"`
	Color           string    `json:"color" doc:"Their colour, #rrggbb; empty for their calendar's." example:"#3366cc"`
	Starred         bool      `json:"starred" doc:"Whether they are marked as important." example:"false"`
	RecurrenceRule  string    `json:"recurrence_rule" doc:"How they repeat (RFC 5545 section 3.3.10, without RRULE:); empty when they do not." example:"FREQ=WEEKLY;COUNT=10"`
	RecurrenceText  string    `json:"recurrence_text" doc:"The rule in plain words, in English, or German for users of that language; empty where they do not repeat." example:"every week, 10 times"`
	Reminders       []string  `json:"reminders" doc:"When to remind: offsets from the start (-PT30M) or instants." example:"[\"-PT30M\"]"`
	Status          string    `json:"status" enum:"confirmed,tentative,cancelled" doc:"Whether they take place." example:"confirmed"`
	URL             string    `json:"url" doc:"A page about them." example:"https://example.org/choir"`
	CreatedAt       time.Time `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt       time.Time `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`

	Rev int64 `json:"-"` // the journal number of its last change
}

// Update holds the fields to change; those left out stay as they are.
type Update struct {
	Name            opt.Opt[string]   `json:"name,omitzero" nullable:"false" minLength:"1" maxLength:"200" pattern:"\\S" patternDescription:"more than blanks" doc:"What the template is called." example:"Choir rehearsal"`
	CalendarID      opt.Opt[int64]    `json:"calendar_id,omitzero" minimum:"1" maximum:"9007199254740991" doc:"The calendar its events go to. Null: the default one." example:"1"`
	Title           opt.Opt[string]   `json:"title,omitzero" maxLength:"500" doc:"What its events are called. Null or empty: as the template." example:"Choir"`
	Description     opt.Opt[string]   `json:"description,omitzero" maxLength:"100000" doc:"More about them, in Markdown." example:"Bring the scores."`
	StartTime       opt.Opt[string]   `json:"start_time,omitzero" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"a time of day like 09:30" doc:"When they begin, HH:MM, where only a date is given." example:"19:00"`
	DurationMinutes opt.Opt[int64]    `json:"duration_minutes,omitzero" nullable:"false" minimum:"0" maximum:"5270400" doc:"How long they last, in minutes; all-day ones last whole days, at least one. Left out on creation: an hour, or a day." example:"90"`
	AllDay          opt.Opt[bool]     `json:"all_day,omitzero" nullable:"false" doc:"Whether they take whole days." example:"false"`
	TimeZone        opt.Opt[string]   `json:"time_zone,omitzero" maxLength:"64" doc:"The zone they are in: an IANA name; an older name and the one that Windows has become that. Null: the user's." example:"Europe/Berlin"`
	LocationID      opt.Opt[int64]    `json:"location_id,omitzero" minimum:"1" maximum:"9007199254740991" doc:"The place they are at." example:"2"`
	Location        opt.Opt[string]   `json:"location,omitzero" maxLength:"500" doc:"Where they are, as free text." example:"Town hall"`
	PersonIDs       opt.Opt[[]int64]  `json:"person_ids,omitzero" nullable:"true" maxItems:"100" doc:"The people they are with." example:"[5]"`
	Color           opt.Opt[string]   `json:"color,omitzero" pattern:"^(#[0-9a-fA-F]{6})?$" patternDescription:"a colour like #3366cc" doc:"Their colour, #rrggbb. Null or empty: their calendar's." example:"#3366cc"`
	Starred         opt.Opt[bool]     `json:"starred,omitzero" nullable:"false" doc:"Whether they are marked as important." example:"false"`
	RecurrenceRule  opt.Opt[string]   `json:"recurrence_rule,omitzero" maxLength:"2000" doc:"How they repeat (RFC 5545 section 3.3.10, with or without RRULE:). Null or empty: they do not." example:"FREQ=WEEKLY;COUNT=10"`
	Reminders       opt.Opt[[]string] `json:"reminders,omitzero" nullable:"true" maxItems:"20" doc:"When to remind: offsets from the start (-PT30M) or instants." example:"[\"-PT30M\"]"`
	Status          opt.Opt[string]   `json:"status,omitzero" nullable:"false" enum:"confirmed,tentative,cancelled" doc:"Whether they take place." example:"confirmed"`
	URL             opt.Opt[string]   `json:"url,omitzero" maxLength:"2000" doc:"A page about them (http or https)." example:"https://example.org/choir"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	Query string
	Sort  string // name (default), created_at, updated_at; - before it turns it round
}

func (u Update) apply(t *Template) {
	allDay := t.AllDay
	u.Name.Into(&t.Name)
	u.CalendarID.IntoPtr(&t.CalendarID)
	u.Title.Into(&t.Title)
	u.Description.Into(&t.Description)
	u.StartTime.IntoPtr(&t.StartTime)
	u.AllDay.Into(&t.AllDay)
	if t.AllDay && !allDay {
		t.DurationMinutes = max(t.DurationMinutes, dayMinutes)
	}
	u.DurationMinutes.Into(&t.DurationMinutes)
	u.TimeZone.IntoPtr(&t.TimeZone)
	u.LocationID.IntoPtr(&t.LocationID)
	u.Location.Into(&t.Location)
	u.PersonIDs.Into(&t.PersonIDs)
	u.Color.Into(&t.Color)
	u.Starred.Into(&t.Starred)
	u.RecurrenceRule.Into(&t.RecurrenceRule)
	u.Reminders.Into(&t.Reminders)
	u.Status.Into(&t.Status)
	u.URL.Into(&t.URL)
	t.tidy()
}

// tidy trims what people type by accident and makes lists lists.
func (t *Template) tidy() {
	t.Name, t.Title = strings.TrimSpace(t.Name), strings.TrimSpace(t.Title)
	t.Location, t.URL = strings.TrimSpace(t.Location), strings.TrimSpace(t.URL)
	t.RecurrenceRule = strings.TrimSpace(t.RecurrenceRule)
	if t.TimeZone != nil && *t.TimeZone == "" {
		t.TimeZone = nil
	}
	if t.AllDay { // whole days
		t.DurationMinutes = max((t.DurationMinutes+dayMinutes-1)/dayMinutes, 1) * dayMinutes
	}
	people := slices.Clone(t.PersonIDs)
	slices.Sort(people)
	if t.PersonIDs = slices.Compact(people); t.PersonIDs == nil {
		t.PersonIDs = []int64{}
	}
	if t.Reminders == nil {
		t.Reminders = []string{}
	}
}

// validate says every field at fault, and writes the rule in its canonical form.
func (t *Template) validate() error {
	var c check.Check
	if t.Name == "" {
		c.Add("name", "required", "must not be empty")
	}
	c.Line("name", t.Name, check.MaxShort)
	c.Line("title", t.Title, check.MaxTitle)
	c.Text("description", t.Description, check.MaxText)
	if t.StartTime != nil {
		c.Time("start_time", *t.StartTime)
	}
	c.Range("duration_minutes", t.DurationMinutes, 0, MaxMinutes)
	if t.TimeZone != nil {
		zone := *t.TimeZone // not through the pointer: the one before has it too
		c.Zone("time_zone", &zone)
		t.TimeZone = &zone
	}
	c.Line("location", t.Location, check.MaxTitle)
	c.Count("person_ids", len(t.PersonIDs), maxPeople)
	c.Color("color", t.Color)
	if t.RecurrenceRule != "" {
		if rule, err := recur.Parse(t.RecurrenceRule); err != nil {
			c.Add("recurrence_rule", "format", err.Error())
		} else {
			t.RecurrenceRule = rule.String()
		}
	}
	c.Alarms("reminders", t.Reminders)
	c.OneOf("status", t.Status, statuses...)
	c.URL("url", t.URL)
	return c.Err()
}

// Say fills in the words for its rule, which has no start yet.
func (t *Template) Say(c caller.Caller) {
	if rule, err := recur.Parse(t.RecurrenceRule); err == nil {
		t.RecurrenceText = rule.Say(c.Language, recur.Local{}, c.Location())
	}
}

func (t *Template) search() string { return fold.Join(t.Name, t.Title, t.Description, t.Location) }
