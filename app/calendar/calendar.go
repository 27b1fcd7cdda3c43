// Package calendar keeps the calendars that events lie in.
package calendar

import (
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/fold"
	"umbra/app/opt"
)

// KindName is the kind as the journal and the API say it.
const KindName = "calendar"

// Calendar is a named, coloured collection of events.
type Calendar struct {
	ID        int64     `json:"id" doc:"Number of the calendar." example:"1"`
	UID       string    `json:"uid" doc:"Globally unique id." example:"0f7d1c52-4c6b-4f43-9a3e-0d9d3f1f7a11"`
	Name      string    `json:"name" doc:"What it is called." example:"Family"`
	Color     string    `json:"color" doc:"Its colour, #rrggbb; empty for none." example:"#3366cc"`
	Visible   bool      `json:"visible" doc:"Whether the interface shows its events." example:"true"`
	Source    string    `json:"source" doc:"The address (iCalendar, webcal) that its events are fetched from, so that only looking is possible here; empty where people fill it, and for those with whom it is shared." example:"https://holidays.example/de.ics"`
	Default   bool      `json:"default" doc:"Whether new events go here when they name no calendar. Exactly one is." example:"true"`
	CreatedAt time.Time `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt time.Time `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`

	Owner   *caller.Name `json:"owner,omitempty" doc:"Whose it is, where somebody shares it with the user; left out where it is the user's own."`
	Access  string       `json:"access" enum:"owner,read,write" doc:"What the user may do with what lies in it: all, or, where it is shared with them or filled from an address, only look, or, shared, change it too." example:"owner"`
	ShareID *int64       `json:"share_id" doc:"Number of the share by which the user sees it; null where it is their own." example:"4"`

	Rev int64 `json:"-"` // the journal number of its last change
}

// Update holds the fields to change; those left out stay as they are.
type Update struct {
	Name    opt.Opt[string] `json:"name,omitzero" nullable:"false" minLength:"1" maxLength:"200" pattern:"\\S" patternDescription:"more than blanks" doc:"What it is called." example:"Family"`
	Color   opt.Opt[string] `json:"color,omitzero" pattern:"^(#[0-9a-fA-F]{6})?$" patternDescription:"a colour like #3366cc" doc:"Its colour, #rrggbb. Null or empty: none." example:"#3366cc"`
	Visible opt.Opt[bool]   `json:"visible,omitzero" nullable:"false" doc:"Whether the interface shows its events. Left out on creation: it does." example:"true"`
	Source  opt.Opt[string] `json:"source,omitzero" maxLength:"2000" doc:"An address (https, http or webcal) to fill it from, every few hours: of holidays, a school, a team. Its events cannot be changed here then. Null or empty: people fill it, and what was fetched stays. What another address had goes when this one was fetched. The default calendar can have none." example:"webcal://holidays.example/de.ics"`
	Default opt.Opt[bool]   `json:"default,omitzero" nullable:"false" doc:"True makes it the one where new events go. The default one ceases to be it only when another becomes it." example:"true"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	Visible *bool
	Query   string
	Sort    string // name (default), created_at, updated_at; - before it turns it round
}

// Say fills in by what right the caller sees it, and, where it is shared with
// them, has it look as they chose.
func (c *Calendar) Say(by caller.Caller) {
	s := by.Share(caller.Calendars, c.ID)
	if c.Owner != nil { // said already
		return
	}
	if s == (caller.Share{}) {
		c.Access = caller.Owner
		if c.Source != "" {
			c.Access = caller.Read
		}
		return
	}
	c.Owner, c.Access, c.ShareID = &s.Owner, s.Access, &s.ID
	if c.Source != "" { // the address may be a secret of its owner's
		c.Source, c.Access = "", caller.Read
	}
	c.Visible, c.Default = s.Visible, false
	if s.Color != "" {
		c.Color = s.Color
	}
}

func (u Update) apply(c *Calendar) {
	u.Name.Into(&c.Name)
	u.Color.Into(&c.Color)
	u.Visible.Into(&c.Visible)
	u.Source.Into(&c.Source)
	c.Source = tidySource(c.Source)
	c.Name = strings.TrimSpace(c.Name)
}

// validate says every field at fault.
func (u Update) validate(c *Calendar) error {
	var f check.Check
	if c.Name == "" {
		f.Add("name", "required", "must not be empty")
	}
	f.Line("name", c.Name, check.MaxShort)
	f.Color("color", c.Color)
	checkSource(&f, c.Source)
	if c.Source != "" && (c.Default || u.Default.Value) {
		f.Add("source", "default", "cannot be that of the default calendar, where new events go; make another one the default first")
	}
	if u.Default.Has() && !u.Default.Value && c.Default {
		f.Add("default", "choice", "cannot be taken from the default calendar; make another one the default instead")
	}
	return f.Err()
}

func (c *Calendar) search() string { return fold.Text(c.Name) }
