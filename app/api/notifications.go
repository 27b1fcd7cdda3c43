package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/notify"
)

// channelNames are the channels as sentences name them.
var channelNames = map[notify.Channel]string{notify.Ntfy: "ntfy", notify.Mail: "mail", notify.Push: "web push", notify.Webhook: "the webhook"}

// channels is over which channels a user can be reached.
type channels struct {
	Ready      []notify.Channel `json:"ready" doc:"The channels that are turned on and lack nothing, among ntfy, mail, push, webhook." example:"[\"ntfy\"]"`
	MailServer bool             `json:"mail_server" doc:"Whether the administrator has set a server that mail goes through." example:"true"`
}

func (a *API) registerNotifications() {
	const tag = "Settings"
	register(a, op{id: "getChannels", method: http.MethodGet, path: "/api/settings/channels", tag: tag, summary: "Say over which channels notifications arrive"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body channels }, error) {
			ready, err := a.Senders.Channels(ctx, who(ctx).UserID)
			return &struct{ Body channels }{channels{Ready: ready, MailServer: a.MailServer}}, err
		})
	for _, c := range notify.Channels {
		id := map[notify.Channel]string{notify.Ntfy: "testNtfy", notify.Mail: "testMail", notify.Push: "testPush", notify.Webhook: "testWebhook"}[c]
		register(a, op{id: id, unjournaled: true, method: http.MethodPost, path: "/api/settings/" + string(c) + "/test", tag: tag, status: http.StatusNoContent,
			summary: "Send a test notification by " + channelNames[c],
			description: "Sends one to where the settings say, whether the channel is turned on or not, and answers once it was taken. " +
				"Answers 409 with what exactly went wrong, in the user's language: `" + string(c) + "_not_set` where a setting is missing, else `" + string(c) +
				"_` and one of not_allowed, name, refused, unreachable, timeout, tls, status, unauthorized, limited, redirect, invalid. Six a minute.",
			errors: []int{http.StatusTooManyRequests}},
			func(ctx context.Context, _ *struct{}) (*struct{}, error) { return nil, a.testChannel(ctx, c) })
	}
}

// testTimeout is how long a person waits for the answer of a test at most.
const testTimeout = 40 * time.Second

func (a *API) testChannel(ctx context.Context, c notify.Channel) error {
	user := who(ctx)
	if err := a.tests.take(user.UserID, a.Clock.Now()); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	err := a.Senders.Deliver(ctx, user.UserID, c, testMessage(user.Language, a.Clock.Now()))
	if err == nil {
		return nil
	}
	e := notify.AsError(err)
	a.log.LogAttrs(ctx, slog.LevelInfo, "a test notification was not taken", slog.String("request", RequestID(ctx)), slog.String("channel", string(c)),
		slog.String("reason", e.Reason), slog.Any("cause", errors.Unwrap(e)))
	text := "The test was not sent: "
	if caller.German(user.Language) {
		text = "Die Probe wurde nicht gesendet: "
	}
	return fault.New(fault.Conflict, string(c)+"_"+e.Code, text+e.Say(user.Language)+".").After(e.RetryAfter)
}

// testMessage is what a test says, in the user's language.
func testMessage(language string, now time.Time) notify.Message {
	m := notify.Message{ID: "test-" + strconv.FormatInt(clock.Micros(now), 10), Title: "Umbra: a test",
		Body: "If you can read this, notifications reach you here.", Tags: []string{"umbrella"}, At: now}
	if caller.German(language) {
		m.Title, m.Body = "Umbra: ein Test", "Wenn du das lesen kannst, kommen Benachrichtigungen hier an."
	}
	return m
}

const (
	testsAtOnce = 6           // of one user
	testEvery   = time.Minute // in which that many may be sent
)

// testLimit holds back tests, so that nobody makes this server knock elsewhere
// without end. It is kept in memory: a server's own share is small enough.
type testLimit struct {
	mu   sync.Mutex
	sent map[int64][]time.Time
}

// take counts a test of a user, or answers Limited.
func (l *testLimit) take(userID int64, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := l.sent[userID]
	for len(recent) > 0 && (now.Sub(recent[0]) >= testEvery || now.Before(recent[0])) {
		recent = recent[1:]
	}
	if len(recent) >= testsAtOnce {
		return fault.New(fault.Limited, "too_many_tests", "Too many tests within a minute. Wait a little.").After(max(testEvery-now.Sub(recent[0]), time.Second))
	}
	if l.sent == nil || len(l.sent) > 10_000 {
		l.sent = map[int64][]time.Time{}
	}
	l.sent[userID] = append(recent, now)
	return nil
}
