package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Limits of an ntfy server as it comes: a longer message becomes an attachment,
// and a longer request is refused (its message-size-limit, and twice that).
const (
	ntfyMessageBytes = 4096
	ntfyRequestBytes = 2 * ntfyMessageBytes
)

var (
	ntfyTopic    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	ntfySequence = regexp.MustCompile(`[^A-Za-z0-9_-]`)
)

// ntfyMessage is what ntfy takes as JSON at its root (docs.ntfy.sh/publish).
type ntfyMessage struct {
	Topic    string       `json:"topic"`
	Title    string       `json:"title,omitempty"`
	Message  string       `json:"message"`
	Priority Priority     `json:"priority,omitempty"`
	Tags     []string     `json:"tags,omitempty"`
	Click    string       `json:"click,omitempty"`
	Actions  []ntfyAction `json:"actions,omitempty"`
	// Sequence makes a repeat replace the message on the phone (ntfy 2.16; older
	// servers leave it out).
	Sequence string `json:"sequence_id,omitempty"`
}

type ntfyAction struct {
	Action string `json:"action"` // http: sent by the app without opening anything; view: opens it
	Label  string `json:"label"`
	URL    string `json:"url"`
	Method string `json:"method,omitempty"`
	Clear  bool   `json:"clear"` // the notification goes once it worked
}

type ntfySender struct {
	out    *Outbound
	target NtfyTarget
}

// NewNtfy sends to a topic. A target that cannot be used shows when it is sent to.
func NewNtfy(out *Outbound, t NtfyTarget) Sender { return ntfySender{out, t} }

// Send publishes as JSON.
func (s ntfySender) Send(ctx context.Context, m Message) error {
	if s.target.Server == "" || s.target.Topic == "" {
		return permanent(CodeNotSet, "no ntfy server and topic are set")
	}
	if !ntfyTopic.MatchString(s.target.Topic) {
		return permanent(CodeInvalid, "the topic must be 1 to 64 letters, digits, _ or -")
	}
	m, err := prepared(m)
	if err != nil {
		return err
	}
	u, err := parseTarget(s.target.Server)
	if err != nil {
		return err
	}
	root := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/") + "/"}
	header := http.Header{"Content-Type": {"application/json"}}
	if s.target.Token != "" {
		header.Set("Authorization", "Bearer "+s.target.Token)
	}
	a, err := s.out.post(ctx, root.String(), header, ntfyBody(s.target.Topic, m))
	if err != nil {
		return err
	}
	if a.status >= 200 && a.status < 300 {
		return nil
	}
	return s.out.failure("the ntfy server", a, jsonField(a.body, "error"))
}

func ntfyBody(topic string, m Message) []byte {
	n := ntfyMessage{Topic: topic, Title: m.Title, Message: shortenBytes(m.Body, ntfyMessageBytes), Priority: m.Priority,
		Tags: m.Tags, Click: m.URL, Sequence: ntfySequence.ReplaceAllString(m.ID, "_")}
	if n.Message == "" { // ntfy would write "triggered" in its place
		n.Title, n.Message = "", m.Title
	}
	for _, a := range m.Actions {
		na := ntfyAction{Action: "view", Label: a.Label, URL: a.URL}
		if a.Method == http.MethodPost {
			na.Action, na.Method, na.Clear = "http", a.Method, true
		}
		n.Actions = append(n.Actions, na)
	}
	for {
		b := compactJSON(n)
		over := len(b) - ntfyRequestBytes
		switch {
		case over <= 0:
			return b
		case len(n.Message) > 200: // escapes count double, so in steps
			n.Message = shortenBytes(n.Message, max(len(n.Message)-max(over/2, 16), 200))
		case len(n.Actions) > 0: // long links: what is told goes before buttons
			n.Actions = n.Actions[:len(n.Actions)-1]
		default:
			return b
		}
	}
}

// compactJSON writes <, > and & as they are: three bytes instead of eighteen.
func compactJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // only types that JSON does not know
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// jsonField is a text in a JSON object, "" where there is none.
func jsonField(body []byte, name string) string {
	var fields map[string]json.RawMessage
	var text string
	if json.Unmarshal(body, &fields) == nil && json.Unmarshal(fields[name], &text) == nil {
		return text
	}
	return ""
}
