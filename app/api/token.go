package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"umbra/app/account"
	"umbra/app/opt"
	"umbra/app/page"
)

type newToken struct {
	Name      string             `json:"name" minLength:"1" maxLength:"100" doc:"What it is for." example:"Phone"`
	Scopes    []account.Scope    `json:"scopes" minItems:"1" maxItems:"3" enum:"read,write,dav" doc:"How far it reaches: read (GET), write (everything else of the API), dav (sync: an app password). None contains another." example:"[\"read\"]"`
	ExpiresAt opt.Opt[time.Time] `json:"expires_at,omitzero" doc:"When it ends, within ten years; null or left out: when it is revoked." example:"2026-01-01T00:00:00Z"`
}

// madeToken is a new token with its text, which is shown this once.
type madeToken struct {
	account.Token
	Text string `json:"token" doc:"The token itself. It is shown once and kept nowhere." example:"umbra_pat_4Yb…"`
}

type renameToken struct {
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"What it is for." example:"Old phone"`
}

// createdOnce answers what no cache may keep.
type createdOnce[T any] struct {
	Location     string `header:"Location" doc:"Where it is."`
	CacheControl string `header:"Cache-Control"`
	Body         T
}

func (a *API) registerTokens() {
	const path = "/api/auth/tokens"
	register(a, op{id: "createToken", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: path, tag: tagAuth, status: http.StatusCreated,
		summary: "Make a token or an app password",
		description: "The text is in this answer and nowhere else. Programs send it as `Authorization: Bearer`; one with the scope `dav` is an app password too, " +
			"for HTTP Basic with the user name in clients that sync. At most 50 a user."},
		func(ctx context.Context, in *struct{ Body newToken }) (*createdOnce[madeToken], error) {
			n := account.NewToken{Name: in.Body.Name, Scopes: in.Body.Scopes}
			in.Body.ExpiresAt.Into(&n.ExpiresAt)
			t, text, err := a.Accounts.CreateToken(ctx, principal(ctx), n)
			if err != nil {
				return nil, err
			}
			return &createdOnce[madeToken]{Location: fmt.Sprintf("%s/%d", path, t.ID), CacheControl: "no-store", Body: madeToken{t, text}}, nil
		})
	register(a, op{id: "listTokens", access: inPerson, method: http.MethodGet, path: path, tag: tagAuth, summary: "List the tokens, newest first"},
		func(ctx context.Context, in *PageInput) (*many[account.Token], error) {
			p, err := a.Accounts.Tokens(ctx, principal(ctx).UserID, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) {
				all, err := a.Accounts.Tokens(ctx, principal(ctx).UserID, page.Request{Limit: page.MaxLimit}) // more there are never
				return int64(len(all.Items)), err
			})
		})
	register(a, op{id: "renameToken", access: inPerson, unjournaled: true, method: http.MethodPatch, path: path + "/{id}", tag: tagAuth, summary: "Rename a token"},
		func(ctx context.Context, in *struct {
			OneInput
			Body renameToken
		}) (*struct{ Body account.Token }, error) {
			t, err := a.Accounts.RenameToken(ctx, principal(ctx).UserID, in.ID, in.Body.Name)
			return &struct{ Body account.Token }{t}, err
		})
	register(a, op{id: "revokeToken", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodDelete, path: path + "/{id}", tag: tagAuth, status: http.StatusNoContent,
		summary: "Revoke a token", description: "It is worth nothing at once, and its streams end."},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Accounts.RevokeToken(ctx, principal(ctx).UserID, in.ID)
		})
}
