package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/account"
	"umbra/app/fault"
)

type auditInput struct {
	PageInput
	Kind string    `query:"kind" doc:"Only what is of this kind." example:"log_in"`
	From time.Time `query:"from" doc:"Only what was at this instant or later." example:"2025-01-01T00:00:00Z"`
	To   time.Time `query:"to" doc:"Only what was before this instant." example:"2025-02-01T00:00:00Z"`
	All  bool      `query:"all" doc:"Everyone's, for an administrator: log-ins with names that nobody has included." example:"false"`
	User int64     `query:"user_id" minimum:"1" maximum:"9007199254740991" doc:"With all: only this user's."`
}

func (a *API) registerAudit() {
	register(a, op{id: "listAudit", access: inPerson, method: http.MethodGet, path: "/api/audit", tag: tagAuth, summary: "List what happened to the account, newest first",
		description: "Log-ins good and bad, changes of what opens the account, tokens made, revoked or used from a new address, acts of administrators. " +
			"Kept for 180 days, at most 10,000 a user."},
		func(ctx context.Context, in *auditInput) (*many[account.Event], error) {
			f := account.EventFilter{UserID: principal(ctx).UserID, Kind: in.Kind, From: in.From, To: in.To}
			switch {
			case in.All && principal(ctx).Role != account.Admin:
				return nil, fault.New(fault.Forbidden, "not_admin", "Only an administrator may do this.")
			case in.All:
				f.UserID = in.User
			case in.User != 0 && in.User != f.UserID:
				return nil, fault.BadField("user_id", "choice", "needs all=true")
			}
			p, err := a.Accounts.Events(ctx, f, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Accounts.CountEvents(ctx, f) })
		})
	a.nameEventKinds()
}

// nameEventKinds lists the kinds in the document, so that clients which have a
// word for each notice when there is a new one.
func (a *API) nameEventKinds() {
	kinds := make([]any, len(account.EventKinds))
	for i, k := range account.EventKinds {
		kinds[i] = k
	}
	enumerate := func(s *huma.Schema) {
		s.Enum = kinds
		s.PrecomputeMessages()
	}
	doc := a.huma.OpenAPI()
	enumerate(doc.Components.Schemas.Map()["AccountEvent"].Properties["kind"])
	for _, p := range doc.Paths["/api/audit"].Get.Parameters {
		if p.Name == "kind" {
			enumerate(p.Schema)
		}
	}
}
