// Package event keeps calendar events: single ones and series, with their
// exceptions and changed occurrences, and expands them within a window.
package event

import (
	"fmt"
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
const KindName = "event"

// What an event may hold.
const (
	maxPeople = 100
	maxDates  = 1000 // exceptions, added dates and changed occurrences, each
)

var statuses = []string{"confirmed", "tentative", "cancelled"}

// Event is one event or series, or, where Occurrence is set, one occurrence of it.
type Event struct {
	ID             int64     `json:"id" doc:"Number of the event." example:"42"`
	UID            string    `json:"uid" doc:"Globally unique id (RFC 5545 UID)." example:"6a9d2c3e-8f4b-4a0e-9a53-0b1f7d0c9d11"`
	CalendarID     int64     `json:"calendar_id" doc:"The calendar it lies in." example:"1"`
	Title          string    `json:"title" doc:"What it is called." example:"Choir"`
	Description    string    `json:"description" doc:"More about it, in Markdown." example:"Bring the **new** scores."`
	Start          string    `json:"start" doc:"When it begins: RFC 3339 with the offset in its zone; a local time where it is floating; a date where it is all-day." example:"2025-01-31T19:00:00+01:00"`
	End            string    `json:"end" doc:"When it ends, exclusive, in the form of start: an all-day event of one day ends on the next date." example:"2025-01-31T20:30:00+01:00"`
	AllDay         bool      `json:"all_day" doc:"Whether it takes whole days." example:"false"`
	TimeZone       *string   `json:"time_zone" doc:"The zone that its wall-clock time belongs to (IANA name); null where it is floating or all-day." example:"Europe/Berlin"`
	LocationID     *int64    `json:"location_id" doc:"The place it is at."`
	Location       string    `json:"location" doc:"Where it is, as free text." example:"Town hall, room 2"`
	PersonIDs      []int64   `json:"person_ids" doc:"The people it is with, ascending." example:"[5]"`
	Color          string    `json:"color" doc:"Its own colour, #rrggbb; empty for its calendar's." example:"#3366cc"`
	Starred        bool      `json:"starred" doc:"Whether it is marked as important." example:"false"`
	RecurrenceRule string    `json:"recurrence_rule" doc:"How it repeats (RFC 5545 section 3.3.10, without RRULE:); empty when it does not." example:"FREQ=WEEKLY;BYDAY=FR"`
	RecurrenceText string    `json:"recurrence_text" doc:"The rule in plain words, in English, or German for users of that language; empty where it does not repeat." example:"every Saturday"`
	RDates         []string  `json:"rdates" doc:"Occurrences added to the rule, as local starts." example:"[\"2025-02-02T19:00:00\"]"`
	Exceptions     []string  `json:"exceptions" doc:"Occurrences left out, by recurrence id." example:"[\"2025-02-07T19:00:00\"]"`
	Reminders      []string  `json:"reminders" doc:"When to remind: offsets from the start (-PT30M) or instants." example:"[\"-PT30M\"]"`
	Status         string    `json:"status" enum:"confirmed,tentative,cancelled" doc:"Whether it takes place." example:"confirmed"`
	URL            string    `json:"url" doc:"A page about it." example:"https://example.org/choir"`
	Occurrence     *string   `json:"occurrence" doc:"Which occurrence of the series this is: its recurrence id, the local start as the rule gives it. Null for the event itself, and for one that does not repeat." example:"2025-01-31T19:00:00"`
	CreatedAt      time.Time `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt      time.Time `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`
	Access         string    `json:"access" enum:"owner,read,write" doc:"What the user may do with it: all, or, where its calendar is shared with them or filled from an address, only look, or, shared, change it too." example:"owner"`

	Rev int64 `json:"-"` // the journal number of its last change
	// The instants of start and end; a floating one's in the caller's zone. Set
	// for occurrences alone.
	StartsAt time.Time `json:"-"`
	EndsAt   time.Time `json:"-"`

	fetched   bool // its calendar is filled from an address: nobody changes it here
	when      when
	overrides []override
	bounds    bounds
	parsed    parsed
}

// parsed is the recurrence rule of an event that is expanded again and again.
type parsed struct {
	text string
	rule *recur.Rule
}

// Update holds the fields to change; those left out stay as they are.
type Update struct {
	CalendarID     opt.Opt[int64]    `json:"calendar_id,omitzero" nullable:"false" minimum:"1" maximum:"9007199254740991" doc:"The calendar it lies in. Left out on creation: the default one." example:"1"`
	Title          opt.Opt[string]   `json:"title,omitzero" nullable:"false" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"more than blanks" doc:"What it is called." example:"Choir"`
	Description    opt.Opt[string]   `json:"description,omitzero" maxLength:"100000" doc:"More about it, in Markdown." example:"Bring the **new** scores."`
	Start          opt.Opt[string]   `json:"start,omitzero" nullable:"false" maxLength:"40" doc:"When it begins: an instant (RFC 3339 with offset; placed in time_zone, or in its zone so far, or in yours); a local time without offset (in time_zone, else floating); or a date (all-day). Whole seconds. Moving the start alone keeps the duration." example:"2025-01-31T19:00:00+01:00"`
	End            opt.Opt[string]   `json:"end,omitzero" maxLength:"40" doc:"When it ends, exclusive, in the same forms; an all-day event of one day ends on the next date. Left out on creation, or null: an hour after the start, or a day for an all-day event." example:"2025-01-31T20:30:00+01:00"`
	AllDay         opt.Opt[bool]     `json:"all_day,omitzero" nullable:"false" doc:"Whether it takes whole days; follows from the form of start when left out. True with a time of day takes that day." example:"false"`
	TimeZone       opt.Opt[string]   `json:"time_zone,omitzero" maxLength:"64" doc:"The zone that its wall-clock time belongs to: an IANA name; an older name and the one that Windows has become that. Changed alone, it keeps the wall-clock time. Null: floating. Not kept for all-day events." example:"Europe/Berlin"`
	LocationID     opt.Opt[int64]    `json:"location_id,omitzero" minimum:"1" maximum:"9007199254740991" doc:"The place it is at." example:"2"`
	Location       opt.Opt[string]   `json:"location,omitzero" maxLength:"500" doc:"Where it is, as free text." example:"Town hall, room 2"`
	PersonIDs      opt.Opt[[]int64]  `json:"person_ids,omitzero" nullable:"true" maxItems:"100" doc:"The people it is with." example:"[5]"`
	Color          opt.Opt[string]   `json:"color,omitzero" pattern:"^(#[0-9a-fA-F]{6})?$" patternDescription:"a colour like #3366cc" doc:"Its own colour, #rrggbb. Null or empty: its calendar's." example:"#3366cc"`
	Starred        opt.Opt[bool]     `json:"starred,omitzero" nullable:"false" doc:"Whether it is marked as important." example:"false"`
	RecurrenceRule opt.Opt[string]   `json:"recurrence_rule,omitzero" maxLength:"2000" doc:"How it repeats (RFC 5545 section 3.3.10, with or without RRULE:). Null or empty: it does not." example:"FREQ=WEEKLY;BYDAY=FR"`
	RDates         opt.Opt[[]string] `json:"rdates,omitzero" nullable:"true" maxItems:"1000" doc:"Occurrences to add to the rule, as local starts (dates where it is all-day)." example:"[\"2025-02-02T19:00:00\"]"`
	Exceptions     opt.Opt[[]string] `json:"exceptions,omitzero" nullable:"true" maxItems:"1000" doc:"Occurrences to leave out, by recurrence id; needs a recurrence." example:"[\"2025-02-07T19:00:00\"]"`
	Reminders      opt.Opt[[]string] `json:"reminders,omitzero" nullable:"true" maxItems:"20" doc:"When to remind: offsets from the start (-PT30M) or instants." example:"[\"-PT30M\"]"`
	Status         opt.Opt[string]   `json:"status,omitzero" nullable:"false" enum:"confirmed,tentative,cancelled" doc:"Whether it takes place." example:"confirmed"`
	URL            opt.Opt[string]   `json:"url,omitzero" maxLength:"2000" doc:"A page about it (http or https)." example:"https://example.org/choir"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	CalendarID int64
	PersonID   int64
	LocationID int64
	Starred    *bool
	Query      string // in the text of the event and of its changed occurrences
	// Start and End, both or neither, ask for the occurrences that touch that
	// time: instants, or local times and dates in the caller's zone.
	Start, End string
	Sort       string // start (default), title, created_at, updated_at; a window is by start
}

// apply sets the fields given, but for the times (when.go).
func (u Update) apply(e *Event) {
	u.CalendarID.Into(&e.CalendarID)
	u.Title.Into(&e.Title)
	u.Description.Into(&e.Description)
	u.LocationID.IntoPtr(&e.LocationID)
	u.Location.Into(&e.Location)
	u.PersonIDs.Into(&e.PersonIDs)
	u.Color.Into(&e.Color)
	u.Starred.Into(&e.Starred)
	u.RecurrenceRule.Into(&e.RecurrenceRule)
	u.Reminders.Into(&e.Reminders)
	u.Status.Into(&e.Status)
	u.URL.Into(&e.URL)
	e.tidy()
}

// tidy trims what people type by accident and makes lists lists.
func (e *Event) tidy() {
	e.Title = strings.TrimSpace(e.Title)
	e.Location = strings.TrimSpace(e.Location)
	e.URL = strings.TrimSpace(e.URL)
	e.RecurrenceRule = strings.TrimSpace(e.RecurrenceRule)
	people := slices.Clone(e.PersonIDs) // the one before must not be sorted under its image
	slices.Sort(people)
	if e.PersonIDs = slices.Compact(people); e.PersonIDs == nil {
		e.PersonIDs = []int64{}
	}
	for _, list := range []*[]string{&e.RDates, &e.Exceptions, &e.Reminders} {
		if *list == nil {
			*list = []string{}
		}
	}
}

// validate notes every field at fault, but for the times, and writes the rule
// in its canonical form.
func (e *Event) validate(c *check.Check) {
	c.Title("title", e.Title)
	c.Text("description", e.Description, check.MaxText)
	c.Line("location", e.Location, check.MaxTitle)
	c.Count("person_ids", len(e.PersonIDs), maxPeople)
	c.Color("color", e.Color)
	if rule, err := recur.Parse(e.RecurrenceRule); e.RecurrenceRule != "" && err != nil {
		c.Add("recurrence_rule", "format", err.Error())
	} else if e.RecurrenceRule != "" {
		e.RecurrenceRule = rule.String()
	}
	c.Alarms("reminders", e.Reminders)
	c.OneOf("status", e.Status, statuses...)
	c.URL("url", e.URL)
	if len(e.overrides) > maxDates {
		c.Add("occurrence", "too_many", fmt.Sprintf("there may be at most %d changed occurrences in a series", maxDates))
	}
	c.Count("exceptions", len(e.Exceptions), maxDates)
}

// Say fills in the words for its rule, and leaves out what is not for whom it is
// shared with.
func (e *Event) Say(c caller.Caller) {
	e.Access = caller.Owner
	if e.fetched {
		e.Access = caller.Read
	}
	if s := c.Share(caller.Calendars, e.CalendarID); s != (caller.Share{}) {
		e.LocationID, e.PersonIDs = nil, []int64{}
		if !e.fetched {
			e.Access = s.Access
		}
	}
	if rule, err := recur.Parse(e.RecurrenceRule); err == nil {
		e.RecurrenceText = rule.Say(c.Language, e.when.start, e.when.location(c.Location()))
	}
}

func (e *Event) search() string {
	parts := []string{e.Title, e.Description, e.Location}
	for _, o := range e.overrides {
		for _, s := range []*string{o.Title, o.Description, o.Location} {
			if s != nil {
				parts = append(parts, *s)
			}
		}
	}
	return fold.Join(parts...)
}
