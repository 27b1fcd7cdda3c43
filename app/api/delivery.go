package api

import (
	"context"
	"net/http"
	"time"

	"umbra/app/alarm"
)

type deliveryFilter struct {
	PageInput
	State string    `query:"state" enum:"pending,sent,acknowledged,failed,missed" doc:"Only those in this state." example:"failed"`
	Kind  string    `query:"kind" enum:"todo,event,reminder,birthday,anniversary,contact,digest" doc:"Only those of this kind." example:"event"`
	From  time.Time `query:"from" doc:"Only those due at this moment or later." example:"2025-01-01T00:00:00Z"`
	To    time.Time `query:"to" doc:"Only those due before this moment." example:"2025-02-01T00:00:00Z"`
	Sort  string    `query:"sort" enum:"due_at,-due_at" default:"-due_at" doc:"The order; - turns it round: the latest first."`
}

type deliveryAnswer struct {
	OneInput
	Body struct {
		Answer string `json:"answer" enum:"done,hour,tomorrow" doc:"done carries out what it reminded of: it completes a to-do, dismisses a reminder, notes that a person was contacted, and says of anything else that it was seen. hour and tomorrow snooze it." example:"done"`
	}
}

type oneDelivery struct{ Body alarm.Delivery }

// said is a delivery in the user's language.
func said(ctx context.Context, d alarm.Delivery) *oneDelivery {
	d.Say(who(ctx).Language)
	return &oneDelivery{d}
}

func (a *API) registerDeliveries() {
	const tag, path = "Deliveries", "/api/deliveries"
	register(a, op{id: "listDeliveries", method: http.MethodGet, path: path, tag: tag, summary: "List what has rung, and what came of it",
		description: "It goes back 400 days."},
		func(ctx context.Context, in *deliveryFilter) (*many[alarm.Delivery], error) {
			p, err := a.Alarms.List(ctx, who(ctx).UserID, alarm.Filter{State: in.State, Kind: in.Kind, From: in.From, To: in.To}, in.page(), in.Sort)
			if err != nil {
				return nil, err
			}
			for i := range p.Items {
				p.Items[i].Say(who(ctx).Language)
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) {
				return a.Alarms.Count(ctx, who(ctx).UserID, alarm.Filter{State: in.State, Kind: in.Kind, From: in.From, To: in.To})
			})
		})
	one := path + "/{id}"
	register(a, op{id: "getDelivery", method: http.MethodGet, path: one, tag: tag, summary: "Read what came of something that rang"},
		func(ctx context.Context, in *OneInput) (*oneDelivery, error) {
			d, err := a.Alarms.Find(ctx, who(ctx).UserID, in.ID)
			return said(ctx, d), err
		})
	register(a, op{id: "acknowledgeDelivery", method: http.MethodPost, path: one + "/acknowledge", tag: tag, summary: "Say that it was seen", unjournaled: true,
		description: "It does not ring again. One that was answered already stays as it was."},
		func(ctx context.Context, in *OneInput) (*oneDelivery, error) {
			d, err := a.Alarms.Acknowledge(ctx, who(ctx).UserID, in.ID)
			return said(ctx, d), err
		})
	register(a, op{id: "retryDelivery", method: http.MethodPost, path: one + "/retry", tag: tag, summary: "Send it again now", unjournaled: true,
		description: "Over each channel that is on and has not taken it. Answers 409 where there is nothing to send, or no channel is on."},
		func(ctx context.Context, in *OneInput) (*oneDelivery, error) {
			d, err := a.Alarms.Retry(ctx, who(ctx).UserID, in.ID)
			return said(ctx, d), err
		})
	register(a, op{id: "answerDelivery", method: http.MethodPost, path: one + "/answer", tag: tag, summary: "Answer it: done, or later",
		description: "Answers 409 where it was answered already."},
		func(ctx context.Context, in *deliveryAnswer) (*oneDelivery, error) {
			d, err := a.Alarms.Reply(ctx, who(ctx).UserID, in.ID, in.Body.Answer)
			return said(ctx, d), err
		})
}
