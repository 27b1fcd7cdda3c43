package dav

import (
	"net/http"
	"slices"

	"umbra/app/caller"
	"umbra/app/ical"
	"umbra/app/resource"
)

// caller is on whose records the target's requests work: the user's own, or
// those that somebody shares with them.
func (q *request) caller() caller.Caller {
	if q.at.col == nil {
		return q.guest.Caller
	}
	return q.at.col.By(q.guest.Caller)
}

// mayChange refuses what would change a collection that is there to be looked at
// (RFC 3744, 7.1.1). How it looks to the user is theirs all the same, and a copy
// takes nothing from it.
func (q *request) mayChange(t target) error {
	if t.col == nil || !t.col.Fixed() || !changes(q.r.Method) || q.r.Method == "PROPPATCH" || q.r.Method == "COPY" && t == q.at {
		return nil
	}
	why := t.col.Share.Owner.Name + " shares this to be looked at, not to be changed."
	if t.col.Source != "" {
		if t.kind == atCollection && !t.col.Shared() && q.r.Method == http.MethodDelete { // that ends it
			return nil
		}
		why = "This calendar is filled from an address; it can only be looked at."
	}
	return refusal{http.StatusForbidden, "<D:need-privileges><D:resource>" + href(q.href(t.col)) + "<D:privilege><D:write/></D:privilege></D:resource></D:need-privileges>",
		why}
}

// hushed says whether a collection's objects are answered without their alarms.
func hushed(c *resource.Collection) bool { return c.Shared() && c.Fixed() }

// silent takes the alarms out of an object: who may only look cannot turn them
// off, and they are the owner's.
func silent(data []byte) ([]byte, error) {
	if data == nil {
		return nil, nil
	}
	d, err := ical.Parse(data)
	if err != nil { // it was read when it was stored
		return nil, err
	}
	found := false
	for _, cal := range d.Components("VCALENDAR") {
		for _, part := range slices.Concat(cal.Components("VEVENT"), cal.Components("VTODO")) {
			for _, alarm := range part.Components("VALARM") {
				part.RemoveComponent(alarm)
				found = true
			}
		}
	}
	if !found {
		return data, nil
	}
	return d.Bytes(), nil
}
