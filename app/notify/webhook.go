package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// webhookBody is what a webhook gets, in the form of Standard Webhooks: a type,
// a time, and the data.
type webhookBody struct {
	Type      string      `json:"type"` // always "notification"
	Timestamp time.Time   `json:"timestamp"`
	Data      webhookData `json:"data"`
}

type webhookData struct {
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Body     string          `json:"body"`
	URL      string          `json:"url,omitempty"`
	Priority Priority        `json:"priority"`
	Tags     []string        `json:"tags"`
	Actions  []webhookAction `json:"actions"`
}

type webhookAction struct {
	Label  string `json:"label"`
	URL    string `json:"url"`
	Method string `json:"method"`
}

type webhookSender struct {
	out    *Outbound
	target WebhookTarget
}

// NewWebhook posts to an address, signed when there is a secret.
func NewWebhook(out *Outbound, t WebhookTarget) Sender { return webhookSender{out, t} }

// Send posts JSON with the headers of Standard Webhooks: webhook-id,
// webhook-timestamp and webhook-signature.
func (s webhookSender) Send(ctx context.Context, m Message) error {
	if s.target.URL == "" {
		return permanent(CodeNotSet, "no address of a webhook is set")
	}
	m, err := prepared(m)
	if err != nil {
		return err
	}
	now := s.out.o.Now()
	if m.At.IsZero() {
		m.At = now
	}
	data := webhookData{ID: m.ID, Title: m.Title, Body: m.Body, URL: m.URL, Priority: m.Priority,
		Tags: append([]string{}, m.Tags...), Actions: []webhookAction{}}
	for _, a := range m.Actions {
		data.Actions = append(data.Actions, webhookAction(a))
	}
	body := compactJSON(webhookBody{Type: "notification", Timestamp: m.At.UTC(), Data: data})
	seconds := strconv.FormatInt(now.Unix(), 10)
	header := http.Header{"Content-Type": {"application/json"}}
	header.Set("Webhook-Id", m.ID)
	header.Set("Webhook-Timestamp", seconds)
	if s.target.Secret != "" {
		header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(sign(s.target.Secret, m.ID, seconds, body)))
	}
	a, err := s.out.post(ctx, s.target.URL, header, body)
	switch {
	case err != nil:
		return err
	case a.status >= 200 && a.status < 300:
		return nil
	case a.status == http.StatusGone: // Standard Webhooks: the receiver wants no more
		return permanent(CodeStatus, "the webhook answered 410 Gone: it takes no more messages")
	}
	// What the server wrote is not shown: it may be a page of something else.
	return s.out.failure("the webhook", a, "")
}

// sign is HMAC-SHA256 over id, time and body. A secret that starts with whsec_ is
// base64 behind it, as Standard Webhooks writes them; any other counts as it is.
func sign(secret, id, seconds string, body []byte) []byte {
	key := []byte(secret)
	if rest, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if raw, err := base64.StdEncoding.DecodeString(rest); err == nil {
			key = raw
		}
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + seconds + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
