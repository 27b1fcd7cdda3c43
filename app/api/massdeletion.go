package api

import (
	"context"
	"net/http"

	"umbra/app/journal"
)

type broughtBack struct {
	Restored int64 `json:"restored" doc:"How many records came back." example:"48"`
}

// registerMassDeletions serves the owner's answers to clients that delete most of
// a collection. No token gives them: it may be the one that is asked about.
func (a *API) registerMassDeletions() {
	const tag, path = "History and trash", "/api/mass-deletions"
	register(a, op{id: "listMassDeletions", access: inPerson, method: http.MethodGet, path: path, tag: tag, summary: "List what applications deleted that waits for an answer",
		description: "An application (a token) that deletes more than half of a collection, and ten records or more, within five minutes is obeyed. " +
			"What it deleted stays in the trash until its owner says what is to become of it."},
		func(ctx context.Context, in *PageInput) (*many[journal.MassDeletion], error) {
			p, err := a.Journal.MassDeletions(ctx, who(ctx), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) { return a.Journal.CountMassDeletions(ctx, who(ctx)) })
		})
	register(a, op{id: "restoreMassDeletion", access: inPerson, journaled: true, method: http.MethodPost, path: path + "/{id}/restore", tag: tag, status: http.StatusOK, summary: "Bring back what an application deleted",
		description: "All of it that is in the trash still, as one change that can be undone. Applications get it again when they sync next."},
		func(ctx context.Context, in *OneInput) (*struct{ Body broughtBack }, error) {
			n, err := a.Journal.BringBack(ctx, who(ctx), in.ID)
			return &struct{ Body broughtBack }{broughtBack{n}}, err
		})
	register(a, op{id: "acceptMassDeletion", access: inPerson, unjournaled: true, method: http.MethodPost, path: path + "/{id}/accept", tag: tag, status: http.StatusNoContent, summary: "Say that the deletion was meant",
		description: "What was deleted leaves the trash 30 days after it was deleted, as everything does."},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Journal.LetGo(ctx, who(ctx), in.ID)
		})
}
