// Package notify carries messages to people: by ntfy, mail, Web Push and
// webhook, through one outbound client that refuses addresses it should not
// reach. It knows no database: targets are plain structs that the caller fills.
//
// Every sender is safe for use by several goroutines, tries once, ends within
// the time its context and its own limits allow, and answers *Error.
package notify

import (
	"context"
	"time"
)

// Channel is a way to reach a person.
type Channel string

// The channels, as settings and deliveries name them.
const (
	Ntfy    Channel = "ntfy"
	Mail    Channel = "mail"
	Push    Channel = "push" // Web Push, to every subscribed browser
	Webhook Channel = "webhook"
)

// Channels are all of them, in the order in which people see them.
var Channels = []Channel{Ntfy, Mail, Push, Webhook}

// Priority says how loud a message is, on ntfy's scale.
type Priority int

// The priorities; the zero value counts as Default.
const (
	Min     Priority = 1
	Low     Priority = 2
	Default Priority = 3
	High    Priority = 4
	Max     Priority = 5 // also through "do not disturb", where the receiver allows that
)

// Action is a button under a message. What a channel cannot show as a button it
// shows as a link, or leaves out.
type Action struct {
	Label  string // what the button says, one line
	URL    string // absolute, http or https
	Method string // GET opens the page for a person; POST is sent without one. "" is GET
}

// Message is what is told, the same on every channel. Text is plain; senders
// shorten and encode it as their channel needs.
type Message struct {
	// ID stays the same when the message is sent again, so that a receiver can
	// drop the repeat. At most 64 of A-Z a-z 0-9 . _ and -.
	ID       string
	Title    string    // one line
	Body     string    // may be empty, and hold several lines
	URL      string    // what a click opens: absolute, http or https; may be empty
	Priority Priority  // 0 is Default
	Tags     []string  // short words; ntfy shows those that name an emoji as one
	Actions  []Action  // at most MaxActions
	At       time.Time // when what it tells is due; zero: now
}

// MaxActions is how many buttons a message has at most: as many as ntfy shows.
const MaxActions = 3

// Sender sends over one channel to one target.
type Sender interface {
	// Send tries once. It answers nil when the receiver has taken the message,
	// else *Error.
	Send(ctx context.Context, m Message) error
}

// Deliverer reaches a user over the channels of their settings. It is what due
// work sends through; the composition root makes it.
type Deliverer interface {
	// Channels are those that the user has turned on and that can be used: nothing
	// they need is missing. None is an empty list.
	Channels(ctx context.Context, userID int64) ([]Channel, error)
	// Deliver sends once over one channel, whether it is turned on or not. It
	// answers *Error; over Push the message counts as taken when one browser's
	// service took it.
	Deliver(ctx context.Context, userID int64, c Channel, m Message) error
}
