package api

import (
	"context"
	"fmt"
	"net/http"

	"umbra/app/caller"
	"umbra/app/project"
)

// newTask is what a new task is made from: the same fields, with a title.
type newTask project.TaskUpdate

type taskFilter struct {
	OneInput
	ListInput
	Status   string `query:"status" enum:"todo,in_progress,blocked,done" doc:"Only those that stand so." example:"todo"`
	Priority string `query:"priority" enum:"none,low,medium,high" doc:"Only those of this priority."`
	PersonID int64  `query:"person_id" minimum:"1" maximum:"9007199254740991" doc:"Only those of this person."`
	Sort     string `query:"sort" enum:"position,-position,due_date,-due_date,created_at,-created_at,updated_at,-updated_at" default:"position" doc:"The order; - turns it round. Those without a due date come last by due_date."`
}

func (f taskFilter) filter() project.TaskFilter {
	return project.TaskFilter{Status: f.Status, Priority: f.Priority, PersonID: f.PersonID, Query: f.Q, Sort: f.Sort}
}

// TaskInput names a task of a project.
type TaskInput struct {
	OneInput
	TaskID int64 `path:"task_id" minimum:"1" maximum:"9007199254740991" doc:"Number of the task." example:"17"`
}

type newTaskInput struct {
	OneInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"Any text of the client's: the same request with the same key within a day is carried out once, and answered alike." example:"7c9e6679-7425-40de-944b-e07fc1f90ae7"`
	Body           newTask
}

type readTaskInput struct {
	TaskInput
	CacheInput
}

type changeTaskInput struct {
	TaskInput
	MatchInput
	Body project.TaskUpdate
}

type deleteTaskInput struct {
	TaskInput
	MatchInput
}

type reorderInput struct {
	OneInput
	Body project.Order
}

type openTaskFilter struct {
	ListInput
	Status   string `query:"status" enum:"todo,in_progress,blocked" doc:"Only those that stand so." example:"blocked"`
	Priority string `query:"priority" enum:"none,low,medium,high" doc:"Only those of this priority."`
	PersonID int64  `query:"person_id" minimum:"1" maximum:"9007199254740991" doc:"Only those of this person."`
	Sort     string `query:"sort" enum:"due_date,-due_date,created_at,-created_at,updated_at,-updated_at" default:"due_date" doc:"The order; - turns it round. Those without a due date come last by due_date."`
}

func (f openTaskFilter) filter() project.OpenFilter {
	return project.OpenFilter{Status: f.Status, Priority: f.Priority, PersonID: f.PersonID, Query: f.Q, Sort: f.Sort}
}

func (a *API) registerTasks(tag string) {
	const list, one = "/api/projects/{id}/tasks", "/api/projects/{id}/tasks/{task_id}"
	key := func(t project.Task) (id, rev int64) { return t.ID, t.Rev }
	register(a, op{id: "listTasks", shared: caller.Projects, method: http.MethodGet, path: list, tag: tag, summary: "List the tasks of a project"},
		func(ctx context.Context, in *taskFilter) (*many[project.Task], error) {
			p, err := a.Projects.ListTasks(ctx, who(ctx), in.ID, in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Projects.CountTasks(ctx, who(ctx), in.ID, in.filter()) })
		})
	register(a, op{id: "listOpenTasks", method: http.MethodGet, path: "/api/tasks", tag: tag, summary: "List the tasks of all projects that are not done",
		description: "Those of projects that others share with you are among them."},
		func(ctx context.Context, in *openTaskFilter) (*many[project.Task], error) {
			p, err := a.Projects.OpenTasks(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Projects.CountOpenTasks(ctx, who(ctx), in.filter()) })
		})
	register(a, op{id: "createTask", shared: caller.Projects, method: http.MethodPost, path: list, tag: tag, summary: "Make a task in a project",
		status: http.StatusCreated, required: []string{"title"}},
		func(ctx context.Context, in *newTaskInput) (*created[project.Task], error) {
			path := fmt.Sprintf("/api/projects/%d/tasks", in.ID)
			return once(ctx, a, "createTask "+path, in.IdempotencyKey, in.Body, func(ctx context.Context) (*created[project.Task], error) {
				t, err := a.Projects.CreateTask(ctx, who(ctx), in.ID, project.TaskUpdate(in.Body))
				if err != nil {
					return nil, err
				}
				return createdAt(who(ctx), path, t, key), nil
			})
		})
	register(a, op{id: "getTask", shared: caller.Projects, method: http.MethodGet, path: one, tag: tag, summary: "Read a task"},
		func(ctx context.Context, in *readTaskInput) (*record[project.Task], error) {
			t, err := a.Projects.FindTask(ctx, who(ctx), in.ID, in.TaskID)
			if err != nil {
				return nil, err
			}
			return found(who(ctx), in.IfNoneMatch, t.Rev, t)
		})
	update := func(ctx context.Context, in *changeTaskInput) (*record[project.Task], error) {
		m, err := in.match(who(ctx))
		if err != nil {
			return nil, err
		}
		t, err := a.Projects.UpdateTask(ctx, who(ctx), in.ID, in.TaskID, m, in.Body)
		return changed(who(ctx), t, key, err)
	}
	register(a, op{id: "updateTask", shared: caller.Projects, method: http.MethodPut, path: one, tag: tag, summary: "Change a task",
		description: "Sets the fields given and leaves the rest; null clears. A project_id moves it, with its parts, to that project, under whose path it is found from then on."}, update)
	register(a, op{id: "patchTask", shared: caller.Projects, method: http.MethodPatch, path: one, tag: tag, summary: "Change a task (PATCH)",
		description: "The same as PUT (RFC 7396)."}, update)
	register(a, op{id: "deleteTask", shared: caller.Projects, method: http.MethodDelete, path: one, tag: tag, summary: "Delete a task",
		status: http.StatusNoContent, description: "It goes to the trash. Its parts go with it."},
		func(ctx context.Context, in *deleteTaskInput) (*struct{}, error) {
			m, err := in.match(who(ctx))
			if err != nil {
				return nil, err
			}
			return nil, a.Projects.DeleteTask(ctx, who(ctx), in.ID, in.TaskID, m)
		})
	register(a, op{id: "reorderTasks", shared: caller.Projects, method: http.MethodPatch, path: list + "/reorder", tag: tag, summary: "Put tasks of a project in order",
		required: []string{"task_ids"}, description: "The tasks named take the places that they hold together now, in the order given; the others stay where they are. Answers the tasks named, in that order."},
		func(ctx context.Context, in *reorderInput) (*struct{ Body []project.Task }, error) {
			tasks, err := a.Projects.Reorder(ctx, who(ctx), in.ID, in.Body)
			for i := range tasks {
				say(who(ctx), &tasks[i])
			}
			return &struct{ Body []project.Task }{tasks}, err
		})
}
