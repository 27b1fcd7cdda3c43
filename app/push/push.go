// Package push holds the browsers that show a user's notifications, and this
// server's key towards the services that carry them there (Web Push). What it
// holds is no record: like sessions, subscriptions are neither journaled nor kept
// in the trash.
package push

import (
	"encoding/base64"
	"time"

	"umbra/app/check"
	"umbra/app/notify"
)

// MaxSubscriptions is how many browsers one user has at most.
const MaxSubscriptions = 20

// Subscription is a browser that shows notifications, as its owner sees it.
type Subscription struct {
	ID         int64      `json:"id" doc:"Number of the subscription." example:"3"`
	Service    string     `json:"service" doc:"Host of the push service that carries messages to this browser." example:"updates.push.services.mozilla.com"`
	UserAgent  string     `json:"user_agent" doc:"What the browser called itself when it subscribed." example:"Mozilla/5.0 (X11; Linux x86_64)"`
	CreatedAt  time.Time  `json:"created_at" doc:"When it subscribed." example:"2026-01-01T08:00:00Z"`
	LastUsedAt *time.Time `json:"last_used_at" doc:"When its push service took a message last; null: never." example:"2026-01-02T09:30:00Z"`
	Failures   int64      `json:"failures" doc:"How many messages were not taken since then." example:"0"`
	LastError  string     `json:"last_error" doc:"Why the last of these was not, in plain words, in English, or German for users of that language; empty: none." example:""`

	why string // the same without a language
}

// Say puts what went wrong into a language.
func (s *Subscription) Say(language string) {
	s.LastError = notify.SayKept(s.why, language, s.LastError)
}

// New is what a browser's PushManager answers to subscribe().
type New struct {
	Endpoint string `json:"endpoint" maxLength:"2000" doc:"Address at the browser's push service, https." example:"https://push.example.net/send/abc"`
	Keys     Keys   `json:"keys" doc:"The browser's keys."`
}

// Keys are a subscription's keys, base64url without padding.
type Keys struct {
	P256DH string `json:"p256dh" maxLength:"200" doc:"Public key: an uncompressed point of P-256, base64url." example:"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"`
	Auth   string `json:"auth" maxLength:"100" doc:"Authentication secret: 16 bytes, base64url." example:"BTBZMqHH6r4Tts7J_aSIgg"`
}

// Target is one browser to send to.
type Target struct {
	ID int64
	notify.PushTarget
}

// target checks what a browser sent; every field at fault is named.
func (n New) target() (notify.PushTarget, error) {
	var c check.Check
	t := notify.PushTarget{Endpoint: n.Endpoint}
	var err error
	if t.P256DH, err = base64.RawURLEncoding.DecodeString(n.Keys.P256DH); err != nil {
		c.Add("keys.p256dh", "format", "must be base64url without padding")
	}
	if t.Auth, err = base64.RawURLEncoding.DecodeString(n.Keys.Auth); err != nil {
		c.Add("keys.auth", "format", "must be base64url without padding")
	}
	if err := c.Err(); err != nil {
		return t, err
	}
	for path, problem := range notify.CheckPushTarget(t) {
		c.Add(map[string]string{"endpoint": "endpoint", "p256dh": "keys.p256dh", "auth": "keys.auth"}[path], "format", problem)
	}
	return t, c.Err()
}
