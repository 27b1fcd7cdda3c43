package api

import (
	"context"
	"net/http"
	"strconv"

	"umbra/app/page"
	"umbra/app/push"
)

// pushServerKey is what a browser subscribes with.
type pushServerKey struct {
	Key string `json:"key" doc:"This server's public key (VAPID, RFC 8292), base64url: applicationServerKey for the browser's PushManager." example:"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"`
}

type subscribed struct {
	Location string `header:"Location"`
	Body     push.Subscription
}

func (a *API) registerPush() {
	const tag = "Settings"
	register(a, op{id: "getPushKey", method: http.MethodGet, path: "/api/push/key", tag: tag, summary: "Read this server's key for web push"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body pushServerKey }, error) {
			k, err := a.Push.Key(ctx)
			if err != nil {
				return nil, err
			}
			return &struct{ Body pushServerKey }{pushServerKey{Key: k.Public()}}, nil
		})
	register(a, op{id: "subscribePush", access: inPerson, unjournaled: true, method: http.MethodPost, path: "/api/push/subscriptions", tag: tag, status: http.StatusCreated,
		summary: "Show notifications in this browser",
		description: "Takes what the browser's PushManager answered to subscribe(). The same endpoint again answers the same subscription; " +
			"one of somebody else changes hands. At most 20 for each user: 409 too_many_browsers."},
		func(ctx context.Context, in *struct {
			UserAgent string `header:"User-Agent" hidden:"true"`
			Body      push.New
		}) (*subscribed, error) {
			s, err := a.Push.Subscribe(ctx, who(ctx).UserID, in.UserAgent, in.Body)
			if err != nil {
				return nil, err
			}
			return &subscribed{"/api/push/subscriptions/" + strconv.FormatInt(s.ID, 10), s}, nil
		})
	register(a, op{id: "listPushSubscriptions", access: inPerson, method: http.MethodGet, path: "/api/push/subscriptions", tag: tag, summary: "List the browsers that show notifications"},
		func(ctx context.Context, in *PageInput) (*many[push.Subscription], error) {
			p, err := a.Push.List(ctx, who(ctx).UserID, in.page())
			if err != nil {
				return nil, err
			}
			for i := range p.Items {
				p.Items[i].Say(who(ctx).Language)
			}
			return answer(ctx, *in, p, func() (int64, error) {
				all, err := a.Push.List(ctx, who(ctx).UserID, page.Request{Limit: page.MaxLimit})
				return int64(len(all.Items)), err
			})
		})
	register(a, op{id: "removePushSubscription", access: inPerson, unjournaled: true, method: http.MethodDelete, path: "/api/push/subscriptions/{id}", tag: tag, status: http.StatusNoContent,
		summary: "Show no more notifications in a browser"},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Push.Remove(ctx, who(ctx).UserID, in.ID)
		})
}
