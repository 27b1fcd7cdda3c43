// Package project keeps projects and their tasks.
package project

import (
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/fold"
	"umbra/app/opt"
	"umbra/app/order"
)

// KindName is the project's kind as the journal and the API say it.
const KindName = "project"

// Statuses of a project, in the order of its life.
var statuses = []string{"not_started", "in_progress", "on_hold", "completed", "cancelled"}

// Project is one project.
type Project struct {
	ID          int64     `json:"id" doc:"Number of the project." example:"3"`
	UID         string    `json:"uid" doc:"Globally unique id (RFC 5545 UID)." example:"6a9d2c3e-8f4b-4a0e-9a53-0b1f7d0c9d11"`
	Name        string    `json:"name" doc:"What it is called." example:"Garden"`
	Description string    `json:"description" doc:"More about it, in Markdown." example:"Beds, **paths**, the shed."`
	Status      string    `json:"status" enum:"not_started,in_progress,on_hold,completed,cancelled" doc:"Where it stands." example:"in_progress"`
	Color       string    `json:"color" doc:"Its colour, #rrggbb; empty for none." example:"#3366cc"`
	DueDate     *string   `json:"due_date" format:"date" doc:"The day it is due, YYYY-MM-DD." example:"2025-06-30"`
	Starred     bool      `json:"starred" doc:"Whether it is marked as important." example:"false"`
	Position    int64     `json:"position" doc:"Its place in the user's own order; smaller comes first." example:"1024"`
	Progress    int64     `json:"progress" doc:"How much of it is done, in percent of its tasks, rounded down; 0 without tasks. It follows from the tasks: the ETag does not change with it." example:"40"`
	TasksTotal  int64     `json:"tasks_total" doc:"How many tasks it has." example:"5"`
	TasksDone   int64     `json:"tasks_done" doc:"How many of them are done." example:"2"`
	CreatedAt   time.Time `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt   time.Time `json:"updated_at" doc:"When it was last changed; its tasks do not count." example:"2025-01-01T08:00:00Z"`

	Owner   *caller.Name `json:"owner,omitempty" doc:"Whose it is, where somebody shares it with the user; left out where it is the user's own."`
	Access  string       `json:"access" enum:"owner,read,write" doc:"What the user may do with it and its tasks: all, or, where it is shared with them, only look, or change it too." example:"owner"`
	ShareID *int64       `json:"share_id" doc:"Number of the share by which the user sees it; null where it is their own." example:"4"`

	Rev int64 `json:"-"` // the journal number of its last change
}

// Update holds the fields to change; those left out stay as they are.
type Update struct {
	Name        opt.Opt[string] `json:"name,omitzero" nullable:"false" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"more than blanks" doc:"What it is called." example:"Garden"`
	Description opt.Opt[string] `json:"description,omitzero" maxLength:"100000" doc:"More about it, in Markdown." example:"Beds, **paths**, the shed."`
	Status      opt.Opt[string] `json:"status,omitzero" nullable:"false" enum:"not_started,in_progress,on_hold,completed,cancelled" doc:"Where it stands." example:"in_progress"`
	Color       opt.Opt[string] `json:"color,omitzero" pattern:"^(#[0-9a-fA-F]{6})?$" patternDescription:"a colour like #3366cc" doc:"Its colour, #rrggbb. Null or empty: none." example:"#3366cc"`
	DueDate     opt.Opt[string] `json:"due_date,omitzero" format:"date" doc:"The day it is due, YYYY-MM-DD. Null clears it." example:"2025-06-30"`
	Starred     opt.Opt[bool]   `json:"starred,omitzero" nullable:"false" doc:"Whether it is marked as important." example:"false"`
	Position    opt.Opt[int64]  `json:"position,omitzero" nullable:"false" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Its place in the user's own order; smaller comes first. Left out on creation: last." example:"1024"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	Status  string
	Starred *bool
	Query   string
	Sort    string // position (default), name, due_date, created_at, updated_at; - before it turns it round
}

// Say fills in by what right the caller sees it.
func (p *Project) Say(by caller.Caller) {
	s := by.Share(caller.Projects, p.ID)
	if s == (caller.Share{}) {
		p.Access = caller.Owner
		return
	}
	p.Owner, p.Access, p.ShareID = &s.Owner, s.Access, &s.ID
}

func (u Update) apply(p *Project) {
	u.Name.Into(&p.Name)
	u.Description.Into(&p.Description)
	u.Status.Into(&p.Status)
	u.Color.Into(&p.Color)
	u.DueDate.IntoPtr(&p.DueDate)
	u.Starred.Into(&p.Starred)
	u.Position.Into(&p.Position)
}

// tidy trims what people type by accident.
func (p *Project) tidy() {
	p.Name = strings.TrimSpace(p.Name)
	p.Color = strings.ToLower(strings.TrimSpace(p.Color))
}

// validate says every field at fault.
func (p *Project) validate() error {
	var c check.Check
	c.Title("name", p.Name)
	c.Text("description", p.Description, check.MaxText)
	c.OneOf("status", p.Status, statuses...)
	c.Color("color", p.Color)
	if p.DueDate != nil {
		c.Date("due_date", *p.DueDate)
	}
	c.Range("position", p.Position, -order.Max, order.Max)
	return c.Err()
}

func (p *Project) search() string { return fold.Join(p.Name, p.Description) }

// noDue sorts behind every date.
const noDue = "~"

func dueKey(date *string) string {
	if date == nil {
		return noDue
	}
	return *date
}
