package account

import (
	"context"
	"time"
)

// Kinds of notices.
const (
	NewDevice        = "new_device"
	AccountLocked    = "account_locked"
	PasskeySuspended = "passkey_suspended" // its counter did not go on: there may be a copy of it
	MassDeletion     = "mass_deletion"     // an application deletes most of a collection
	Concern          = "concern"           // an administrator must see to something of the server
)

// Notice is what a user is told by their own channels because it concerns the
// safety of the account, or of the server that they look after.
type Notice struct {
	UserID    int64  `json:"user_id"`
	Kind      string `json:"kind"`
	Address   string `json:"address"`
	UserAgent string `json:"user_agent"`

	Client  string `json:"client,omitempty"` // what a mass deletion is about: by which token, in what
	Where   string `json:"where,omitempty"`
	Deleted int64  `json:"deleted,omitempty"` // so far
	Had     int64  `json:"had,omitempty"`

	Concern string    `json:"concern,omitempty"` // which one, as package care names them
	At      time.Time `json:"at,omitzero"`
	Free    uint64    `json:"free,omitempty"` // bytes
}

// Notices takes notices for delivery. Enqueue runs in the transaction that makes
// a notice necessary, and does no more than write it down.
type Notices interface {
	Enqueue(ctx context.Context, n Notice) error
}

// noNotices is for servers that send none.
type noNotices struct{}

func (noNotices) Enqueue(context.Context, Notice) error { return nil }
