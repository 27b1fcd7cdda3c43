// Package todo keeps to-dos.
package todo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/fold"
	"umbra/app/opt"
	"umbra/app/order"
	"umbra/app/recur"
)

// KindName is the kind as the journal and the API say it.
const KindName = "todo"

// Where the next to-do of a repeating one counts from.
const (
	FromDue        = "due"
	FromCompletion = "completion"
)

// Priorities in their order, as they are stored.
var priorities = []string{"none", "low", "medium", "high"}

// Todo is one to-do.
type Todo struct {
	ID             int64      `json:"id" doc:"Number of the to-do." example:"42"`
	UID            string     `json:"uid" doc:"Globally unique id (RFC 5545 UID)." example:"6a9d2c3e-8f4b-4a0e-9a53-0b1f7d0c9d11"`
	Title          string     `json:"title" doc:"What is to be done." example:"Water the plants"`
	Description    string     `json:"description" doc:"More about it, in Markdown." example:"The fern **twice**."`
	Priority       string     `json:"priority" enum:"none,low,medium,high" doc:"How important it is." example:"medium"`
	DueDate        *string    `json:"due_date" format:"date" doc:"The day it is due, YYYY-MM-DD." example:"2025-01-31"`
	DueTime        *string    `json:"due_time" doc:"The time of day it is due, HH:MM in the user's zone." example:"09:30"`
	Completed      bool       `json:"completed" doc:"Whether it is done." example:"false"`
	CompletedAt    *time.Time `json:"completed_at" doc:"When it was done."`
	Category       string     `json:"category" doc:"One word to group by." example:"home"`
	Tags           []string   `json:"tags" doc:"Words to find it by." example:"[\"plants\",\"weekly\"]"`
	RecurrenceRule string     `json:"recurrence_rule" doc:"How it repeats (RFC 5545 section 3.3.10, without RRULE:); empty when it does not." example:"FREQ=WEEKLY;BYDAY=SA"`
	RecurrenceText string     `json:"recurrence_text" doc:"The rule in plain words, in English, or German for users of that language; empty where it does not repeat." example:"every Saturday"`
	RepeatFrom     string     `json:"repeat_from" enum:"due,completion" doc:"Whether the next one counts from the due date or from when this one was done." example:"due"`
	ProjectID      *int64     `json:"project_id" doc:"The project it belongs to."`
	PersonID       *int64     `json:"person_id" doc:"The person it is about."`
	LocationID     *int64     `json:"location_id" doc:"The place it is done at."`
	ParentID       *int64     `json:"parent_id" doc:"The to-do it is a part of."`
	Position       int64      `json:"position" doc:"Its place in the user's own order; smaller comes first." example:"1024"`
	Reminders      []string   `json:"reminders" doc:"When to remind: offsets from the due time (-PT30M) or instants." example:"[\"-PT30M\"]"`
	CreatedAt      time.Time  `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt      time.Time  `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`

	Rev         int64  `json:"-"` // the journal number of its last change
	CompletedOn string `json:"-"` // the user's day on which it was done, for the counters
}

// Update holds the fields to change; those left out stay as they are.
type Update struct {
	Title          opt.Opt[string]   `json:"title,omitzero" nullable:"false" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"more than blanks" doc:"What is to be done." example:"Water the plants"`
	Description    opt.Opt[string]   `json:"description,omitzero" maxLength:"100000" doc:"More about it, in Markdown." example:"The fern **twice**."`
	Priority       opt.Opt[string]   `json:"priority,omitzero" nullable:"false" enum:"none,low,medium,high" doc:"How important it is." example:"medium"`
	DueDate        opt.Opt[string]   `json:"due_date,omitzero" format:"date" doc:"The day it is due, YYYY-MM-DD. Null clears it." example:"2025-01-31"`
	DueTime        opt.Opt[string]   `json:"due_time,omitzero" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"a time of day like 09:30" doc:"The time of day it is due, HH:MM in the user's zone; needs a due date." example:"09:30"`
	Completed      opt.Opt[bool]     `json:"completed,omitzero" nullable:"false" doc:"Whether it is done. Completing a repeating one makes the next." example:"false"`
	Category       opt.Opt[string]   `json:"category,omitzero" maxLength:"200" doc:"One word to group by." example:"home"`
	Tags           opt.Opt[[]string] `json:"tags,omitzero" nullable:"true" maxItems:"50" doc:"Words to find it by, each at most 100 characters." example:"[\"plants\",\"weekly\"]"`
	RecurrenceRule opt.Opt[string]   `json:"recurrence_rule,omitzero" maxLength:"500" doc:"How it repeats (RFC 5545 section 3.3.10, without RRULE:); needs a due date. Null or empty: it does not." example:"FREQ=WEEKLY;BYDAY=SA"`
	RepeatFrom     opt.Opt[string]   `json:"repeat_from,omitzero" nullable:"false" enum:"due,completion" doc:"Whether the next one counts from the due date or from when this one was done." example:"due"`
	ProjectID      opt.Opt[int64]    `json:"project_id,omitzero" minimum:"1" doc:"The project it belongs to." example:"3"`
	PersonID       opt.Opt[int64]    `json:"person_id,omitzero" minimum:"1" doc:"The person it is about." example:"5"`
	LocationID     opt.Opt[int64]    `json:"location_id,omitzero" minimum:"1" doc:"The place it is done at." example:"2"`
	ParentID       opt.Opt[int64]    `json:"parent_id,omitzero" minimum:"1" doc:"The to-do it is a part of." example:"41"`
	Position       opt.Opt[int64]    `json:"position,omitzero" nullable:"false" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Its place in the user's own order; smaller comes first. Left out on creation: last." example:"1024"`
	Reminders      opt.Opt[[]string] `json:"reminders,omitzero" nullable:"true" maxItems:"20" doc:"When to remind: offsets from the due time (-PT30M) or instants." example:"[\"-PT30M\"]"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	Completed  *bool
	Priority   string
	Category   string
	Tag        string
	DueBefore  string // days, YYYY-MM-DD; the day itself is not before it
	DueAfter   string // the day itself counts
	Overdue    bool
	ProjectID  int64
	PersonID   int64
	LocationID int64
	ParentID   int64
	Query      string
	Sort       string // due_date (default), created_at, updated_at, title, priority, position; - before it turns it round
}

// apply sets the fields given; what depends on time and other records is the service's.
func (u Update) apply(t *Todo) {
	u.Title.Into(&t.Title)
	u.Description.Into(&t.Description)
	u.Priority.Into(&t.Priority)
	u.DueDate.IntoPtr(&t.DueDate)
	u.DueTime.IntoPtr(&t.DueTime)
	u.Category.Into(&t.Category)
	u.Tags.Into(&t.Tags)
	u.RecurrenceRule.Into(&t.RecurrenceRule)
	u.RepeatFrom.Into(&t.RepeatFrom)
	u.ProjectID.IntoPtr(&t.ProjectID)
	u.PersonID.IntoPtr(&t.PersonID)
	u.LocationID.IntoPtr(&t.LocationID)
	u.ParentID.IntoPtr(&t.ParentID)
	u.Position.Into(&t.Position)
	u.Reminders.Into(&t.Reminders)
}

// tidy trims what people type by accident and makes lists lists.
func (t *Todo) tidy() {
	t.Title = strings.TrimSpace(t.Title)
	t.Category = strings.TrimSpace(t.Category)
	tags := []string{}
	seen := map[string]bool{}
	for _, tag := range t.Tags {
		tag = strings.TrimSpace(tag)
		if key := fold.Text(tag); key != "" && !seen[key] {
			seen[key] = true
			tags = append(tags, tag)
		}
	}
	t.Tags = tags
	if t.Reminders == nil {
		t.Reminders = []string{}
	}
	t.RecurrenceRule = strings.TrimPrefix(strings.TrimSpace(t.RecurrenceRule), "RRULE:")
}

// validate says every field at fault.
func (t *Todo) validate() error {
	var c check.Check
	c.Title("title", t.Title)
	c.Text("description", t.Description, check.MaxText)
	c.OneOf("priority", t.Priority, priorities...)
	if t.DueDate != nil {
		c.Date("due_date", *t.DueDate)
	}
	if t.DueTime != nil {
		c.Time("due_time", *t.DueTime)
		if t.DueDate == nil {
			c.Add("due_time", "needs_due_date", "needs a due_date")
		}
	}
	c.Line("category", t.Category, check.MaxShort)
	c.Count("tags", len(t.Tags), 50)
	for i, tag := range t.Tags {
		c.Line(fmt.Sprintf("tags[%d]", i), tag, 100)
	}
	if t.RecurrenceRule != "" {
		if _, err := recur.Parse(t.RecurrenceRule); err != nil {
			c.Add("recurrence_rule", "format", err.Error())
		} else if t.DueDate == nil {
			c.Add("recurrence_rule", "needs_due_date", "needs a due_date to repeat from")
		}
	}
	c.Range("position", t.Position, -order.Max, order.Max)
	c.OneOf("repeat_from", t.RepeatFrom, FromDue, FromCompletion)
	c.Alarms("reminders", t.Reminders)
	return c.Err()
}

// dueKey sorts: by day, then those without a time, then by time; those without a day last.
func (t *Todo) dueKey() string {
	switch {
	case t.DueDate == nil:
		return noDue
	case t.DueTime == nil:
		return *t.DueDate
	default:
		return *t.DueDate + "T" + *t.DueTime
	}
}

// Say fills in the words for its rule.
func (t *Todo) Say(c caller.Caller) {
	if rule, err := recur.Parse(t.RecurrenceRule); err == nil {
		var start recur.Local
		if t.DueDate != nil {
			start, _ = recur.ParseLocal(*t.DueDate)
		}
		t.RecurrenceText = rule.Say(c.Language, start, c.Location())
	}
}

// noDue sorts behind every date.
const noDue = "~"

func (t *Todo) search() string {
	return fold.Join(append([]string{t.Title, t.Description, t.Category}, t.Tags...)...)
}

func priorityNumber(p string) int { return max(slices.Index(priorities, p), 0) }
