package dav

import (
	"strings"

	"umbra/app/ical"
	"umbra/app/resource"
	"umbra/app/vobject"
)

// incoming is an object as it came.
type incoming struct {
	data  []byte
	doc   *ical.Document
	parts []*ical.Component
	uid   string
	kind  string // of its record
}

// read checks what RFC 4791 (5.3.2.1) and RFC 6352 (6.3.2.1) ask of an object.
func (q *request) read(c *resource.Collection, data []byte) (in incoming, err error) {
	in.data, in.kind = data, c.Member()
	if in.doc, err = ical.Parse(data); err != nil {
		return in, broken(q.invalidData(), "It "+err.Error()+".")
	}
	if c.Kind == resource.People {
		return in, q.readCard(&in)
	}
	all := in.doc.Components("VCALENDAR")
	if len(all) == 0 {
		return in, broken("<C:valid-calendar-data/>", "It is no iCalendar object: there is no VCALENDAR.")
	}
	if len(all) > 1 || len(in.doc.Components()) > 1 {
		return in, broken("<C:valid-calendar-object-resource/>", "It holds more than one VCALENDAR.")
	}
	uids := map[string]bool{}
	for _, p := range all[0].Components() {
		switch p.Name {
		case "VTIMEZONE":
			continue
		case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY", "VPOLL":
		default:
			if strings.HasPrefix(p.Name, "X-") {
				continue
			}
		}
		if p.Name != component(c) {
			return in, broken("<C:supported-calendar-component/>", "This collection holds "+component(c)+" components alone.")
		}
		in.parts = append(in.parts, p)
		in.uid = strings.TrimSpace(p.Text("UID"))
		uids[in.uid] = true
	}
	switch {
	case len(in.parts) == 0:
		return in, broken("<C:valid-calendar-object-resource/>", "It holds no "+component(c)+".")
	case len(uids) > 1:
		return in, broken("<C:valid-calendar-object-resource/>", "It holds components with different UIDs.")
	case in.uid == "" || len(in.uid) > maxUID:
		return in, broken("<C:valid-calendar-object-resource/>", "It has no UID, or one that is longer than 1000 bytes.")
	}
	return in, nil
}

// maxUID bounds a UID, in bytes.
const maxUID = 1000

func (q *request) readCard(in *incoming) error {
	in.parts = in.doc.Components("VCARD")
	if len(in.parts) != 1 || len(in.doc.Components()) > 1 {
		return broken("<A:valid-address-data/>", "It must hold one VCARD.")
	}
	switch vobject.Version(in.parts[0]) {
	case "3.0", "4.0":
	default:
		return broken("<A:supported-address-data/>", "It must be a vCard of version 3.0 or 4.0.")
	}
	if in.uid = strings.TrimSpace(in.parts[0].Text("UID")); in.uid == "" || len(in.uid) > maxUID {
		return broken("<A:valid-address-data/>", "It has no UID, or one that is longer than 1000 bytes.")
	}
	if vobject.IsGroup(in.parts[0]) {
		in.kind = resource.Group
	}
	return nil
}
