package dav_test

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// replica is what one device holds of the collections that it syncs.
type replica struct {
	as   string
	cols map[string]*held // by the name of the collection, as everybody calls it here
}

// held is a collection as a device has it.
type held struct {
	path, token string
	items       map[string]object
}

type object struct{ etag, body string }

type multistatus struct {
	Responses []struct {
		Href   string `xml:"href"`
		Status string `xml:"status"`
		Props  []struct {
			Status string `xml:"status"`
			ETag   string `xml:"prop>getetag"`
			Data   string `xml:"prop>calendar-data"`
			Card   string `xml:"prop>address-data"`
		} `xml:"propstat"`
	} `xml:"response"`
	Token string `xml:"sync-token"`
}

func (h *house) multi(status answer) (m multistatus) {
	h.t.Helper()
	if err := xml.Unmarshal([]byte(status.body), &m); err != nil {
		h.t.Fatalf("%v in %s", err, status.body)
	}
	return m
}

// syncAll brings a collection of a device up to date, in pages of some size.
func (f *fleet) syncAll(d *replica, c *held, pages int) {
	f.t.Helper()
	f.as = d.as
	limit := ""
	if pages > 0 {
		limit = fmt.Sprintf("<limit><nresults>%d</nresults></limit>", pages)
	}
	var listed map[string]bool // in a sync from the start
	if c.token == "" {
		listed = map[string]bool{}
	}
	for range 100_000 {
		a := f.do("REPORT", c.path, `<sync-collection xmlns="DAV:"><sync-token>`+c.token+`</sync-token><sync-level>1</sync-level>`+limit+`<prop><getetag/></prop></sync-collection>`)
		if a.status == 403 && strings.Contains(a.body, "valid-sync-token") {
			c.token, listed = "", map[string]bool{}
			f.seen["forgotten token"]++
			continue
		}
		if a.status != 207 {
			f.t.Fatalf("sync of %s: %d %s", c.path, a.status, a.body)
		}
		m, more := f.multi(a), false
		var fetch []string
		for _, r := range m.Responses {
			name, is := strings.CutPrefix(r.Href, c.path)
			switch {
			case strings.Contains(r.Status, "507"):
				more = true
			case !is || name == "":
				f.t.Fatalf("%s in a sync of %s", r.Href, c.path)
			case strings.Contains(r.Status, "404"):
				delete(c.items, name)
			case len(r.Props) == 1:
				if listed != nil {
					listed[name] = true
				}
				if c.items[name].etag != r.Props[0].ETag {
					fetch = append(fetch, r.Href)
				}
			}
		}
		f.fetch(c, fetch)
		c.token = m.Token
		if more {
			continue
		}
		for name := range c.items {
			if listed != nil && !listed[name] {
				delete(c.items, name)
			}
		}
		return
	}
	f.t.Fatalf("the sync of %s does not end", c.path)
}

// fetch reads objects into a device.
func (f *fleet) fetch(c *held, hrefs []string) {
	f.t.Helper()
	if len(hrefs) == 0 {
		return
	}
	report, data := "C:calendar-multiget", "<C:calendar-data/>"
	if c.path == f.people() {
		report, data = "A:addressbook-multiget", "<A:address-data/>"
	}
	body := "<" + report + ` xmlns:A="urn:ietf:params:xml:ns:carddav" ` + queryNS + `><prop><getetag/>` + data + `</prop>`
	for _, h := range hrefs {
		body += "<href>" + h + "</href>"
	}
	for _, r := range f.multi(f.want(207, "REPORT", c.path, body+"</"+report+">")).Responses {
		name := strings.TrimPrefix(r.Href, c.path)
		if len(r.Props) == 0 {
			delete(c.items, name) // it went meanwhile: the next sync says so, too
			continue
		}
		c.items[name] = object{r.Props[0].ETag, r.Props[0].Data + r.Props[0].Card}
	}
}
