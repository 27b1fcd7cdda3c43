package api

import (
	"context"
	"net/http"

	"umbra/app/caller"
	"umbra/app/project"
)

// newProject is what a new project is made from: the same fields, with a name.
type newProject project.Update

type projectFilter struct {
	ListInput
	Status  string `query:"status" enum:"not_started,in_progress,on_hold,completed,cancelled" doc:"Only those that stand so." example:"in_progress"`
	Starred string `query:"starred" enum:"true,false" doc:"Only those marked as important, or only the others." example:"true"`
	Sort    string `query:"sort" enum:"position,-position,name,-name,due_date,-due_date,created_at,-created_at,updated_at,-updated_at" default:"position" doc:"The order; - turns it round. Those without a due date come last by due_date."`
}

func (f projectFilter) filter() project.Filter {
	return project.Filter{Status: f.Status, Starred: yesNo(f.Starred), Query: f.Q, Sort: f.Sort}
}

func (a *API) registerProjects() {
	const tag = "Projects"
	register(a, op{id: "listProjects", method: http.MethodGet, path: "/api/projects", tag: tag, summary: "List projects",
		description: "Yours, and those that others share with you, which have an owner."},
		func(ctx context.Context, in *projectFilter) (*many[project.Project], error) {
			p, err := a.Projects.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Projects.Count(ctx, who(ctx), in.filter()) })
		})
	key := func(p project.Project) (id, rev int64) { return p.ID, p.Rev }
	registerResource(a, resource[project.Project, project.Update, newProject]{
		name: "Project", article: "a project", tag: tag, path: "/api/projects", required: []string{"name"}, shared: caller.Projects,
		deletes: "Its tasks go with it, and come back with it; to-dos let go of it.", derived: true,
		create: a.Projects.Create, find: a.Projects.Find, update: a.Projects.Update, remove: a.Projects.Delete,
		from: func(n newProject) project.Update { return project.Update(n) },
		key:  key,
	})
	registerPlace(a, "placeProject", "/api/projects", tag, "Put a project next to another", caller.Projects, key, a.Projects.Place)
	a.registerTasks(tag)
}
