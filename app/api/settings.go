package api

import (
	"context"
	"net/http"

	"umbra/app/account"
	"umbra/app/fault"
)

func (a *API) registerSettings() {
	const tag = "Settings"
	register(a, op{id: "getSettings", method: http.MethodGet, path: "/api/settings", tag: tag, summary: "Read the settings"},
		func(ctx context.Context, in *CacheInput) (*record[account.Settings], error) {
			s, err := a.Accounts.Settings(ctx, who(ctx))
			if err != nil {
				return nil, err
			}
			return found(who(ctx), in.IfNoneMatch, s.Rev, s)
		})
	update := func(ctx context.Context, in *struct {
		MatchInput
		Body account.SettingsUpdate
	}) (*record[account.Settings], error) {
		m, err := in.match(who(ctx))
		if err != nil {
			return nil, err
		}
		if err := a.mayUpdate(ctx, in.Body); err != nil {
			return nil, err
		}
		s, err := a.Accounts.UpdateSettings(ctx, who(ctx), m, in.Body)
		return changed(who(ctx), s, func(s account.Settings) (id, rev int64) { return 0, s.Rev }, err)
	}
	register(a, op{id: "updateSettings", proof: proofAsked, method: http.MethodPut, path: "/api/settings", tag: tag, summary: "Change the settings",
		description: "Sets the fields given and leaves the rest; null brings the default back. " +
			"Another e-mail address asks for a fresh proof (403 `proof_needed`)."}, update)
	register(a, op{id: "patchSettings", proof: proofAsked, method: http.MethodPatch, path: "/api/settings", tag: tag, summary: "Change the settings (PATCH)",
		description: "The same as PUT (RFC 7396), with a proof where that asks for one."}, update)
	register(a, op{id: "setPIN", unjournaled: true, method: http.MethodPut, path: "/api/settings/pin", tag: tag, status: http.StatusNoContent,
		summary: "Set a PIN (gone)", description: "PINs are gone; there are passwords now: POST /api/auth/change-password.", errors: []int{http.StatusGone}},
		func(context.Context, *struct{}) (*struct{}, error) {
			return nil, fault.New(fault.Gone, "pin_gone", "There are no PINs any more. Change the password with POST /api/auth/change-password.")
		})
}

// mayUpdate answers proof_needed for another e-mail address: whoever reads mail
// there learns what is sent to the user. A token may not say where messages go,
// nor set what they are signed with.
func (a *API) mayUpdate(ctx context.Context, u account.SettingsUpdate) error {
	if principal(ctx).TokenID != 0 && u.Outward() {
		return account.BeyondScope("")
	}
	if !u.Email.Set {
		return nil
	}
	s, err := a.Accounts.Settings(ctx, who(ctx))
	if err != nil || u.Email.Value == s.Email {
		return err
	}
	return a.proved(ctx)
}
