package server

import (
	"cmp"
	"context"
	"log/slog"
	"sync"

	"umbra/app/account"
	"umbra/app/config"
	"umbra/app/fault"
	"umbra/app/notify"
	"umbra/app/push"
)

// senders reaches users over the channels of their settings: the one place where
// settings, subscriptions and the server's own settings become senders.
type senders struct {
	accounts *account.Service
	push     *push.Service
	out      *notify.Outbound
	config   config.Config
	log      *slog.Logger
}

var _ notify.Deliverer = (*senders)(nil)

// newOutbound is the one way out, by the administrator's settings.
func newOutbound(c config.Config, version string) *notify.Outbound {
	return notify.NewOutbound(notify.OutboundOptions{Allow: c.OutboundAllow.Allows, Agent: "Umbra/" + version})
}

// Channels implements notify.Deliverer.
func (s *senders) Channels(ctx context.Context, userID int64) ([]notify.Channel, error) {
	r, err := s.accounts.Reach(ctx, userID)
	if err != nil {
		return nil, err
	}
	subscribed := false
	if r.On[notify.Push] {
		if subscribed, err = s.push.Has(ctx, userID); err != nil {
			return nil, err
		}
	}
	set := map[notify.Channel]bool{
		notify.Ntfy:    r.Ntfy.Server != "" && r.Ntfy.Topic != "",
		notify.Mail:    r.Mail.Address != "" && s.config.SMTPHost != "",
		notify.Push:    subscribed,
		notify.Webhook: r.Webhook.URL != "",
	}
	out := []notify.Channel{}
	for _, c := range notify.Channels {
		if r.On[c] && set[c] {
			out = append(out, c)
		}
	}
	return out, nil
}

// Deliver implements notify.Deliverer.
func (s *senders) Deliver(ctx context.Context, userID int64, c notify.Channel, m notify.Message) error {
	r, err := s.accounts.Reach(ctx, userID)
	if fault.Is(err, fault.NotFound) {
		return notify.NotSet("this user is no more").Because(err)
	}
	if err != nil {
		return notify.AsError(err)
	}
	switch c {
	case notify.Ntfy:
		err = notify.NewNtfy(s.out, r.Ntfy).Send(ctx, m)
	case notify.Mail:
		err = s.mail(ctx, r.Mail, m)
	case notify.Push:
		err = s.toBrowsers(ctx, userID, m)
	case notify.Webhook:
		err = notify.NewWebhook(s.out, r.Webhook).Send(ctx, m)
	default:
		err = notify.NotSet("there is no channel of that name")
	}
	if err == nil {
		return nil
	}
	return notify.AsError(err)
}

func (s *senders) mail(ctx context.Context, to notify.MailTarget, m notify.Message) error {
	server, err := mailServer(s.config)
	if err != nil {
		s.log.ErrorContext(ctx, "the mail server's password cannot be read", "error", err)
		return notify.NotSet("the password of the mail server cannot be read; the server's log says why").Because(err)
	}
	return notify.NewMail(s.out, server, to).Send(ctx, m)
}

// mailServer is the mail server of the settings.
func mailServer(c config.Config) (notify.MailServer, error) {
	password, err := c.MailPassword()
	server := notify.MailServer{Host: c.SMTPHost, Port: c.SMTPPort, Encryption: notify.Encryption(c.SMTPTLS), User: c.SMTPUser, Password: password,
		From: c.SMTPFrom.Address, FromName: cmp.Or(c.SMTPFrom.Name, "Umbra")}
	if !c.PublicURL.IsZero() {
		server.Settings = c.PublicURL.String() + "/settings/notifications"
	}
	return server, err
}

// CheckMail logs in at the mail server of the settings, and sends nothing.
func CheckMail(ctx context.Context, c config.Config, version string) error {
	server, err := mailServer(c)
	if err != nil {
		return err
	}
	out := newOutbound(c, version)
	defer out.Close()
	return notify.CheckMail(ctx, out, server)
}

// LookOutside says whether an address that somebody is notified at may be
// reached, without sending anything there.
func LookOutside(ctx context.Context, c config.Config, address string) error {
	out := newOutbound(c, "")
	defer out.Close()
	return out.Look(ctx, address)
}

// subject is whom push services may turn to about this server.
func (s *senders) subject() string {
	switch {
	case s.config.PublicURL.Secure():
		return s.config.PublicURL.String()
	case s.config.SMTPFrom.Address != "":
		return "mailto:" + s.config.SMTPFrom.Address
	}
	return ""
}

// atOnce is how many browsers of one user are sent to at the same time.
const atOnce = 4

// toBrowsers sends to every browser of a user. It is well when one took it; else
// the answer is that of a browser for which trying again may help, if any.
func (s *senders) toBrowsers(ctx context.Context, userID int64, m notify.Message) error {
	key, err := s.push.Key(ctx)
	if err != nil {
		return err
	}
	targets, err := s.push.Targets(ctx, userID)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return notify.NotSet("no browser shows your notifications yet")
	}
	results := make([]*notify.Error, len(targets))
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, t := range targets {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if err := notify.NewPush(s.out, key, s.subject(), t.PushTarget).Send(ctx, m); err != nil {
				results[i] = notify.AsError(err)
			}
		})
	}
	all.Wait()
	var worst *notify.Error
	taken := false
	for i, e := range results {
		// What came of it is kept even where the request that asked has ended.
		if err := s.push.Sent(context.WithoutCancel(ctx), targets[i].ID, e); err != nil {
			s.log.WarnContext(ctx, "what came of a push message was not written", "error", err)
		}
		taken = taken || e == nil
		if e != nil && (worst == nil || worst.Permanent && !e.Permanent) {
			worst = e
		}
	}
	if taken {
		return nil
	}
	return worst
}
