package mobileconfig_test

import (
	"bytes"
	"regexp"
	"testing"

	"howett.net/plist"

	"umbra/app/mobileconfig"
)

// read takes a profile apart with a reader that is not ours.
func read(t *testing.T, b []byte) (profile map[string]any, payloads []map[string]any) {
	t.Helper()
	if format, err := plist.Unmarshal(b, &profile); err != nil || format != plist.XMLFormat {
		t.Fatalf("%v, format %d, of %s", err, format, b)
	}
	for _, p := range profile["PayloadContent"].([]any) {
		payloads = append(payloads, p.(map[string]any))
	}
	return profile, payloads
}

var sync = mobileconfig.Sync{Host: "umbra.example.org", Port: 8443, TLS: true, Principal: "/dav/principals/7/", Username: `a<b>&"c'ü`, Password: "umbra_pat_]]>&amp;",
	Account: "Umbra", Name: "Umbra <home> & co", Description: "Calendars\nof Ada"}

func TestAProfileSaysWhatADeviceNeeds(t *testing.T) {
	profile, payloads := read(t, sync.Profile().XML())
	if profile["PayloadType"] != "Configuration" || profile["PayloadDisplayName"] != sync.Name || profile["PayloadDescription"] != sync.Description || len(payloads) != 2 {
		t.Errorf("%v", profile)
	}
	for i, kind := range []string{"CalDAV", "CardDAV"} {
		p := payloads[i]
		for key, want := range map[string]any{"HostName": sync.Host, "Port": uint64(sync.Port), "UseSSL": true, "PrincipalURL": sync.Principal, "Username": sync.Username, "Password": sync.Password, "AccountDescription": "Umbra"} {
			if p[kind+key] != want {
				t.Errorf("%s%s is %v, want %v", kind, key, p[kind+key], want)
			}
		}
		if want := map[string]string{"CalDAV": "com.apple.caldav.account", "CardDAV": "com.apple.carddav.account"}[kind]; p["PayloadType"] != want || p["PayloadVersion"] != uint64(1) {
			t.Errorf("%v", p)
		}
	}
	ids := map[any]bool{profile["PayloadUUID"]: true, payloads[0]["PayloadUUID"]: true, payloads[1]["PayloadUUID"]: true}
	form := regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)
	for id := range ids {
		if s, _ := id.(string); !form.MatchString(s) {
			t.Errorf("%v is no UUID", id)
		}
	}
	if len(ids) != 3 {
		t.Errorf("identifiers are shared: %v", ids)
	}
}

// A profile that is made anew replaces the one before; another user's, and
// another server's, stand beside it.
func TestAProfileReplacesItself(t *testing.T) {
	name := func(s mobileconfig.Sync) any {
		profile, _ := read(t, s.Profile().XML())
		return profile["PayloadIdentifier"]
	}
	again, bob, elsewhere := sync, sync, sync
	again.Password, again.Description = "another", ""
	bob.Principal, elsewhere.Port = "/dav/principals/8/", 443
	if name(again) != name(sync) || name(bob) == name(sync) || name(elsewhere) == name(sync) {
		t.Errorf("%v, again %v, Bob's %v, elsewhere %v", name(sync), name(again), name(bob), name(elsewhere))
	}
}

func TestAProfileWithoutAPasswordAsks(t *testing.T) {
	asks := sync
	asks.Password = ""
	_, payloads := read(t, asks.Profile().XML())
	if _, has := payloads[0]["CalDAVPassword"]; has {
		t.Errorf("%v", payloads[0])
	}
}

func FuzzAProfileIsAPropertyList(f *testing.F) {
	f.Add("Ada", "x", []byte{1})
	f.Add("\x00\ud7ff<![CDATA[", "&#0;", []byte{})
	f.Fuzz(func(t *testing.T, name, value string, data []byte) {
		_, payloads := read(t, mobileconfig.Profile{Family: "umbra.test", Of: value, Name: name, Payloads: []mobileconfig.Payload{{Type: "x", Part: "x", Name: name,
			Keys: []mobileconfig.Key{{Name: "A", Value: value}, {Name: "B", Value: data}}}}}.XML())
		if b, _ := payloads[0]["B"].([]byte); !bytes.Equal(b, data) {
			t.Errorf("%v, want %v", b, data)
		}
	})
}
