package notify

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// pushTTL is how long a push service keeps a message for a browser that is away.
const pushTTL = 24 * time.Hour

// urgencies are RFC 8030's words for our priorities (section 5.3).
var urgencies = map[Priority]string{Min: "very-low", Low: "low", Default: "normal", High: "high", Max: "high"}

// pushText is what the service worker reads.
type pushText struct {
	ID       string       `json:"id"`
	Title    string       `json:"title"`
	Body     string       `json:"body,omitempty"`
	URL      string       `json:"url,omitempty"`
	Priority Priority     `json:"priority"`
	At       int64        `json:"at"` // milliseconds since 1970
	Actions  []pushAction `json:"actions,omitempty"`
}

type pushAction struct {
	Label  string `json:"label"`
	URL    string `json:"url"`
	Method string `json:"method"`
}

type pushSender struct {
	out     *Outbound
	key     PushKey
	subject string
	target  PushTarget
}

// NewPush sends to one browser. subject tells the push service whom to turn to
// (RFC 8292): mailto: or https:, or "".
func NewPush(out *Outbound, key PushKey, subject string, t PushTarget) Sender {
	return pushSender{out, key, subject, t}
}

// Send encrypts for the browser and posts to its push service. A subscription
// that is no more answers an *Error that is Gone.
func (s pushSender) Send(ctx context.Context, m Message) error {
	if len(CheckPushTarget(s.target)) > 0 {
		return permanent(CodeInvalid, "the subscription of this browser cannot be used; turn notifications on there again")
	}
	m, err := prepared(m)
	if err != nil {
		return err
	}
	now := s.out.o.Now()
	if m.At.IsZero() {
		m.At = now
	}
	ours, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return AsError(err)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	body, err := encryptPush(pushBody(m), s.target, ours, salt)
	if err != nil {
		return AsError(err)
	}
	endpoint, err := parseTarget(s.target.Endpoint)
	if err != nil {
		return err
	}
	authorization, err := s.key.authorization(endpoint, s.subject, now)
	if err != nil {
		return AsError(err)
	}
	topic := sha256.Sum256([]byte(m.ID))
	header := http.Header{"Content-Type": {"application/octet-stream"}, "Content-Encoding": {"aes128gcm"}, "Authorization": {authorization}}
	header.Set("Ttl", strconv.Itoa(int(pushTTL.Seconds())))
	header.Set("Urgency", urgencies[m.Priority])
	// A repeat replaces what still waits at the push service (RFC 8030 section 5.4).
	header.Set("Topic", base64.RawURLEncoding.EncodeToString(topic[:])[:32])
	a, err := s.out.post(ctx, s.target.Endpoint, header, body)
	switch {
	case err != nil:
		return err
	case a.status >= 200 && a.status < 300:
		return nil
	case a.status == http.StatusNotFound || a.status == http.StatusGone:
		e := permanent(CodeStatus, "this browser no longer takes notifications (its push service answered %s); turn them on there again", strconv.Itoa(a.status))
		e.Gone = true
		return e
	}
	said := jsonField(a.body, "reason") // Apple; Mozilla writes message
	if said == "" {
		said = jsonField(a.body, "message")
	}
	return s.out.failure(pushService+endpoint.Hostname(), a, said)
}

// pushBody fits a message into one record: the text is shortened first, then
// buttons are left out.
func pushBody(m Message) []byte {
	p := pushText{ID: m.ID, Title: m.Title, Body: shorten(m.Body, 1000), URL: m.URL, Priority: m.Priority, At: m.At.UnixMilli()}
	for _, a := range m.Actions {
		p.Actions = append(p.Actions, pushAction(a))
	}
	for {
		b := compactJSON(p)
		over := len(b) - maxPushText
		switch {
		case over <= 0:
			return b
		case len(p.Body) > 100:
			p.Body = shortenBytes(p.Body, max(len(p.Body)-max(over/2, 16), 100))
		case len(p.Actions) > 0:
			p.Actions = p.Actions[:len(p.Actions)-1]
		default: // the longest title and address alone fit
			return b
		}
	}
}
