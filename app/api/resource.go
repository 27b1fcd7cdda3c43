package api

import (
	"context"
	"fmt"
	"net/http"

	"umbra/app/caller"
	"umbra/app/journal"
	"umbra/app/order"
)

// resource is a record with the usual five operations: T is the record, U its
// update and N a type of U's fields for its creation (type newTodo todo.Update).
type resource[T, U, N any] struct {
	name     string // "Todo": createTodo, getTodo, …
	article  string // "a to-do": for the summaries
	tag      string
	path     string   // "/api/todos"
	required []string // fields that a new one must have
	deletes  string   // what else a deletion does, in a sentence
	derived  bool     // it shows what its ETag does not cover: no read is answered 304
	shared   string   // what it is as something to share; only its owner can delete it
	changes  guest    // what somebody with whom it is shared may change

	create func(ctx context.Context, c caller.Caller, u U) (T, error)
	find   func(ctx context.Context, c caller.Caller, id int64) (T, error)
	update func(ctx context.Context, c caller.Caller, id int64, m journal.Match, u U) (T, error)
	remove func(ctx context.Context, c caller.Caller, id int64, m journal.Match) error
	from   func(N) U
	key    func(T) (id, rev int64)
}

func registerResource[T, U, N any](a *API, r resource[T, U, N]) {
	register(a, op{id: "create" + r.name, method: http.MethodPost, path: r.path, tag: r.tag, summary: "Make " + r.article,
		status: http.StatusCreated, required: r.required},
		func(ctx context.Context, in *createInput[N]) (*created[T], error) {
			return once(ctx, a, "create"+r.name, in.IdempotencyKey, in.Body, func(ctx context.Context) (*created[T], error) {
				t, err := r.create(ctx, who(ctx), r.from(in.Body))
				if err != nil {
					return nil, err
				}
				return createdAt(who(ctx), r.path, t, r.key), nil
			})
		})
	one := r.path + "/{id}"
	register(a, op{id: "get" + r.name, method: http.MethodGet, path: one, tag: r.tag, summary: "Read " + r.article, shared: r.shared},
		func(ctx context.Context, in *readInput) (*record[T], error) {
			t, err := r.find(ctx, who(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			if r.derived {
				in.IfNoneMatch = ""
			}
			_, rev := r.key(t)
			return found(who(ctx), in.IfNoneMatch, rev, t)
		})
	update := func(ctx context.Context, in *changeInput[U]) (*record[T], error) {
		m, err := in.match(who(ctx))
		if err != nil {
			return nil, err
		}
		t, err := r.update(ctx, who(ctx), in.ID, m, in.Body)
		return changed(who(ctx), t, r.key, err)
	}
	register(a, op{id: "update" + r.name, method: http.MethodPut, path: one, tag: r.tag, summary: "Change " + r.article, shared: r.shared, guest: r.changes,
		description: "Sets the fields given and leaves the rest; null clears."}, update)
	register(a, op{id: "patch" + r.name, method: http.MethodPatch, path: one, tag: r.tag, summary: "Change " + r.article + " (PATCH)", shared: r.shared, guest: r.changes,
		description: "The same as PUT (RFC 7396)."}, update)
	register(a, op{id: "delete" + r.name, method: http.MethodDelete, path: one, tag: r.tag, summary: "Delete " + r.article,
		status: http.StatusNoContent, shared: r.shared, guest: guestNever, description: join("It goes to the trash.", r.deletes)},
		func(ctx context.Context, in *actInput) (*struct{}, error) {
			m, err := in.match(who(ctx))
			if err != nil {
				return nil, err
			}
			return nil, r.remove(ctx, who(ctx), in.ID, m)
		})
}

// registerAct adds an operation that changes a record without a body, such as toggle.
func registerAct[T any](a *API, o op, key func(T) (id, rev int64), act func(ctx context.Context, c caller.Caller, id int64, m journal.Match) (T, error)) {
	register(a, o, func(ctx context.Context, in *actInput) (*record[T], error) {
		m, err := in.match(who(ctx))
		if err != nil {
			return nil, err
		}
		t, err := act(ctx, who(ctx), in.ID, m)
		return changed(who(ctx), t, key, err)
	})
}

// registerPlace adds the operation that puts a record next to another of its kind.
func registerPlace[T any](a *API, id, path, tag, summary, shared string, key func(T) (id, rev int64),
	place func(ctx context.Context, c caller.Caller, id int64, m journal.Match, to order.Spot) (T, error)) {
	register(a, op{id: id, method: http.MethodPatch, path: path + "/{id}/place", tag: tag, summary: summary, shared: shared, guest: guestNever,
		description: "Send either after or before. Where no room is left between the positions there, neighbours move a little, in the same change-set."},
		func(ctx context.Context, in *changeInput[order.Spot]) (*record[T], error) {
			m, err := in.match(who(ctx))
			if err != nil {
				return nil, err
			}
			t, err := place(ctx, who(ctx), in.ID, m, in.Body)
			return changed(who(ctx), t, key, err)
		})
}

func createdAt[T any](c caller.Caller, path string, t T, key func(T) (id, rev int64)) *created[T] {
	id, rev := key(t)
	say(c, &t)
	return &created[T]{Location: fmt.Sprintf("%s/%d", path, id), ETag: etag(c, rev), Body: t}
}

func changed[T any](c caller.Caller, t T, key func(T) (id, rev int64), err error) (*record[T], error) {
	if err != nil {
		return nil, err
	}
	_, rev := key(t)
	say(c, &t)
	return &record[T]{ETag: etag(c, rev), Body: t}, nil
}

// say fills in what a record tells in the user's language. It follows from the
// record and the settings, so that the ETag is the record's alone.
func say[T any](c caller.Caller, t *T) {
	if s, ok := any(t).(interface{ Say(c caller.Caller) }); ok {
		s.Say(c)
	}
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + " " + b
}
