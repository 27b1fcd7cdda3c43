package project

import (
	"slices"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/fold"
	"umbra/app/opt"
	"umbra/app/order"
)

// TaskKind is the task's kind as the journal and the API say it.
const TaskKind = "task"

// Done is the status of a finished task.
const Done = "done"

var (
	taskStatuses = []string{"todo", "in_progress", "blocked", Done}
	priorities   = []string{"none", "low", "medium", "high"} // in their order, as they are stored
)

// Task is one task of a project.
type Task struct {
	ID           int64      `json:"id" doc:"Number of the task." example:"17"`
	UID          string     `json:"uid" doc:"Globally unique id (RFC 5545 UID)." example:"6a9d2c3e-8f4b-4a0e-9a53-0b1f7d0c9d11"`
	ProjectID    int64      `json:"project_id" doc:"The project it belongs to." example:"3"`
	Title        string     `json:"title" doc:"What is to be done." example:"Dig the pond"`
	Description  string     `json:"description" doc:"More about it, in Markdown." example:"One metre *deep*."`
	Status       string     `json:"status" enum:"todo,in_progress,blocked,done" doc:"Where it stands." example:"todo"`
	Priority     string     `json:"priority" enum:"none,low,medium,high" doc:"How important it is." example:"medium"`
	DueDate      *string    `json:"due_date" format:"date" doc:"The day it is due, YYYY-MM-DD." example:"2025-05-31"`
	PersonID     *int64     `json:"person_id" doc:"The person who does it."`
	ParentTaskID *int64     `json:"parent_task_id" doc:"The task of the same project that it is a part of."`
	Position     int64      `json:"position" doc:"Its place in the project; smaller comes first." example:"1024"`
	CompletedAt  *time.Time `json:"completed_at" doc:"When its status became done; null while it is not."`
	CreatedAt    time.Time  `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt    time.Time  `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`

	Rev int64 `json:"-"` // the journal number of its last change
}

// TaskUpdate holds the fields to change; those left out stay as they are.
type TaskUpdate struct {
	Title        opt.Opt[string] `json:"title,omitzero" nullable:"false" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"more than blanks" doc:"What is to be done." example:"Dig the pond"`
	Description  opt.Opt[string] `json:"description,omitzero" maxLength:"100000" doc:"More about it, in Markdown." example:"One metre *deep*."`
	Status       opt.Opt[string] `json:"status,omitzero" nullable:"false" enum:"todo,in_progress,blocked,done" doc:"Where it stands." example:"todo"`
	Priority     opt.Opt[string] `json:"priority,omitzero" nullable:"false" enum:"none,low,medium,high" doc:"How important it is." example:"medium"`
	DueDate      opt.Opt[string] `json:"due_date,omitzero" format:"date" doc:"The day it is due, YYYY-MM-DD. Null clears it." example:"2025-05-31"`
	PersonID     opt.Opt[int64]  `json:"person_id,omitzero" minimum:"1" doc:"The person who does it. Null: nobody in particular." example:"5"`
	ParentTaskID opt.Opt[int64]  `json:"parent_task_id,omitzero" minimum:"1" doc:"The task of the same project that it becomes a part of. Null: none." example:"16"`
	ProjectID    opt.Opt[int64]  `json:"project_id,omitzero" nullable:"false" minimum:"1" doc:"Moves it, with its parts, to another project; it leaves its parent unless parent_task_id names a new one there." example:"4"`
	Position     opt.Opt[int64]  `json:"position,omitzero" nullable:"false" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Its place in the project; smaller comes first. Left out on creation: last." example:"1024"`
}

// TaskFilter narrows a list of tasks; the zero TaskFilter takes all.
type TaskFilter struct {
	Status   string
	Priority string
	PersonID int64
	Query    string
	Sort     string // position (default), due_date, created_at, updated_at; - before it turns it round
}

// Say leaves out what is not for whom it is shared with.
func (t *Task) Say(c caller.Caller) {
	if c.Share(caller.Projects, t.ProjectID) != (caller.Share{}) {
		t.PersonID = nil
	}
}

// apply sets the fields given; project and completion are the service's.
func (u TaskUpdate) apply(t *Task) {
	u.Title.Into(&t.Title)
	u.Description.Into(&t.Description)
	u.Status.Into(&t.Status)
	u.Priority.Into(&t.Priority)
	u.DueDate.IntoPtr(&t.DueDate)
	u.PersonID.IntoPtr(&t.PersonID)
	u.ParentTaskID.IntoPtr(&t.ParentTaskID)
	u.Position.Into(&t.Position)
}

func (t *Task) tidy() { t.Title = strings.TrimSpace(t.Title) }

// validate says every field at fault.
func (t *Task) validate() error {
	var c check.Check
	c.Title("title", t.Title)
	c.Text("description", t.Description, check.MaxText)
	c.OneOf("status", t.Status, taskStatuses...)
	c.OneOf("priority", t.Priority, priorities...)
	if t.DueDate != nil {
		c.Date("due_date", *t.DueDate)
	}
	c.Range("position", t.Position, -order.Max, order.Max)
	return c.Err()
}

func (t *Task) search() string { return fold.Join(t.Title, t.Description) }

func (t *Task) collection() string { return collection(t.ProjectID) }

func priorityNumber(p string) int { return max(slices.Index(priorities, p), 0) }
