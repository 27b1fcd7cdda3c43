package project_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/project"
)

func TestOpenTasksOfAllProjects(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		garden, house := h.make(t, "Garden"), h.make(t, "House")
		create := must[project.Task](t)
		for _, x := range []struct {
			in    int64
			title string
			due   string
			u     project.TaskUpdate
		}{
			{garden.ID, "dig", "2025-04-02", project.TaskUpdate{Priority: opt.Some("high")}},
			{house.ID, "paint", "2025-04-01", project.TaskUpdate{Status: opt.Some("blocked")}},
			{garden.ID, "dug", "2025-03-01", project.TaskUpdate{Status: opt.Some("done")}},
			{house.ID, "some day", "", project.TaskUpdate{}},
		} {
			x.u.Title = opt.Some(x.title)
			if x.due != "" {
				x.u.DueDate = opt.Some(x.due)
			}
			create(h.CreateTask(t.Context(), h.ann, x.in, x.u))
		}
		theirs := must[project.Project](t)(h.Create(t.Context(), h.bob, project.Update{Name: opt.Some("Bob's")}))
		create(h.CreateTask(t.Context(), h.bob, theirs.ID, project.TaskUpdate{Title: opt.Some("secret")}))
		for _, tc := range []struct {
			f    project.OpenFilter
			want string
		}{
			{project.OpenFilter{}, "paint dig some day"},
			{project.OpenFilter{Sort: "-due_date"}, "some day dig paint"},
			{project.OpenFilter{Sort: "created_at"}, "dig paint some day"},
			{project.OpenFilter{Sort: "-updated_at"}, "some day paint dig"},
			{project.OpenFilter{Status: "blocked"}, "paint"},
			{project.OpenFilter{Status: "done"}, ""},
			{project.OpenFilter{Priority: "high"}, "dig"},
			{project.OpenFilter{PersonID: 7}, ""},
			{project.OpenFilter{Query: "DAY"}, "some day"},
		} {
			var got []string
			for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
				p := must[page.Page[project.Task]](t)(h.OpenTasks(t.Context(), h.ann, tc.f, page.Request{Limit: 2, Cursor: cursor}))
				for _, x := range p.Items {
					got = append(got, x.Title)
				}
				cursor = p.Next
			}
			n := must[int64](t)(h.CountOpenTasks(t.Context(), h.ann, tc.f))
			if strings.Join(got, " ") != tc.want || n != int64(len(got)) {
				t.Errorf("%+v: %v, counted %d", tc.f, got, n)
			}
		}
		_, err := h.OpenTasks(t.Context(), h.ann, project.OpenFilter{Sort: "position"}, page.Request{})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("places are those of one project: %v", errors.Unwrap(err))
		}
	})
}

func TestOpenTasksCostNoScan(t *testing.T) {
	h := build(t, dbtest.Open(t, db.SQLite))
	for _, f := range []project.OpenFilter{{}, {Sort: "-due_date"}, {Sort: "updated_at"}, {Sort: "-created_at"}, {Status: "blocked"}, {Priority: "high"}} {
		dbtest.NoScan(t, h.d, func(ctx context.Context) error { return second(h.OpenTasks(ctx, h.ann, f, page.Request{})) })
	}
}
