package dav_test

import (
	"context"
	"testing"
	"time"

	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/todo"
)

// A client that deletes a contact and edits the to-do about them holds an ETag from
// before the deletion, which changed the to-do, too.
func TestAToDoWhosePersonIsDeletedIsNotEdited(t *testing.T) {
	const renamed = "SUMMARY:Ring him\nSTATUS:NEEDS-ACTION\n"
	about := func(t *testing.T, h *house) (id int64, tag string) {
		h.want(201, "PUT", h.people()+"tom.vcf", card1("tom", "FN:Tom\nN:Tom;;;;\n"))
		h.want(201, "PUT", h.todos()+"ring.ics", todo1("ring", "SUMMARY:Ring Tom\nSTATUS:NEEDS-ACTION\n"))
		p, err := h.People.List(t.Context(), h.ann, person.Filter{}, page.Request{})
		if err != nil || len(p.Items) != 1 {
			t.Fatal(p, err)
		}
		all, err := h.Todos.List(t.Context(), h.ann, todo.Filter{}, page.Request{})
		if err != nil || len(all.Items) != 1 {
			t.Fatal(all, err)
		}
		id = all.Items[0].ID
		if _, err := h.Todos.Update(t.Context(), h.ann, id, nil, todo.Update{PersonID: opt.Some(p.Items[0].ID)}); err != nil {
			t.Fatal(err)
		}
		tag = h.want(200, "GET", h.todos()+"ring.ics", "").header.Get("ETag")
		h.want(204, "DELETE", h.people()+"tom.vcf", "")
		if now := h.want(200, "GET", h.todos()+"ring.ics", "").header.Get("ETag"); now == tag {
			t.Fatal("the to-do was not changed")
		}
		return id, tag
	}
	each(t, func(t *testing.T, h *house) {
		id, tag := about(t, h)
		h.want(204, "PUT", h.todos()+"ring.ics", todo1("ring", renamed), "If-Match", `"other", W/`+tag)
		if got, err := h.Todos.Find(t.Context(), h.ann, id); err != nil || got.Title != "Ring him" || got.PersonID != nil {
			t.Errorf("%+v %v", got, err)
		}
		h.want(412, "PUT", h.todos()+"ring.ics", todo1("ring", renamed), "If-Match", tag)
		h.want(412, "DELETE", h.todos()+"ring.ics", "", "If-Match", tag)
	})
	for name, between := range map[string]func(ctx context.Context, h *house, id int64) error{
		"edited as well": func(ctx context.Context, h *house, id int64) error {
			_, err := h.Todos.Update(ctx, h.ann, id, nil, todo.Update{Title: opt.Some("Ring Ben")})
			return err
		},
		"deleted and brought back": func(ctx context.Context, h *house, id int64) error {
			if err := h.Todos.Delete(ctx, h.ann, id, nil); err != nil {
				return err
			}
			return h.Journal.Untrash(ctx, h.ann, todo.KindName, id)
		},
		"from before the journal": func(ctx context.Context, h *house, _ int64) error {
			h.clock.Advance(time.Hour)
			_, err := h.Journal.Prune(ctx, h.clock.Now())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				id, tag := about(t, h)
				if err := between(t.Context(), h, id); err != nil {
					t.Fatal(err)
				}
				h.want(412, "PUT", h.todos()+"ring.ics", todo1("ring", renamed), "If-Match", tag)
			})
		})
	}
	t.Run("of another", func(t *testing.T) {
		each(t, func(t *testing.T, h *house) {
			_, _ = about(t, h)
			other := h.want(201, "PUT", h.todos()+"other.ics", todo1("other", renamed)).header.Get("ETag")
			h.want(412, "PUT", h.todos()+"ring.ics", todo1("ring", renamed), "If-Match", other)
		})
	})
	t.Run("deleted with its old tag", func(t *testing.T) {
		each(t, func(t *testing.T, h *house) {
			id, tag := about(t, h)
			h.want(204, "DELETE", h.todos()+"ring.ics", "", "If-Match", tag)
			if _, err := h.Todos.Find(t.Context(), h.ann, id); err == nil {
				t.Error("it is still there")
			}
		})
	})
}
