package dav

import (
	"slices"

	"umbra/app/caller"
	"umbra/app/fold"
	"umbra/app/ical"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/resource"
	"umbra/app/vobject"
)

func (q *request) putPerson(in incoming, before *incoming, origin journal.Origin, o *resource.Object) error {
	f, err := vobject.Person(in.parts[0])
	if err != nil {
		return err
	}
	u := f.Update
	if before != nil {
		if was, err := vobject.Person(before.parts[0]); err == nil {
			keep(&u, &was.Update)
		}
		if u.Groups.Set && in.parts[0].Line("CATEGORIES") == nil {
			// A device that keeps groups as cards says nothing of them here.
			cards, err := q.People.HasGroups(q.ctx, q.caller())
			if err != nil {
				return err
			}
			if cards {
				u.Groups = opt.Opt[[]string]{}
			}
		}
	}
	var p person.Person
	if o.ID == 0 {
		p, err = q.People.Import(q.ctx, q.caller(), origin, u)
	} else {
		p, err = q.People.Update(q.ctx, q.caller(), o.ID, nil, u)
	}
	if err != nil {
		return err
	}
	o.ID, o.Rev = p.ID, p.Rev
	said := p
	if !covers(f.Update.Groups.Value, p.Groups) { // a card has them
		said.Groups, q.patched = f.Update.Groups.Value, true
	}
	o.Marks = vobject.PersonMarks(&said).String()
	return nil
}

// covers says whether a list names all the groups of another.
func covers(list, groups []string) bool {
	for _, g := range groups {
		if !slices.ContainsFunc(list, func(s string) bool { return fold.Text(s) == fold.Text(g) }) {
			return false
		}
	}
	return true
}

// putGroup makes the people be in a group whom its card names, and no others of
// those whom it named before.
func (q *request) putGroup(in incoming, before *incoming, origin journal.Origin, o *resource.Object) error {
	f, err := vobject.Group(in.parts[0])
	if err != nil {
		return err
	}
	var was vobject.GroupForm
	if before != nil {
		if was, err = vobject.Group(before.parts[0]); err != nil {
			return err
		}
	}
	here, err := q.Resources.FindPeople(q.ctx, q.caller().UserID, slices.Concat(f.Members, was.Members))
	if err != nil {
		return err
	}
	u := person.GroupUpdate{Name: f.Name, Awaited: []string{}}
	left := map[string]bool{}
	for _, uid := range was.Members {
		left[uid] = true
	}
	for _, uid := range f.Members {
		id, there := here[uid]
		switch {
		case !there:
			u.Awaited = append(u.Awaited, uid)
		case !left[uid]:
			u.Joined = append(u.Joined, id)
		}
		delete(left, uid)
	}
	for uid := range left {
		if id, there := here[uid]; there {
			u.Left = append(u.Left, id)
		}
	}
	g, err := q.People.PutGroup(q.ctx, q.caller(), o.ID, origin, u)
	if err != nil {
		return err
	}
	o.ID, o.Rev = g.ID, g.Rev
	// It is as it came where nobody else is in the group, and everybody who is named.
	d := in.doc
	write, err := q.groupWriter(q.caller(), []int64{g.ID})
	if err != nil {
		return err
	}
	if _, err := write(g.ID, d, nil); err != nil {
		return err
	}
	q.patched = string(d.Bytes()) != string(in.data)
	return nil
}

// groupWriter is the writer of group cards.
func (q *request) groupWriter(by caller.Caller, ids []int64) (writer, error) {
	all, err := byID(q.ctx, by, q.People.FindGroups, ids, func(g person.Group) int64 { return g.ID })
	if err != nil {
		return nil, err
	}
	return func(id int64, d *ical.Document, _ vobject.Marks) (int64, error) {
		g, ok := all[id]
		if !ok {
			return 0, nil
		}
		members, awaited, err := q.Resources.Members(q.ctx, by.UserID, id)
		if err == nil {
			vobject.WriteGroup(d, &g, members, awaited)
		}
		return g.Rev, err
	}, nil
}
