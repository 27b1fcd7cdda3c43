package project

import (
	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fault"
)

// wheres are the conditions of a filter: on the caller's own projects, then on each
// that others share with them.
func (f Filter) wheres(c caller.Caller) []*db.Where {
	out := []*db.Where{f.where(c.UserID)}
	for _, s := range c.Of(caller.Projects) {
		out = append(out, f.where(s.Owner.ID).And("id = ?", s.Record))
	}
	return out
}

// wheres are the conditions of a filter: on the caller's own open tasks, then on
// those of each project that others share with them. The people they are told
// apart by are the caller's own.
func (f OpenFilter) wheres(c caller.Caller) []*db.Where {
	out := []*db.Where{f.where(c.UserID)}
	if f.PersonID != 0 {
		return out
	}
	for _, s := range c.Of(caller.Projects) {
		out = append(out, f.where(s.Owner.ID).And("project_id = ?", s.Record))
	}
	return out
}

// of keeps a guest from telling tasks apart by the owner's people.
func (f TaskFilter) of(c caller.Caller) TaskFilter {
	if c.Guest() && f.PersonID != 0 {
		f.PersonID = -1 // nobody
	}
	return f
}

// fromGuest keeps a guest's update off the owner's people, whom a guest does not
// see: null, as they read it, changes nothing.
func (u *TaskUpdate) fromGuest(c caller.Caller) error {
	if !c.Guest() {
		return nil
	}
	if u.PersonID.Has() {
		return fault.BadField("person_id", "reference", "must be left out: a task of a shared project has its owner's people alone")
	}
	u.PersonID.Set, u.PersonID.Null = false, false
	return nil
}

func ownerOnly(what string) error {
	return fault.New(fault.Forbidden, "owner_only", "Only the owner of what is shared can "+what+".")
}
