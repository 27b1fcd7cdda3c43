package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"umbra/app/account"
	"umbra/app/opt"
)

type passkeyOptions struct {
	PublicKey map[string]any `json:"public_key" doc:"For PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON. The challenge in it is good for one answer within five minutes." example:"{\"challenge\": \"8hY…\", \"rpId\": \"umbra.example.org\"}"`
}

type newPasskey struct {
	Name       string         `json:"name" minLength:"1" maxLength:"64" doc:"What to call it." example:"Ada's phone"`
	Credential map[string]any `json:"credential" doc:"What the browser answered: the PublicKeyCredential's toJSON()." example:"{\"id\": \"mK3…\", \"type\": \"public-key\"}"`
}

type renamePasskey struct {
	Name string `json:"name" minLength:"1" maxLength:"64" doc:"What to call it." example:"Ada's phone"`
}

type passkeyLogInStart struct {
	Token opt.Opt[string] `json:"mfa_token,omitzero" nullable:"false" maxLength:"1500" doc:"What the log-in by password answered, where the passkey is its second step." example:"q3J8…"`
}

type passkeyLogIn struct {
	Token      opt.Opt[string] `json:"mfa_token,omitzero" nullable:"false" maxLength:"1500" doc:"What the log-in by password answered, where the passkey is its second step."`
	Credential map[string]any  `json:"credential" doc:"What the browser answered: the PublicKeyCredential's toJSON()." example:"{\"id\": \"mK3…\", \"type\": \"public-key\"}"`
}

type passkeyProof struct {
	Credential map[string]any `json:"credential" doc:"What the browser answered: the PublicKeyCredential's toJSON()." example:"{\"id\": \"mK3…\", \"type\": \"public-key\"}"`
}

// asked answers a browser's options, which nobody may keep.
func asked(options json.RawMessage, err error) (*withCookie[passkeyOptions], error) {
	if err != nil {
		return nil, err
	}
	out := &withCookie[passkeyOptions]{CacheControl: "no-store"}
	return out, json.Unmarshal(options, &out.Body.PublicKey)
}

// response is a browser's answer as it came.
func response(credential map[string]any) []byte {
	b, err := json.Marshal(credential)
	if err != nil { // it was JSON
		return nil
	}
	return b
}

func (a *API) registerPasskeys() {
	a.registerPasskeyLogIn()
	a.registerPasskeyProof()
	const path = "/api/auth/passkeys"
	register(a, op{id: "listPasskeys", access: inPerson, method: http.MethodGet, path: path, tag: tagAuth, summary: "List the passkeys"},
		func(ctx context.Context, in *PageInput) (*many[account.Passkey], error) {
			id := principal(ctx).UserID
			p, err := a.Accounts.Passkeys(ctx, id, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) { return a.Accounts.CountPasskeys(ctx, id) })
		})
	register(a, op{id: "passkeyOptions", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: path + "/options", tag: tagAuth, status: http.StatusOK,
		summary: "Begin to add a passkey", description: "Answers what `navigator.credentials.create` needs. 409 where passkeys cannot be, and for one more than 20."},
		func(ctx context.Context, _ *struct{}) (*withCookie[passkeyOptions], error) {
			party, err := a.party(ctx)
			if err != nil {
				return nil, err
			}
			return asked(a.Accounts.PasskeyOptions(ctx, principal(ctx), party))
		})
	register(a, op{id: "addPasskey", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: path, tag: tagAuth, status: http.StatusCreated,
		summary: "Add a passkey", description: "A passkey is a way to log in without name and password, past the second factor. It verifies who uses it."},
		func(ctx context.Context, in *struct{ Body newPasskey }) (*createdOnce[account.Passkey], error) {
			party, err := a.party(ctx)
			if err != nil {
				return nil, err
			}
			p, err := a.Accounts.AddPasskey(ctx, principal(ctx), party, account.NewPasskey{Name: in.Body.Name, Response: response(in.Body.Credential)})
			return &createdOnce[account.Passkey]{Location: fmt.Sprintf("%s/%d", path, p.ID), CacheControl: "no-store", Body: p}, err
		})
	register(a, op{id: "renamePasskey", access: inPerson, unjournaled: true, method: http.MethodPatch, path: path + "/{id}", tag: tagAuth, status: http.StatusOK, summary: "Rename a passkey"},
		func(ctx context.Context, in *struct {
			OneInput
			Body renamePasskey
		}) (*struct{ Body account.Passkey }, error) {
			p, err := a.Accounts.RenamePasskey(ctx, principal(ctx).UserID, in.ID, in.Body.Name)
			return &struct{ Body account.Passkey }{p}, err
		})
	register(a, op{id: "removePasskey", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodDelete, path: path + "/{id}", tag: tagAuth, status: http.StatusNoContent,
		summary: "Remove a passkey", description: "Ends all other sessions and renews this one."},
		func(ctx context.Context, in *OneInput) (*cookieOnly, error) {
			token, err := a.Accounts.RemovePasskey(ctx, principal(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &cookieOnly{SetCookie: a.sessionCookie(ctx, token)}, nil
		})
}

func (a *API) registerPasskeyLogIn() {
	const path = "/api/auth/login/passkey"
	register(a, op{id: "passkeyLogInOptions", method: http.MethodPost, path: path + "/options", tag: tagAuth, access: public, status: http.StatusOK,
		summary: "Begin to log in with a passkey", description: "Answers what `navigator.credentials.get` needs. 409 where passkeys cannot be.",
		errors: []int{http.StatusUnauthorized}},
		func(ctx context.Context, in *struct{ Body passkeyLogInStart }) (*withCookie[passkeyOptions], error) {
			party, err := a.party(ctx)
			if err != nil {
				return nil, err
			}
			return asked(a.Accounts.PasskeyLogInOptions(ctx, party, in.Body.Token.Value))
		})
	register(a, op{id: "logInPasskey", method: http.MethodPost, path: path, tag: tagAuth, access: public, status: http.StatusOK,
		summary:     "Log in with a passkey",
		description: "Sets the session cookie: without name and password, or as the second step of a log-in by password. A lock after failed passwords does not keep it out.",
		errors:      []int{http.StatusUnauthorized, http.StatusTooManyRequests}},
		func(ctx context.Context, in *agentInput[passkeyLogIn]) (*withCookie[loggedIn], error) {
			party, err := a.party(ctx)
			if err != nil {
				return nil, err
			}
			o, err := a.Accounts.LogInPasskey(ctx, party, account.PasskeyLogIn{Response: response(in.Body.Credential), MFAToken: in.Body.Token.Value,
				Address: client(ctx).Address, UserAgent: in.UserAgent})
			if err != nil {
				return nil, err
			}
			return a.loggedIn(ctx, o), nil
		})
}

func (a *API) registerPasskeyProof() {
	const path = "/api/auth/step-up/passkey"
	register(a, op{id: "passkeyProofOptions", access: inPerson, unjournaled: true, method: http.MethodPost, path: path + "/options", tag: tagAuth, status: http.StatusOK,
		summary: "Begin to prove with a passkey who you are", description: "Answers what `navigator.credentials.get` needs. 409 for one who has no passkey here."},
		func(ctx context.Context, _ *struct{}) (*withCookie[passkeyOptions], error) {
			party, err := a.party(ctx)
			if err != nil {
				return nil, err
			}
			return asked(a.Accounts.PasskeyProofOptions(ctx, principal(ctx), party))
		})
	register(a, op{id: "stepUpPasskey", access: inPerson, unjournaled: true, method: http.MethodPost, path: path, tag: tagAuth, status: http.StatusNoContent,
		summary: "Prove with a passkey who you are", description: "As `POST /api/auth/step-up`, which it takes the place of: a passkey is both factors.",
		errors: []int{http.StatusTooManyRequests}},
		func(ctx context.Context, in *struct{ Body passkeyProof }) (*cookieOnly, error) {
			party, err := a.party(ctx)
			if err != nil {
				return nil, err
			}
			token, err := a.Accounts.StepUpPasskey(ctx, principal(ctx), party, response(in.Body.Credential), client(ctx).Address)
			if err != nil {
				return nil, err
			}
			return &cookieOnly{SetCookie: a.sessionCookie(ctx, token)}, nil
		})
}
