package calendar

import (
	"net/url"
	"strings"

	"umbra/app/check"
)

// MaxSources bounds the calendars of a user that are filled from addresses.
const MaxSources = 50

// tidySource writes an address as it is fetched: webcal is a name for https.
func tidySource(s string) string {
	s = strings.TrimSpace(s)
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		switch strings.ToLower(scheme) {
		case "webcal", "webcals":
			return "https://" + rest
		}
	}
	return s
}

// checkSource notes what is no address that can be fetched.
func checkSource(c *check.Check, s string) {
	if s == "" {
		return
	}
	c.URL("source", s)
	if u, err := url.Parse(s); err == nil && u.User != nil {
		c.Add("source", "user", "must not hold a user name or a password")
	}
}
