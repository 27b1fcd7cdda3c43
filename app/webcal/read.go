package webcal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"umbra/app/ical"
	"umbra/app/recur"
	"umbra/app/vobject"
)

// feed is a calendar as it was fetched.
type feed struct {
	reader *vobject.Reader
	zones  map[string]*ical.Component // by their TZID
	groups []*group
	every  time.Duration // what it asks for; 0: nothing
}

// group is the components of one event: a series and its changed occurrences.
type group struct {
	uid   string
	parts []*ical.Component
}

// read takes a body apart. What is not whole is refused, so that what is missing
// in the middle is never taken for deleted.
func read(body []byte, home *time.Location) (*feed, reason) {
	d, err := ical.ParseAll(inUTF8(body))
	if err != nil {
		return nil, reason{Word: "odd"}
	}
	cals := d.Components("VCALENDAR")
	if len(cals) == 0 {
		return nil, reason{Word: "no_calendar"}
	}
	f := &feed{reader: vobject.NewReader(d, home), zones: map[string]*ical.Component{}}
	by := map[string]*group{}
	for _, cal := range cals {
		if !closed(cal) {
			return nil, reason{Word: "cut_off"}
		}
		if f.every == 0 {
			f.every = asked(cal)
		}
		for _, z := range cal.Components("VTIMEZONE") {
			if id := strings.TrimSpace(z.Text("TZID")); f.zones[id] == nil {
				f.zones[id] = z
			}
		}
		for _, p := range cal.Components("VEVENT") {
			for _, alarm := range p.Components("VALARM") { // somebody else's, which nobody here could turn off
				p.RemoveComponent(alarm)
			}
			uid := strings.TrimSpace(p.Text("UID"))
			if uid == "" || len(uid) > 1000 { // one of our own, the same each time
				uid = "umbra-" + fingerprint(one(p))
			}
			g := by[uid]
			if g == nil {
				if len(f.groups) == MaxEvents {
					return nil, reason{Word: "too_many"}
				}
				g = &group{uid: uid}
				f.groups, by[uid] = append(f.groups, g), g
			}
			g.parts = append(g.parts, p)
		}
	}
	if len(f.groups) == 0 {
		return nil, reason{Word: "empty"}
	}
	return f, reason{}
}

func closed(c *ical.Component) bool {
	if !c.Closed() {
		return false
	}
	for _, p := range c.Components() {
		if !closed(p) {
			return false
		}
	}
	return true
}

// inUTF8 makes text of a body in another encoding readable: UTF-16 by its mark,
// and what is no UTF-8 as Windows-1252, which every byte is.
func inUTF8(b []byte) []byte {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		if out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(b); err == nil {
			return out
		}
	}
	if utf8.Valid(b) {
		return b
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return b
	}
	return out
}

// asked is how often a calendar wants to be fetched (RFC 7986 section 5.7, and
// what Microsoft made of it before).
func asked(cal *ical.Component) time.Duration {
	for _, name := range []string{"REFRESH-INTERVAL", "X-PUBLISHED-TTL"} {
		d, err := ical.ParseDuration(strings.TrimSpace(cal.Value(name)))
		if err != nil {
			continue
		}
		begin := recur.Local{}
		if start, err := recur.ParseLocal("2025-01-01T00:00:00"); err == nil {
			begin = start
		}
		if every := d.After(begin, time.UTC).Sub(begin); every > 0 {
			return min(max(every, shortest), longest)
		}
	}
	return 0
}

// one is a component as an object of its own.
func one(parts ...*ical.Component) []byte {
	c := ical.NewComponent("VCALENDAR")
	for _, p := range parts {
		c.AddComponent(p)
	}
	d := ical.New()
	d.Add(c)
	return d.Bytes()
}

// object is a group as a device would store it, with the zones that it names.
func (f *feed) object(g *group) []byte {
	c := ical.NewComponent("VCALENDAR")
	c.Set("VERSION", "2.0")
	c.Set("PRODID", vobject.ProductID)
	named := map[string]bool{}
	for _, p := range g.parts {
		for _, l := range p.All() {
			if id := l.Param("TZID"); f.zones[id] != nil && !named[id] {
				named[id] = true
				c.AddComponent(f.zones[id])
			}
		}
	}
	for _, p := range g.parts {
		c.AddComponent(p)
	}
	d := ical.New()
	d.Add(c)
	return d.Bytes()
}

// fingerprint tells objects apart by what they say: many servers stamp every
// event anew at each fetch (DTSTAMP).
func fingerprint(object []byte) string {
	h := sha256.New()
	for l := range bytes.Lines(object) {
		if !bytes.HasPrefix(l, []byte("DTSTAMP")) {
			_, _ = h.Write(l)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
