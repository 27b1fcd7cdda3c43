package api

import (
	"context"
	"net/http"

	"umbra/app/caller"
	"umbra/app/fault"
	"umbra/app/journal"
)

type undone struct {
	ChangeSet int64 `json:"change_set" doc:"The change-set that took it back; undo that one to have it again." example:"43"`
}

type historyInput struct {
	PageInput
	Kind string `query:"kind" maxLength:"40" pattern:"^[a-z_]+$" doc:"With id: only what changed one record, and what happened to that one." example:"todo"`
	ID   int64  `query:"id" minimum:"1" maximum:"9007199254740991" doc:"Number of that record; it may be gone."`
}

func (in historyInput) record() (journal.Record, error) {
	switch {
	case in.Kind != "" && in.ID == 0:
		return journal.Record{}, fault.BadField("id", "required", "must be given with kind")
	case in.Kind == "" && in.ID != 0:
		return journal.Record{}, fault.BadField("kind", "required", "must be given with id")
	}
	return journal.Record{Kind: in.Kind, ID: in.ID}, nil
}

type trashInput struct {
	Kind string `path:"kind" maxLength:"40" pattern:"^[a-z_]+$" doc:"The record's kind, as the trash lists it." example:"todo"`
	ID   int64  `path:"id" minimum:"1" maximum:"9007199254740991" doc:"The record's number." example:"1"`
}

func (a *API) registerHistory() {
	const tag = "History and trash"
	register(a, op{id: "listHistory", method: http.MethodGet, path: "/api/history", tag: tag, summary: "List what was changed, newest first",
		description: "One item a change-set (a request, an import, an undo), with its first 20 changes. Of all records, or, with kind and id, of one."},
		func(ctx context.Context, in *historyInput) (*many[journal.Set], error) {
			of, err := in.record()
			if err != nil {
				return nil, err
			}
			p, err := a.Journal.HistoryOf(ctx, who(ctx), of, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Journal.CountSetsOf(ctx, who(ctx), of) })
		})
	register(a, op{id: "undo", method: http.MethodPost, path: "/api/history/{change_set}/undo", tag: tag, status: http.StatusOK,
		summary: "Take a change-set back", description: "Answers 409, and changes nothing, where a record has been changed again since, or was purged."},
		func(ctx context.Context, in *struct {
			ChangeSet int64 `path:"change_set" minimum:"1" maximum:"9007199254740991" doc:"The change-set." example:"42"`
		}) (*struct{ Body undone }, error) {
			n, err := a.Journal.Undo(ctx, who(ctx), in.ChangeSet)
			return &struct{ Body undone }{undone{n}}, err
		})
	register(a, op{id: "listTrash", method: http.MethodGet, path: "/api/trash", tag: tag, summary: "List what was deleted, newest first",
		description: "What was deleted along with its owner (a project's tasks) comes back with it and is not listed."},
		func(ctx context.Context, in *PageInput) (*many[journal.Trashed], error) {
			p, err := a.Journal.Trash(ctx, who(ctx), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) { return a.Journal.CountTrash(ctx, who(ctx)) })
		})
	trash := func(o op, do func(ctx context.Context, c caller.Caller, kind string, id int64) error) {
		o.tag, o.status = tag, http.StatusNoContent
		register(a, o,
			func(ctx context.Context, in *trashInput) (*struct{}, error) {
				return nil, do(ctx, who(ctx), in.Kind, in.ID)
			})
	}
	trash(op{id: "restore", method: http.MethodPost, path: "/api/trash/{kind}/{id}/restore", summary: "Bring a deleted record back",
		description: "It comes back under its id, with what was deleted and let go of because of it."}, a.Journal.Untrash)
	trash(op{id: "purge", unjournaled: true, access: inPerson, proof: proofAlways, method: http.MethodDelete, path: "/api/trash/{kind}/{id}", summary: "Remove a deleted record for good",
		description: "Nothing of it is kept, in the history neither."}, func(ctx context.Context, c caller.Caller, kind string, id int64) error {
		return a.forgetting(ctx, func(ctx context.Context) error { return a.Journal.Purge(ctx, c, kind, id) })
	})
	register(a, op{id: "emptyTrash", unjournaled: true, access: inPerson, proof: proofAlways, method: http.MethodDelete, path: "/api/trash", tag: tag, status: http.StatusNoContent, summary: "Empty the trash"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			return nil, a.forgetting(ctx, func(ctx context.Context) error {
				_, err := a.Journal.Empty(ctx, who(ctx))
				return err
			})
		})
}
