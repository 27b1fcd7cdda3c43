package api

import (
	"context"
	"net/http"

	"umbra/app/account"
	"umbra/app/opt"
)

type stepUp struct {
	Password string          `json:"password" maxLength:"1024" format:"password" doc:"The password." example:"seven purple umbrellas"`
	Code     opt.Opt[string] `json:"code,omitzero" nullable:"false" maxLength:"64" doc:"A code of the second factor, or a recovery code; needed by whoever has one." example:"492039"`
}

func (a *API) registerStepUp() {
	register(a, op{id: "stepUp", access: inPerson, unjournaled: true, method: http.MethodPost, path: "/api/auth/step-up", tag: tagAuth, status: http.StatusNoContent,
		summary: "Prove again who you are",
		description: "What would hand the account over, or erase it, asks for a proof within the last 10 minutes (`x-proof`) and answers 403 `proof_needed` without. " +
			"A log-in is one. It renews the session, and failures count like those of log-ins.",
		errors: []int{http.StatusLocked, http.StatusTooManyRequests}},
		func(ctx context.Context, in *struct{ Body stepUp }) (*cookieOnly, error) {
			token, err := a.Accounts.StepUp(ctx, principal(ctx), account.Proof{Password: in.Body.Password, Code: in.Body.Code.Value, Address: client(ctx).Address})
			if err != nil {
				return nil, err
			}
			return &cookieOnly{SetCookie: a.sessionCookie(ctx, token)}, nil
		})
}
