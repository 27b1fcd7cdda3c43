package dav

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/resource"
	"umbra/app/vobject"
)

// holds says whether one of a list of ETags is that of a revision. Weak ones are
// taken for strong ones: they were made from ours by a proxy.
func (q *request) holds(list string, rev int64, exists bool) bool {
	for t := range strings.SplitSeq(list, ",") {
		t = strings.TrimSpace(t)
		if t == "*" && exists || strings.TrimPrefix(t, "W/") == q.etag(rev) && exists {
			return true
		}
	}
	return false
}

// conditions checks If-Match and If-None-Match (RFC 9110, 13.1) of an item.
func (q *request) conditions(i resource.Item, exists bool) error {
	stale := fault.New(fault.Stale, "changed", "It was changed in the meantime.")
	if m := q.r.Header.Get("If-Match"); m != "" && !q.holds(m, i.Rev, exists) {
		same, err := q.unedited(m, i, exists)
		if err != nil {
			return err
		}
		if !same {
			return stale
		}
	}
	if m := q.r.Header.Get("If-None-Match"); m != "" && q.holds(m, i.Rev, exists) {
		return stale
	}
	return nil
}

// unedited says whether a list of ETags has one of the item since which nobody has
// edited it. A phone that deletes a contact and renames the to-do that was about
// them, in one go, is then not told that somebody else has changed the to-do: the
// only change was the contact that went.
func (q *request) unedited(list string, i resource.Item, exists bool) (bool, error) {
	// People refer to nothing but their groups, which cards say whole.
	c := q.at.col
	if !exists || c.Kind == resource.People {
		return false, nil
	}
	for t := range strings.SplitSeq(list, ",") {
		rev, ok := q.revision(strings.TrimSpace(t))
		if !ok {
			continue
		}
		same, err := q.Journal.Untouched(q.ctx, c.By(q.guest.Caller).UserID, journal.Record{Kind: c.Member(), ID: i.ID}, rev)
		if same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// put stores an object and makes its record say the same.
func (q *request) put() error {
	if q.at.kind != atItem {
		return refusal{status: http.StatusMethodNotAllowed, text: "Only what is in a collection can be stored."}
	}
	data, err := io.ReadAll(io.LimitReader(q.r.Body, MaxSize+1))
	if err != nil {
		return refusal{status: http.StatusBadRequest, text: "The body ended too early."}
	}
	if len(data) > MaxSize {
		return q.tooLarge()
	}
	in, err := q.read(q.at.col, data)
	if err != nil {
		return err
	}
	var made, patched bool
	var rev int64
	err = q.Journal.Write(q.ctx, q.caller(), func(ctx context.Context, _ *journal.Writer) error {
		t := *q
		t.ctx = ctx
		made, rev, err = t.store(in)
		patched = t.patched
		return err
	})
	if err != nil {
		return err
	}
	if !patched {
		q.w.Header().Set("ETag", q.etag(rev))
	}
	if made {
		q.w.Header().Set("Location", q.self())
		q.w.WriteHeader(http.StatusCreated)
	} else {
		q.w.WriteHeader(http.StatusNoContent)
	}
	return nil
}

func (q *request) tooLarge() error {
	space := "C"
	if q.at.col.Kind == resource.People {
		space = "A"
	}
	return broken("<"+space+":max-resource-size/>", "It is larger than 10 MB.")
}

// store writes the record and the object within a transaction.
func (q *request) store(in incoming) (made bool, rev int64, err error) {
	c, user := q.at.col, q.caller().UserID
	was, exists, err := q.Resources.Find(q.ctx, user, c, q.at.name)
	if err != nil {
		return false, 0, err
	}
	if err := q.conditions(was, exists); err != nil {
		return false, 0, err
	}
	same, found, err := q.Resources.FindUID(q.ctx, user, c, in.uid)
	if err != nil {
		return false, 0, err
	}
	if found && (!exists || same.ID != was.ID) || exists && was.UID != in.uid {
		where := q.at.name
		if found {
			where = same.Name
		}
		space := "C"
		if c.Kind == resource.People {
			space = "A"
		}
		return false, 0, broken("<"+space+":no-uid-conflict><D:href>"+esc(q.itemHref(c, where))+"</D:href></"+space+":no-uid-conflict>",
			"Another object of the collection has this UID, or this one had another.")
	}
	if exists && was.Kind != in.kind {
		// A client that knows no groups shows one as a person; it is told to read it again.
		return false, 0, fault.New(fault.Conflict, "group", "What is a group of people stays one, and a person a person.")
	}
	o := resource.Object{Name: q.at.name, UID: in.uid, Data: in.data}
	origin := journal.Origin{UID: in.uid}
	var before *incoming
	if exists {
		o.ID = was.ID
		_, data, err := q.one(c, was)
		if err != nil {
			return false, 0, err
		}
		old, err := q.read(c, data)
		if err == nil { // else everything counts as changed
			before = &old
		}
	} else {
		taken, err := q.Resources.UIDTaken(q.ctx, user, in.kind, in.uid)
		if err != nil {
			return false, 0, err
		}
		if taken { // by a record of another collection: a copy
			origin.UID = journal.NewUID()
		}
	}
	if err := q.record(in, before, origin, &o); err != nil {
		return false, 0, q.explain(err)
	}
	rev = o.Rev
	if q.patched { // what is answered is another text than what came
		o.Rev--
	}
	if err := q.Resources.Save(q.ctx, user, in.kind, o); err != nil {
		return false, 0, err
	}
	if !exists {
		err = q.adopt(in.uid, o.ID)
	}
	return !exists, rev, err
}

// explain makes what a form refuses a precondition.
func (q *request) explain(err error) error {
	var form *vobject.Error
	if errors.As(err, &form) {
		return broken(q.invalidData(), form.Message)
	}
	return err
}
