package api

import (
	"context"
	"net/http"

	"umbra/app/todo"
)

// newTodo is what a new to-do is made from: the same fields, with a title.
type newTodo todo.Update

type todoFilter struct {
	ListInput
	Completed  string `query:"completed" enum:"true,false" doc:"Only those that are done, or only those that are not." example:"false"`
	Priority   string `query:"priority" enum:"none,low,medium,high" doc:"Only those of this priority."`
	Category   string `query:"category" maxLength:"200" doc:"Only those of this category."`
	Tag        string `query:"tag" maxLength:"100" doc:"Only those with this tag."`
	DueBefore  string `query:"due_before" format:"date" doc:"Only those due before this day." example:"2025-02-01"`
	DueAfter   string `query:"due_after" format:"date" doc:"Only those due on this day or later." example:"2025-01-01"`
	Overdue    bool   `query:"overdue" doc:"Only open ones whose time has passed."`
	ProjectID  int64  `query:"project_id" minimum:"1" maximum:"9007199254740991" doc:"Only those of this project."`
	PersonID   int64  `query:"person_id" minimum:"1" maximum:"9007199254740991" doc:"Only those about this person."`
	LocationID int64  `query:"location_id" minimum:"1" maximum:"9007199254740991" doc:"Only those done at this place."`
	ParentID   int64  `query:"parent_id" minimum:"1" maximum:"9007199254740991" doc:"Only the parts of this to-do."`
	Sort       string `query:"sort" enum:"due_date,-due_date,created_at,-created_at,updated_at,-updated_at,title,-title,priority,-priority,position,-position" default:"due_date" doc:"The order; - turns it round. Those without a due date come last by due_date."`
}

func (f todoFilter) filter() todo.Filter {
	out := todo.Filter{Priority: f.Priority, Category: f.Category, Tag: f.Tag, DueBefore: f.DueBefore, DueAfter: f.DueAfter,
		Overdue: f.Overdue, ProjectID: f.ProjectID, PersonID: f.PersonID, LocationID: f.LocationID, ParentID: f.ParentID, Query: f.Q, Sort: f.Sort}
	if f.Completed != "" {
		done := f.Completed == "true"
		out.Completed = &done
	}
	return out
}

// bulkDone answers a change of several to-dos.
type bulkDone struct {
	Changed int `json:"changed" doc:"How many of the to-dos named were changed or deleted." example:"3"`
}

const todosPath = "/api/todos"

type tagsInput struct {
	Kind  string `query:"kind" enum:"tag,category" doc:"Only those of this kind." example:"tag"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"500" doc:"How many at most." example:"500"`
}

func (a *API) registerTodos() {
	const tag = "To-dos"
	register(a, op{id: "listTodos", method: http.MethodGet, path: todosPath, tag: tag, summary: "List to-dos"},
		func(ctx context.Context, in *todoFilter) (*many[todo.Todo], error) {
			p, err := a.Todos.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Todos.Count(ctx, who(ctx), in.filter()) })
		})
	key := func(t todo.Todo) (id, rev int64) { return t.ID, t.Rev }
	registerResource(a, resource[todo.Todo, todo.Update, newTodo]{
		name: "Todo", article: "a to-do", tag: tag, path: todosPath, required: []string{"title"}, deletes: "Its parts go with it.",
		create: a.Todos.Create, find: a.Todos.Find, update: a.Todos.Update, remove: a.Todos.Delete,
		from: func(n newTodo) todo.Update { return todo.Update(n) }, key: key,
	})
	registerAct(a, op{id: "toggleTodo", method: http.MethodPatch, path: todosPath + "/{id}/toggle", tag: tag, summary: "Complete or reopen a to-do",
		description: "Completing a repeating one makes the next, which has its parts open again."}, key, a.Todos.Toggle)
	register(a, op{id: "listTags", method: http.MethodGet, path: "/api/tags", tag: tag, summary: "List the tags and categories of to-dos",
		description: "Those in use, most used by open to-dos first."},
		func(ctx context.Context, in *tagsInput) (*struct{ Body []todo.Label }, error) {
			labels, err := a.Todos.Labels(ctx, who(ctx), in.Kind, in.Limit)
			return &struct{ Body []todo.Label }{labels}, err
		})
	registerPlace(a, "placeTodo", todosPath, tag, "Put a to-do next to another", "", key, a.Todos.Place)
	register(a, op{id: "bulkTodos", method: http.MethodPost, path: todosPath + "/bulk", tag: tag, summary: "Change or delete several to-dos",
		status: http.StatusOK, errors: []int{http.StatusNotFound},
		description: "One change-set: all of them, or none where one cannot be changed or is not there. Send either set or delete."},
		func(ctx context.Context, in *struct{ Body todo.Bulk }) (*struct{ Body bulkDone }, error) {
			n, err := a.Todos.Bulk(ctx, who(ctx), in.Body)
			return &struct{ Body bulkDone }{bulkDone{n}}, err
		})
}
