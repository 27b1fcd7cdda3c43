// Package caller says on whose behalf a service works.
package caller

import "time"

// Sources of a change, as the journal names them.
const (
	API    = "api"
	Token  = "token" // the API, by a program's token
	CLI    = "cli"
	Import = "import"
	Undo   = "undo"
	Demo   = "demo"
	DAV    = "dav"
	System = "system"
	Fetch  = "fetch" // from the address that fills a calendar
)

// Caller is who asks, with what a service needs to know of them. It is passed
// by value; nothing is looked up from a context.
type Caller struct {
	UserID  int64          // whose records
	ActorID int64          // who does it; the same but for shared records
	Source  string         // by which way: API, CLI, …
	Zone    *time.Location // the user's zone: what "today" means
	Epoch   string         // of the user's journal, part of ETags and event ids

	Client Client // the program that acts for the user; the zero Client is themselves

	Language string // the user's, as a tag (RFC 5646); empty is English

	Shared *[]Share // what others share with the user; lists show it beside their own
	Within Share    // where UserID is not ActorID: what the caller keeps to
}

// Client is a program with an access token of its own: a phone that syncs, a script.
type Client struct {
	ID   int64 // of its token
	Name string
}

// Location is the caller's zone; UTC where none is known.
func (c Caller) Location() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// By is the caller acting by another way.
func (c Caller) By(source string) Caller {
	c.Source = source
	return c
}
