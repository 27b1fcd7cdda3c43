package server_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"howett.net/plist"

	"umbra/app/mobileconfig"
)

// A phone takes its profile by whatever browser it has, and syncs with what is in it.
func TestAPhoneTakesItsProfileAndSyncs(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		h := open(t, database, "UMBRA_PUBLIC_URL=https://umbra.example.org:8443")
		cookie := h.setUp(t)
		made := h.ask(t, "POST", "/api/profile-links", `{"name":"Phone"}`, "Cookie", cookie).is(201)
		link, err := url.Parse(decodeJSON[map[string]string](t, made.Body.Bytes())["url"])
		if err != nil || link.Host != "umbra.example.org:8443" {
			t.Fatal(link, err)
		}
		h.ask(t, "GET", link.Path, "", "Host", link.Host).is(200)
		// Safari before 16.4 sends no Sec-Fetch-Site, and its origin as null from a page without referrer.
		given := h.ask(t, "POST", link.Path, "", "Host", link.Host, "Origin", "null").is(200)
		var profile struct{ PayloadContent []map[string]any }
		if _, err := plist.Unmarshal(given.Body.Bytes(), &profile); err != nil || len(profile.PayloadContent) != 2 || given.Header().Get("Content-Type") != mobileconfig.Type {
			t.Fatalf("%v %v %s", err, given.Header(), given.Body)
		}
		cal := profile.PayloadContent[0]
		if cal["CalDAVHostName"] != "umbra.example.org" || cal["CalDAVPort"] != uint64(8443) || cal["CalDAVUseSSL"] != true {
			t.Errorf("%v", cal)
		}
		basic := base64.StdEncoding.EncodeToString([]byte(cal["CalDAVUsername"].(string) + ":" + cal["CalDAVPassword"].(string)))
		found := h.ask(t, "PROPFIND", cal["CalDAVPrincipalURL"].(string), `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-home-set/></prop></propfind>`,
			"Host", link.Host, "Authorization", "Basic "+basic, "Depth", "0").is(207)
		if !strings.Contains(found.Body.String(), "/dav/calendars/1/") {
			t.Errorf("%s", found.Body)
		}
		h.ask(t, "POST", link.Path, "", "Host", link.Host, "Origin", "null").is(404)
	})
}
