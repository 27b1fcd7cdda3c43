package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"umbra/app/caller"
	"umbra/app/fault"
	"umbra/app/journal"
)

type undone struct {
	ChangeSet int64 `json:"change_set" doc:"Number of the change-set that took it back; undo the one that the header Change-Set names to have it again." example:"43"`
}

type historyInput struct {
	PageInput
	Kind string `query:"kind" maxLength:"40" pattern:"^[a-z_]+$" patternDescription:"a kind of record, like todo" doc:"With id: only what changed one record, and what happened to that one." example:"todo"`
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
	Kind string `path:"kind" maxLength:"40" pattern:"^[a-z_]+$" patternDescription:"a kind of record, like todo" doc:"The record's kind, as the trash lists it." example:"todo"`
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
		summary: "Take a change-set back", description: "Answers 409, and changes nothing, where a record has been changed again since, or was purged. In what others share with you, you can take back what you did yourself."},
		func(ctx context.Context, in *struct {
			ChangeSet string `path:"change_set" maxLength:"33" pattern:"^([1-9][0-9]{0,15}-)?[1-9][0-9]{0,15}$" patternDescription:"a change-set as Change-Set names it" doc:"The change-set, as the header Change-Set names it." example:"42"`
		}) (*struct{ Body undone }, error) {
			n, err := a.undo(ctx, in.ChangeSet)
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

// undo takes back a change-set of the user's, or what they did within a share.
func (a *API) undo(ctx context.Context, name string) (int64, error) {
	owner, number, shared := strings.Cut(name, "-")
	if !shared {
		owner, number = "", owner
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, err
	}
	c := who(ctx)
	if !shared || owner == strconv.FormatInt(c.UserID, 10) {
		return a.Journal.Undo(ctx, c, n)
	}
	for _, kind := range []string{caller.Calendars, caller.Projects} {
		for _, s := range c.Of(kind) {
			if strconv.FormatInt(s.Owner.ID, 10) != owner || s.Access != caller.Write {
				continue
			}
			// It lies within one share, of which the journal knows.
			if undo, err := a.Journal.Undo(ctx, c.In(s), n); !fault.Is(err, fault.NotFound) {
				return undo, err
			}
		}
	}
	return 0, fault.Missing("change_set", n)
}
