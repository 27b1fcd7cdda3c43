package api

import (
	"context"
	"net/http"
	"slices"

	"umbra/app/account"
)

type enrollTOTP struct {
	Password string `json:"password" maxLength:"1024" format:"password" doc:"The password." example:"seven purple umbrellas"`
}

type confirmTOTP struct {
	Code string `json:"code" maxLength:"64" doc:"What the app shows now." example:"492039"`
}

type recoveryCodes struct {
	Codes []string `json:"recovery_codes" doc:"Ten codes, each good for one log-in without the app. Nothing shows them again." example:"[\"K7QF-2M9X-TR4B-9WDE-M2PA-7XQH\"]"`
}

type secondStep struct {
	Token string `json:"mfa_token" maxLength:"1500" doc:"What the log-in by password answered; good for one exchange."`
	Code  string `json:"code" maxLength:"64" doc:"What the authenticator app shows, or a recovery code." example:"492039"`
}

const codeText = " A code is good once. Wrong ones count like failed log-ins."

func (a *API) registerSecondFactor() {
	register(a, op{id: "logInTotp", method: http.MethodPost, path: "/api/auth/login/totp", tag: tagAuth, access: public, status: http.StatusOK,
		summary:     "Log in: the second step",
		description: "Takes a code of the authenticator app or a recovery code and sets the session cookie. 401 is `wrong_code`, or `mfa_token` where the log-in has to start again." + codeText,
		errors:      []int{http.StatusUnauthorized, http.StatusLocked, http.StatusTooManyRequests}},
		func(ctx context.Context, in *agentInput[secondStep]) (*withCookie[loggedIn], error) {
			o, err := a.Accounts.LogInTOTP(ctx, account.SecondStep{Token: in.Body.Token, Code: in.Body.Code, Address: client(ctx).Address, UserAgent: in.UserAgent})
			if err != nil {
				return nil, err
			}
			return a.loggedIn(ctx, o), nil
		})
	register(a, op{id: "getTotp", access: inPerson, method: http.MethodGet, path: "/api/auth/totp", tag: tagAuth, summary: "Say how the second factor stands"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body account.SecondFactor }, error) {
			s, err := a.Accounts.SecondFactor(ctx, principal(ctx))
			return &struct{ Body account.SecondFactor }{s}, err
		})
	register(a, op{id: "enrollTotp", access: inPerson, unjournaled: true, method: http.MethodPost, path: "/api/auth/totp/enroll", tag: tagAuth, status: http.StatusOK,
		summary:     "Begin to set up an authenticator app",
		description: "Answers a secret for the app, which is shown once; `confirm` with a first code turns it on. Until then nothing changes. 409 while it is on.",
		errors:      []int{http.StatusLocked, http.StatusTooManyRequests}},
		func(ctx context.Context, in *struct{ Body enrollTOTP }) (*withCookie[account.Enrolment], error) {
			e, err := a.Accounts.EnrollTOTP(ctx, principal(ctx), in.Body.Password, client(ctx).Address)
			return &withCookie[account.Enrolment]{CacheControl: "no-store", Body: e}, err
		})
	register(a, op{id: "confirmTotp", access: inPerson, unjournaled: true, method: http.MethodPost, path: "/api/auth/totp/confirm", tag: tagAuth, status: http.StatusOK,
		summary:     "Turn the second factor on",
		description: "Answers ten recovery codes, once. Ends all other sessions and renews this one." + codeText,
		errors:      []int{http.StatusLocked, http.StatusTooManyRequests}},
		func(ctx context.Context, in *struct{ Body confirmTOTP }) (*withCookie[recoveryCodes], error) {
			codes, token, err := a.Accounts.ConfirmTOTP(ctx, principal(ctx), in.Body.Code, client(ctx).Address)
			if err != nil {
				return nil, err
			}
			return &withCookie[recoveryCodes]{SetCookie: a.sessionCookie(ctx, token), CacheControl: "no-store", Body: recoveryCodes{codes}}, nil
		})
	register(a, op{id: "disableTotp", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodDelete, path: "/api/auth/totp", tag: tagAuth, status: http.StatusNoContent,
		summary: "Turn the second factor off", description: "Ends all other sessions and renews this one. 409 where it is off."},
		func(ctx context.Context, _ *struct{}) (*cookieOnly, error) {
			token, err := a.Accounts.DisableTOTP(ctx, principal(ctx))
			if err != nil {
				return nil, err
			}
			return &cookieOnly{SetCookie: a.sessionCookie(ctx, token)}, nil
		})
	register(a, op{id: "renewRecoveryCodes", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: "/api/auth/totp/recovery-codes", tag: tagAuth, status: http.StatusOK,
		summary: "Make new recovery codes", description: "The old ones are worth nothing from then on. 409 where the second factor is off."},
		func(ctx context.Context, _ *struct{}) (*withCookie[recoveryCodes], error) {
			codes, err := a.Accounts.RenewRecoveryCodes(ctx, principal(ctx))
			if err != nil {
				return nil, err
			}
			return &withCookie[recoveryCodes]{CacheControl: "no-store", Body: recoveryCodes{codes}}, nil
		})
}

// methods are what the second step of a log-in may be here.
func (a *API) methods(ctx context.Context, o account.Outcome) []string {
	party, err := a.party(ctx)
	if err == nil && slices.Contains(o.MFAPasskeys, party.ID) {
		return append(o.MFAMethods, account.MethodPasskey)
	}
	return o.MFAMethods
}

// loggedIn is the answer to a step of a log-in.
func (a *API) loggedIn(ctx context.Context, o account.Outcome) *withCookie[loggedIn] {
	out := &withCookie[loggedIn]{CacheControl: "no-store"}
	if o.MFARequired {
		out.Body = loggedIn{MFARequired: true, MFAToken: o.MFAToken, MFAExpires: &o.MFAExpiresAt, MFAMethods: a.methods(ctx, o)}
		return out
	}
	out.SetCookie = a.sessionCookie(ctx, o.Session)
	out.Body = loggedIn{User: &o.User}
	return out
}
