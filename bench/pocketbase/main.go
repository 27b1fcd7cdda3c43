// Command pocketbase is the peer that Umbra is measured beside: PocketBase as
// it comes, with one collection that has the fields, the access rule and the
// indexes of Umbra's to-dos.
package main

import (
	"log"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func main() {
	migrations.Register(todos, nil, "1700000000_todos.go")
	app := pocketbase.NewWithConfig(pocketbase.Config{HideStartBanner: true})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.InstallerFunc = nil // it would open a browser
		return e.Next()
	})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}

// todos makes the collection. Rules ask for a signed-in user only, which costs
// PocketBase less than the check of the owner that Umbra does.
func todos(app core.App) error {
	c := core.NewBaseCollection("todos")
	signedIn := types.Pointer(`@request.auth.id != ""`)
	c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule, c.DeleteRule = signedIn, signedIn, signedIn, signedIn, signedIn
	c.Fields.Add(
		&core.TextField{Name: "uid", Max: 200},
		&core.TextField{Name: "title", Required: true, Max: 500},
		&core.TextField{Name: "description", Max: 100_000},
		&core.SelectField{Name: "priority", Values: []string{"none", "low", "medium", "high"}},
		&core.DateField{Name: "due_date"},
		&core.TextField{Name: "due_time", Max: 5},
		&core.BoolField{Name: "completed"},
		&core.DateField{Name: "completed_at"},
		&core.TextField{Name: "category", Max: 200},
		&core.JSONField{Name: "tags"},
		&core.TextField{Name: "recurrence_rule", Max: 500},
		&core.SelectField{Name: "repeat_from", Values: []string{"due", "completion"}},
		&core.TextField{Name: "project_id", Max: 15},
		&core.TextField{Name: "person_id", Max: 15},
		&core.TextField{Name: "location_id", Max: 15},
		&core.TextField{Name: "parent_id", Max: 15},
		&core.NumberField{Name: "position"},
		&core.JSONField{Name: "reminders"},
		&core.AutodateField{Name: "created_at", OnCreate: true},
		&core.AutodateField{Name: "updated_at", OnCreate: true, OnUpdate: true},
	)
	c.AddIndex("todos_due", false, "due_date, id", "")
	c.AddIndex("todos_open", false, "completed, due_date, id", "")
	c.AddIndex("todos_updated", false, "updated_at, id", "")
	c.AddIndex("todos_created", false, "created_at, id", "")
	c.AddIndex("todos_title", false, "title, id", "")
	c.AddIndex("todos_priority", false, "priority, id", "")
	c.AddIndex("todos_position", false, "position, id", "")
	c.AddIndex("todos_category", false, "category, due_date, id", "category <> ''")
	c.AddIndex("todos_project", false, "project_id, due_date, id", "project_id <> ''")
	c.AddIndex("todos_person", false, "person_id", "person_id <> ''")
	c.AddIndex("todos_location", false, "location_id", "location_id <> ''")
	c.AddIndex("todos_parent", false, "parent_id", "parent_id <> ''")
	return app.Save(c)
}
