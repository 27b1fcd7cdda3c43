package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"umbra/app/account"
	"umbra/app/fault"
	"umbra/app/limit"
	"umbra/app/opt"
	"umbra/app/page"
)

const tagUsers = "Users"

// strangersRate bounds what anybody may ask without being signed in, and without
// a hash that would bound it by itself.
const strangersRate = 30 // a minute and address (IPv6: /64)

func newStrangers() *limit.Rate { return limit.NewRate(strangersRate, time.Minute) }

// admitStranger answers Limited for an address that asks too often.
func (a *API) admitStranger(ctx context.Context) error {
	if wait := a.strangers.Take(limit.Address(client(ctx).Address), a.Clock.Now()); wait > 0 {
		return fault.New(fault.Limited, "too_many_requests", "Too many requests came from this address. Wait a moment.").After(wait)
	}
	return nil
}

type changeUser struct {
	Role     opt.Opt[string] `json:"role,omitzero" nullable:"false" enum:"admin,user" doc:"What the user may do beyond their own data." example:"user"`
	Disabled opt.Opt[bool]   `json:"disabled,omitzero" nullable:"false" doc:"Shuts the user out, ending all sessions and tokens at once, or lets them in again." example:"true"`
}

type newInvitation struct {
	Username opt.Opt[string] `json:"username,omitzero" nullable:"false" maxLength:"64" doc:"The name that is proposed; left out: the guest chooses." example:"bob"`
	Role     opt.Opt[string] `json:"role,omitzero" nullable:"false" enum:"admin,user" doc:"What the new user may do; left out: user." example:"user"`
}

// invited is a new invitation with its link, which is shown this once.
type invited struct {
	account.Invitation
	URL string `json:"url" doc:"The link to hand over. Its secret stands in the fragment, which browsers send to nobody. A path where the server does not know its public address." example:"/join#Qm9iIGlzIGludml0ZWQ"`
}

type invitationToken struct {
	Token string `json:"token" minLength:"1" maxLength:"100" doc:"The secret, from the link's fragment." example:"Qm9iIGlzIGludml0ZWQ"`
}

// invitationFor is what a guest learns.
type invitationFor struct {
	Username  string    `json:"username" doc:"The name that is proposed, or that of the user whose password is set." example:"bob"`
	Reset     bool      `json:"reset" doc:"Whether it sets a new password for that user, and makes no account." example:"false"`
	InvitedBy string    `json:"invited_by" doc:"Who invites, by the name they go by here; empty for one who is gone." example:"Ada"`
	ExpiresAt time.Time `json:"expires_at" doc:"When it ends." example:"2025-01-08T08:00:00Z"`
}

type acceptInvitation struct {
	Token    string          `json:"token" minLength:"1" maxLength:"100" doc:"The secret, from the link's fragment." example:"Qm9iIGlzIGludml0ZWQ"`
	Username opt.Opt[string] `json:"username,omitzero" nullable:"false" maxLength:"64" doc:"The name to log in with; ignored where a password is set anew." example:"bob"`
	Password string          `json:"password" maxLength:"512" format:"password" doc:"12 to 128 characters, none of the common ones." example:"nine yellow telescopes"`
	TimeZone opt.Opt[string] `json:"time_zone,omitzero" nullable:"false" maxLength:"64" doc:"IANA time zone, from the browser; else UTC." example:"Europe/Berlin"`
	Language opt.Opt[string] `json:"language,omitzero" nullable:"false" maxLength:"35" doc:"BCP 47 language, from the browser; else en." example:"en"`
}

func (a *API) registerUsers() {
	const one = "/api/users/{id}"
	register(a, op{id: "listUsers", access: admin, method: http.MethodGet, path: "/api/users", tag: tagUsers, summary: "List the users, by name"},
		func(ctx context.Context, in *PageInput) (*many[account.Listed], error) {
			p, err := a.Accounts.Users(ctx, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) { return a.Accounts.CountUsers(ctx) })
		})
	register(a, op{id: "changeUser", access: admin, proof: proofAlways, method: http.MethodPatch, path: one, tag: tagUsers, summary: "Change a user's role, disable or enable them",
		description: "409 for the last administrator who can log in."},
		func(ctx context.Context, in *struct {
			OneInput
			Body changeUser
		}) (*struct{ Body account.User }, error) {
			err := a.DB.Tx(ctx, func(ctx context.Context) error {
				if in.Body.Role.Has() {
					if err := a.Accounts.SetRole(ctx, in.ID, account.Role(in.Body.Role.Value)); err != nil {
						return err
					}
				}
				if in.Body.Disabled.Has() {
					return a.Accounts.SetDisabled(ctx, in.ID, in.Body.Disabled.Value)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			u, err := a.Accounts.Find(ctx, in.ID)
			return &struct{ Body account.User }{u}, err
		})
	register(a, op{id: "unlockUser", access: admin, method: http.MethodPost, path: one + "/unlock", tag: tagUsers, status: http.StatusNoContent,
		summary: "Let a user who failed too often try again"},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Accounts.Unlock(ctx, in.ID)
		})
	register(a, op{id: "resetUser", access: admin, proof: proofAlways, method: http.MethodPost, path: one + "/reset", tag: tagUsers, status: http.StatusCreated,
		summary: "Make a one-time link for a user's new password", description: "Using it ends all of their sessions and tokens. An older link of theirs ends now. 409 for a disabled user."},
		func(ctx context.Context, in *OneInput) (*createdOnce[invited], error) {
			i, token, err := a.Accounts.InviteBack(ctx, principal(ctx), in.ID)
			return a.invited(i, token), err
		})
	register(a, op{id: "deleteUser", access: admin, proof: proofAlways, method: http.MethodDelete, path: one, tag: tagUsers, status: http.StatusNoContent,
		summary: "Delete a user and everything of theirs", description: "For good: no trash, no history. Backups made before still hold it. 409 for the last administrator while there are other users."},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Accounts.Delete(ctx, in.ID)
		})
	a.registerInvitations()
}

func (a *API) invited(i account.Invitation, token string) *createdOnce[invited] {
	return &createdOnce[invited]{Location: fmt.Sprintf("/api/invitations/%d", i.ID), CacheControl: "no-store", Body: invited{i, a.PublicURL.String() + "/join#" + token}}
}

func (a *API) registerInvitations() {
	const path = "/api/invitations"
	register(a, op{id: "invite", access: admin, proof: proofAlways, method: http.MethodPost, path: path, tag: tagUsers, status: http.StatusCreated,
		summary: "Invite somebody", description: "Answers a link that makes one account, within seven days. At most 100 are open."},
		func(ctx context.Context, in *struct{ Body newInvitation }) (*createdOnce[invited], error) {
			role := account.Member
			if in.Body.Role.Has() {
				role = account.Role(in.Body.Role.Value)
			}
			i, token, err := a.Accounts.Invite(ctx, principal(ctx), in.Body.Username.Value, role)
			return a.invited(i, token), err
		})
	register(a, op{id: "listInvitations", access: admin, method: http.MethodGet, path: path, tag: tagUsers, summary: "List the open invitations, newest first"},
		func(ctx context.Context, in *PageInput) (*many[account.Invitation], error) {
			p, err := a.Accounts.Invitations(ctx, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) {
				all, err := a.Accounts.Invitations(ctx, page.Request{Limit: page.MaxLimit}) // more there are never
				return int64(len(all.Items)), err
			})
		})
	register(a, op{id: "revokeInvitation", access: admin, method: http.MethodDelete, path: path + "/{id}", tag: tagUsers, status: http.StatusNoContent, summary: "Revoke an invitation"},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Accounts.RevokeInvitation(ctx, principal(ctx), in.ID)
		})
	register(a, op{id: "readInvitation", access: public, method: http.MethodPost, path: "/api/auth/invitation/read", tag: tagUsers, status: http.StatusOK,
		summary: "Say what an invitation is for", description: "The secret is in the body, not in the address, which logs keep. 404 for one that was used, has expired or was revoked.",
		errors: []int{http.StatusNotFound, http.StatusTooManyRequests}},
		func(ctx context.Context, in *struct{ Body invitationToken }) (*struct{ Body invitationFor }, error) {
			if err := a.admitStranger(ctx); err != nil {
				return nil, err
			}
			i, err := a.Accounts.FindInvitation(ctx, in.Body.Token)
			return &struct{ Body invitationFor }{invitationFor{i.Username, i.UserID != nil, i.InvitedBy, i.ExpiresAt}}, err
		})
	register(a, op{id: "acceptInvitation", access: public, method: http.MethodPost, path: "/api/auth/invitation/accept", tag: tagUsers, status: http.StatusCreated,
		summary: "Accept an invitation", description: "Makes the account and signs in; or sets the new password, with which to log in then.",
		errors: []int{http.StatusNotFound, http.StatusTooManyRequests}},
		func(ctx context.Context, in *agentInput[acceptInvitation]) (*withCookie[account.User], error) {
			if err := a.admitStranger(ctx); err != nil {
				return nil, err
			}
			b := in.Body
			u, made, err := a.Accounts.AcceptInvitation(ctx, account.Accept{Token: b.Token, Username: b.Username.Value, Password: b.Password, Zone: b.TimeZone.Value, Language: b.Language.Value})
			if err != nil {
				return nil, err
			}
			out := &withCookie[account.User]{CacheControl: "no-store", Body: u}
			if made { // a new password alone must not go round a second factor
				token, err := a.Accounts.StartSession(ctx, u.ID, client(ctx).Address, in.UserAgent)
				if err != nil {
					return nil, err
				}
				out.SetCookie = a.sessionCookie(ctx, token)
			}
			return out, nil
		})
}
