package caller

// Kinds of what can be shared.
const (
	Calendars = "calendar"
	Projects  = "project"
)

// Access to what is shared.
const (
	Owner = "owner" // of one's own
	Read  = "read"
	Write = "write"
)

// Share is what somebody else lets a user see of theirs: one calendar or one
// project, with what lies in it. The zero Share is none.
type Share struct {
	ID     int64 // of the share
	Owner  Name
	Epoch  string // of the owner's journal
	Kind   string // Calendars or Projects
	Record int64  // the calendar or project
	Access string // Read or Write

	// How the user has it look, a calendar alone.
	Color   string // empty: as its owner does
	Visible bool
}

// Name is what others see of a user.
type Name struct {
	ID   int64  `json:"id" doc:"Number of the user." example:"2"`
	Name string `json:"name" doc:"What the user is called." example:"Ada"`
}

// Of is the shares of one kind.
func (c Caller) Of(kind string) (out []Share) {
	if c.Shared == nil {
		return nil
	}
	for _, s := range *c.Shared {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

// Share is the one by which the caller sees a record of somebody else; the zero
// Share where there is none: it is their own, or out of their sight.
func (c Caller) Share(kind string, record int64) Share {
	if c.Within.Kind == kind && c.Within.Record == record {
		return c.Within
	}
	if c.Shared != nil {
		for _, s := range *c.Shared {
			if s.Kind == kind && s.Record == record {
				return s
			}
		}
	}
	return Share{}
}

// In is the caller acting within what is shared with them: on the owner's
// records, but nowhere beside what is shared.
func (c Caller) In(s Share) Caller {
	c.UserID, c.Within, c.Epoch = s.Owner.ID, s, s.Epoch
	return c
}

// Guest says whether the caller acts on somebody else's records.
func (c Caller) Guest() bool { return c.Within != Share{} }

// May says whether the caller may reach a calendar or project of UserID: the
// owner each, a guest the one that is shared.
func (c Caller) May(kind string, record int64) bool {
	return !c.Guest() || c.Within.Kind == kind && c.Within.Record == record
}
