package api

import (
	"context"
	"fmt"
	"net/http"

	"umbra/app/caller"
	"umbra/app/share"
)

type shareList struct {
	OneInput
	PageInput
}

type newShareInput struct {
	OneInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"Any text of the client's: the same request with the same key within a day is carried out once, and answered alike." example:"7c9e6679-7425-40de-944b-e07fc1f90ae7"`
	Body           share.Draft
}

// ShareInput names a share of a calendar or project.
type ShareInput struct {
	OneInput
	ShareID int64 `path:"share_id" minimum:"1" maximum:"9007199254740991" doc:"Number of the share." example:"4"`
}

type changeShareInput struct {
	ShareInput
	MatchInput
	Body share.Update
}

type endShareInput struct {
	ShareInput
	MatchInput
}

func (a *API) registerShares() {
	const tag = "Sharing"
	register(a, op{id: "listHousehold", method: http.MethodGet, path: "/api/household", tag: tag, summary: "List with whom you can share",
		description: "The other users of this Umbra, by name."},
		func(ctx context.Context, in *PageInput) (*many[caller.Name], error) {
			p, err := a.Shares.Household(ctx, who(ctx), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) { return a.Shares.CountHousehold(ctx, who(ctx)) })
		})
	a.registerSharesOf(tag, caller.Calendars, "Calendar", "/api/calendars")
	a.registerSharesOf(tag, caller.Projects, "Project", "/api/projects")
}

// registerSharesOf adds the operations on the shares of one kind.
func (a *API) registerSharesOf(tag, kind, name, root string) {
	list, one := root+"/{id}/shares", root+"/{id}/shares/{share_id}"
	key := func(s share.Share) (id, rev int64) { return s.ID, s.Rev }
	register(a, op{id: "list" + name + "Shares", method: http.MethodGet, path: list, tag: tag, shared: kind,
		summary: "List with whom a " + kind + " is shared", description: "Whoever it is shared with sees their own share alone."},
		func(ctx context.Context, in *shareList) (*many[share.Share], error) {
			p, err := a.Shares.List(ctx, who(ctx), kind, in.ID, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Shares.Count(ctx, who(ctx), kind, in.ID) })
		})
	register(a, op{id: "create" + name + "Share", method: http.MethodPost, path: list, tag: tag, shared: kind, guest: guestNever,
		summary: "Share a " + kind + " with another user", description: "They see it, with what lies in it, at once.", status: http.StatusCreated},
		func(ctx context.Context, in *newShareInput) (*created[share.Share], error) {
			path := fmt.Sprintf("%s/%d/shares", root, in.ID)
			return once(ctx, a, "createShare "+path, in.IdempotencyKey, in.Body, func(ctx context.Context) (*created[share.Share], error) {
				s, err := a.Shares.Create(ctx, who(ctx), kind, in.ID, in.Body)
				if err != nil {
					return nil, err
				}
				return createdAt(who(ctx), path, s, key), nil
			})
		})
	register(a, op{id: "patch" + name + "Share", method: http.MethodPatch, path: one, tag: tag, shared: kind, guest: guestNever,
		summary: "Change what a user may do with a " + kind},
		func(ctx context.Context, in *changeShareInput) (*record[share.Share], error) {
			m, err := in.match(who(ctx))
			if err != nil {
				return nil, err
			}
			s, err := a.Shares.Update(ctx, who(ctx), kind, in.ID, in.ShareID, m, in.Body)
			return changed(who(ctx), s, key, err)
		})
	register(a, op{id: "delete" + name + "Share", method: http.MethodDelete, path: one, tag: tag, shared: kind, guest: guestAny,
		status: http.StatusNoContent, summary: "Take a " + kind + " back, or leave it",
		description: "By its owner: the other user sees it no more, at once. By that user, of their own share: they leave it, and only the owner can share it with them again."},
		func(ctx context.Context, in *endShareInput) (*struct{}, error) {
			m, err := in.match(who(ctx))
			if err != nil {
				return nil, err
			}
			return nil, a.Shares.Delete(ctx, who(ctx), kind, in.ID, in.ShareID, m)
		})
}
