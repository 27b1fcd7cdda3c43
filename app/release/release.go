// Package release reads which versions of Umbra there are out of a feed: a JSON
// document or Atom, as forges publish them.
package release

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/semver"
)

// Release is one version.
type Release struct {
	Version   string    // like v1.2.3
	URL       string    // of its page; "" when the feed names none
	Published time.Time // zero when the feed does not say
}

// Accept is what a feed is asked for as.
const Accept = "application/json, application/atom+xml, application/xml;q=0.9, */*;q=0.1"

// MaxBytes is how much of a feed is read.
const MaxBytes = 1 << 20

// entry has the names that forges use, and ours.
type entry struct {
	Version   string `json:"version"`
	Tag       string `json:"tag_name"`
	URL       string `json:"url"`
	Page      string `json:"html_url"`
	Published string `json:"published_at"`
	Released  string `json:"released_at"`
	Draft     bool   `json:"draft"`
	Before    bool   `json:"prerelease"`
	Upcoming  bool   `json:"upcoming_release"`
}

type atom struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Entries []struct {
		Title     string `xml:"title"`
		Published string `xml:"published"`
		Updated   string `xml:"updated"`
		Links     []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
	} `xml:"entry"`
}

// Parse reads a feed. What is no finished release in it, drafts and previews
// included, is left out; a document of another kind is an error.
func Parse(body []byte) ([]Release, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(body, []byte("<")) {
		return parseAtom(body)
	}
	var list []entry
	var document struct {
		entry
		Releases []entry `json:"releases"`
	}
	if bytes.HasPrefix(body, []byte("[")) {
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, errors.Join(errNoFeed, err)
		}
	} else {
		if err := json.Unmarshal(body, &document); err != nil {
			return nil, errors.Join(errNoFeed, err)
		}
		list = document.Releases
		if list == nil {
			list = []entry{document.entry}
		}
	}
	out := []Release{}
	for _, e := range list {
		version := versionOf(cmp.Or(e.Tag, e.Version))
		if version == "" || e.Draft || e.Before || e.Upcoming {
			continue
		}
		out = append(out, Release{version, page(cmp.Or(e.Page, e.URL)), instant(cmp.Or(e.Published, e.Released))})
	}
	if len(out) == 0 && document.Releases == nil && len(list) > 0 && list[0].Tag == "" && list[0].Version == "" {
		return nil, errNoFeed
	}
	return out, nil
}

var errNoFeed = errors.New("this is no list of releases: neither the JSON nor the Atom of docs/upgrade.md")

func parseAtom(body []byte) ([]Release, error) {
	var feed atom
	if err := xml.Unmarshal(body, &feed); err != nil {
		return nil, errors.Join(errNoFeed, err)
	}
	out := []Release{}
	for _, e := range feed.Entries {
		var r Release
		for _, l := range e.Links {
			if l.Rel == "" || l.Rel == "alternate" {
				r.URL = page(l.Href)
				r.Version = versionOf(l.Href[strings.LastIndexByte(l.Href, '/')+1:])
			}
		}
		for word := range strings.FieldsSeq(e.Title) {
			r.Version = cmp.Or(r.Version, versionOf(word))
		}
		if r.Version != "" {
			r.Published = instant(cmp.Or(e.Published, e.Updated))
			out = append(out, r)
		}
	}
	return out, nil
}

// versionOf is a whole version in its canonical form, "" for a preview or anything else.
func versionOf(s string) string {
	if s != "" && s[0] != 'v' {
		s = "v" + s
	}
	if !semver.IsValid(s) || semver.Prerelease(s) != "" || strings.Count(s, ".") < 2 {
		return ""
	}
	return semver.Canonical(s)
}

// page is an address that may be shown on a terminal.
func page(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(s) > 500 ||
		strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }) {
		return ""
	}
	return s
}

func instant(s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// Newest is the highest version of them, whatever their order.
func Newest(all []Release) (newest Release, found bool) {
	for _, r := range all {
		if !found || semver.Compare(r.Version, newest.Version) > 0 {
			newest, found = r, true
		}
	}
	return newest, found
}

// Newer says whether there is a newer version than the running one; known is
// false when that one has no version to compare, as one built between releases.
func Newer(newest Release, current string) (newer, known bool) {
	if current != "" && current[0] != 'v' {
		current = "v" + current
	}
	if !semver.IsValid(current) {
		return false, false
	}
	return semver.Compare(newest.Version, current) > 0, true
}
