// Package share keeps what users let others of the household see of theirs:
// whole calendars and projects, to read or to write.
//
// What follows from a share is decided elsewhere: account reads the shares of
// whoever asks with their session, api turns a request for somebody else's record
// into one within a share (caller.Caller.In), and the journal asks Holds at each
// write. docs/sharing.md tells it whole.
package share

import (
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/opt"
)

// KindName is the kind as the journal says it.
const KindName = "share"

// Bounds.
const (
	MaxWith = 50  // people that one calendar or project is shared with
	MaxSeen = 100 // calendars and projects that one user sees of others
)

var accesses = []string{caller.Read, caller.Write}

// Share is that a calendar or project is shared with a user.
type Share struct {
	ID        int64       `json:"id" doc:"Number of the share." example:"4"`
	UID       string      `json:"uid" doc:"Globally unique id." example:"0f7d1c52-4c6b-4f43-9a3e-0d9d3f1f7a11"`
	User      caller.Name `json:"user" doc:"With whom it is shared."`
	Access    string      `json:"access" enum:"read,write" doc:"What that user may do: only look, or change what lies in it too." example:"write"`
	CreatedAt time.Time   `json:"created_at" doc:"When it was shared." example:"2025-01-01T08:00:00Z"`
	UpdatedAt time.Time   `json:"updated_at" doc:"When that was last changed." example:"2025-01-01T08:00:00Z"`

	Rev    int64  `json:"-"` // the journal number of its last change
	Kind   string `json:"-"` // caller.Calendars or caller.Projects
	Record int64  `json:"-"` // the calendar or project
	Title  string `json:"-"` // what that is called

	look look
}

// look is how the other user has a calendar look: theirs, in no journal.
type look struct {
	color   string
	visible bool
}

// Draft is a new share.
type Draft struct {
	UserID int64  `json:"user_id" minimum:"1" maximum:"9007199254740991" doc:"With whom: a user of GET /api/household." example:"2"`
	Access string `json:"access" enum:"read,write" doc:"What that user may do: only look, or change what lies in it too." example:"write"`
}

// Update is a change of a share; what is left out stays.
type Update struct {
	Access opt.Opt[string] `json:"access,omitzero" nullable:"false" enum:"read,write" doc:"What the user may do." example:"read"`
}

// Look is how a user has a shared calendar look; what is left out stays.
type Look struct {
	Color   opt.Opt[string] // #rrggbb; empty: as its owner has it
	Visible opt.Opt[bool]
}

func checkAccess(access string) error {
	var c check.Check
	c.OneOf("access", access, accesses...)
	return c.Err()
}

// image is a share as the journal keeps it.
type image struct {
	Share
	Kind   string `json:"kind"`
	Record int64  `json:"record_id"`
	Color  string `json:"color"`
	Hidden bool   `json:"hidden"`
}

func (s Share) image() image {
	return image{s, s.Kind, s.Record, s.look.color, !s.look.visible}
}
