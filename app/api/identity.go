package api

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"umbra/app/account"
	"umbra/app/fault"
	"umbra/app/opt"
	"umbra/app/page"
)

type linkIdentity struct {
	Return opt.Opt[string] `json:"return,omitzero" nullable:"false" maxLength:"1000" doc:"Where in the interface to come back to; a path here." example:"/settings/security"`
}

type goTo struct {
	Location string `json:"location" doc:"The address at the provider that the browser goes to." example:"https://auth.example.org/authorize?client_id=umbra"`
}

func noProvider() error {
	return fault.New(fault.NotFound, "no_identity_provider", "No identity provider is configured here: see UMBRA_OIDC_ISSUER.")
}

func (a *API) registerIdentities(r chi.Router) {
	a.registerProvider(r)
	register(a, op{id: "linkIdentity", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: "/api/auth/oidc/link", tag: tagAuth, status: http.StatusOK,
		summary:     "Begin to link an identity",
		description: "Answers where the browser goes; it comes back to this browser and session within ten minutes. Nothing is ever linked by an e-mail address. 404 where no provider is configured, 503 where it does not answer.",
		errors:      []int{http.StatusNotFound}},
		func(ctx context.Context, in *struct{ Body linkIdentity }) (*withCookie[goTo], error) {
			if a.Provider == nil {
				return nil, noProvider()
			}
			p := principal(ctx)
			flow := a.Accounts.BeginFlow(&p, returnPath(in.Body.Return.Value))
			to, err := a.Provider.Start(ctx, request(flow))
			if err != nil {
				a.log.WarnContext(ctx, "the identity provider cannot be used", "request", RequestID(ctx), "error", err)
				return nil, fault.New(fault.Overloaded, "provider_unavailable", "The identity provider does not answer. Try again later.").Because(err).After(10 * time.Second)
			}
			sealed, err := a.Accounts.SealFlow(flow)
			if err != nil {
				return nil, err
			}
			return &withCookie[goTo]{SetCookie: []http.Cookie{flowPocket.cookie(client(ctx).HTTPS, sealed, int(account.FlowAge/time.Second))},
				CacheControl: "no-store", Body: goTo{to}}, nil
		})
	register(a, op{id: "identitySecondStep", method: http.MethodPost, path: "/api/auth/oidc/second-step", tag: tagAuth, access: public, status: http.StatusOK,
		summary:     "Log in by an identity: what the second step needs",
		description: "After a sign-in that came back asking for a second factor: takes its cookie and answers the token for `POST /api/auth/login/totp`. 401 `mfa_token` where there is none.",
		errors:      []int{http.StatusUnauthorized}},
		func(ctx context.Context, in *cookieInput) (*withCookie[loggedIn], error) {
			https := client(ctx).HTTPS
			o, err := a.Accounts.SecondStepOf(ctx, stepPocket.in(in.Cookie, https))
			if err != nil {
				return nil, err
			}
			out := a.loggedIn(ctx, o)
			out.SetCookie = []http.Cookie{stepPocket.cookie(https, "", 0)}
			return out, nil
		})
	register(a, op{id: "listIdentities", access: inPerson, method: http.MethodGet, path: "/api/auth/identities", tag: tagAuth, summary: "List the linked identities"},
		func(ctx context.Context, in *PageInput) (*many[account.Identity], error) {
			p, err := a.Accounts.Identities(ctx, principal(ctx).UserID, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) {
				all, err := a.Accounts.Identities(ctx, principal(ctx).UserID, page.Request{Limit: page.MaxLimit})
				return int64(len(all.Items)), err
			})
		})
	register(a, op{id: "unlinkIdentity", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodDelete, path: "/api/auth/identities/{id}", tag: tagAuth, status: http.StatusNoContent,
		summary: "Unlink an identity", description: "Ends all other sessions and renews this one. 409 `last_way_in` where nothing else opens the account."},
		func(ctx context.Context, in *OneInput) (*cookieOnly, error) {
			token, err := a.Accounts.UnlinkIdentity(ctx, principal(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &cookieOnly{SetCookie: a.sessionCookie(ctx, token)}, nil
		})
}
