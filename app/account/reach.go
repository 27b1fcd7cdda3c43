package account

import (
	"context"

	"umbra/app/notify"
)

// Reach is where a user's notifications go, as their settings say. A target is
// there whether its channel is turned on or not; what is not set is empty.
type Reach struct {
	Ntfy    notify.NtfyTarget
	Mail    notify.MailTarget
	Webhook notify.WebhookTarget
	On      map[notify.Channel]bool // the channels that are turned on
}

// Reach reads where a user's notifications go. It answers NotFound.
func (s *Service) Reach(ctx context.Context, userID int64) (Reach, error) {
	r, err := s.settings(ctx, userID)
	if err != nil {
		return Reach{}, err
	}
	out := Reach{
		Ntfy:    notify.NtfyTarget{Server: r.NtfyServer, Topic: r.NtfyTopic},
		Mail:    notify.MailTarget{Address: r.Email, Name: r.PreferredName},
		Webhook: notify.WebhookTarget{URL: r.WebhookURL},
		On: map[notify.Channel]bool{notify.Ntfy: r.NtfyEnabled, notify.Mail: r.MailEnabled, notify.Push: r.PushEnabled,
			notify.Webhook: r.WebhookEnabled},
	}
	if out.Ntfy.Token, err = s.open(r.ntfyToken, userID, "ntfy_token"); err != nil {
		return Reach{}, err
	}
	out.Webhook.Secret, err = s.open(r.webhookSecret, userID, "webhook_secret")
	return out, err
}
