package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/mobileconfig"
)

// eachReached is a door that people reach at an address.
func eachReached(t *testing.T, address string, house bool, test func(t *testing.T, d *door)) {
	t.Helper()
	at, err := config.ParseOrigin(address)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, database *db.DB) {
		test(t, openDoor(t, database, func(d *api.Deps) { d.PublicURL, d.HouseTLS = at, house }))
	})
}

// payloads reads a profile with a reader that is not ours.
func (r reply) payloads() (cal, card map[string]any) {
	r.t.Helper()
	if h := r.header; h.Get("Content-Type") != mobileconfig.Type || h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Disposition"), ".mobileconfig") {
		r.t.Errorf("%v", h)
	}
	var profile struct{ PayloadContent []map[string]any }
	if _, err := plist.Unmarshal(r.body, &profile); err != nil || len(profile.PayloadContent) != 2 {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return profile.PayloadContent[0], profile.PayloadContent[1]
}

// syncs fails unless the profile's app password is good for syncing, and only that.
func (d *door) syncs(t *testing.T, payload map[string]any, kind string) string {
	t.Helper()
	password, _ := payload[kind+"Password"].(string)
	user, _ := payload[kind+"Username"].(string)
	p, err := d.accounts.AuthenticateBasic(t.Context(), user, password, "192.0.2.9")
	if err != nil || p.Username != "Ann" || p.May(account.Read) || p.May(account.Write) {
		t.Errorf("%v %v", p, err)
	}
	return password
}

func TestHowDevicesReachTheServer(t *testing.T) {
	for _, tt := range []struct {
		address, host string
		port          int
		house         bool
		missing       []string
	}{
		{"https://umbra.example.org", "umbra.example.org", 443, false, nil},
		{"https://umbra.local:8000", "umbra.local", 8000, true, []string{"trust"}},
		{"http://192.168.1.20:8000", "192.168.1.20", 8000, false, []string{"https"}},
		{"http://localhost", "localhost", 80, false, []string{"https", "reach"}},
		{"https://[::1]:8443", "::1", 8443, false, []string{"reach"}},
	} {
		t.Run(tt.address, func(t *testing.T) {
			eachReached(t, tt.address, tt.house, func(t *testing.T, d *door) {
				ann := d.setUp(t)
				s := d.with(t, ann, "GET", "/api/sync", nil).is(200).json()
				var missing []string
				for _, m := range s["missing"].([]any) {
					missing = append(missing, m.(string))
				}
				if s["url"] != tt.address || s["dav_url"] != tt.address+"/dav/" || s["host"] != tt.host || s["port"] != float64(tt.port) ||
					s["https"] != strings.HasPrefix(tt.address, "https") || s["principal"] != "/dav/principals/1/" || s["username"] != "Ann" || !slices.Equal(missing, tt.missing) {
					t.Errorf("%v", s)
				}
			})
		})
	}
	eachDoor(t, func(t *testing.T, d *door) { // without a name of its own
		ann := d.setUp(t)
		if s := d.with(t, ann, "GET", "/api/sync", nil).is(200).json(); !slices.Contains(s["missing"].([]any), any("name")) {
			t.Errorf("%v", s)
		}
	})
}

func TestAProfileBringsItsAppPassword(t *testing.T) {
	eachReached(t, "https://umbra.example.org:8443", false, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		r := d.with(t, ann, "POST", "/api/profiles", `{"name":"Ann's Mac"}`).is(200)
		cal, card := r.payloads()
		for kind, p := range map[string]map[string]any{"CalDAV": cal, "CardDAV": card} {
			for key, want := range map[string]any{"HostName": "umbra.example.org", "Port": uint64(8443), "UseSSL": true, "PrincipalURL": "/dav/principals/1/", "Username": "Ann"} {
				if p[kind+key] != want {
					t.Errorf("%s%s: %v", kind, key, p[kind+key])
				}
			}
			d.syncs(t, p, kind)
		}
		if l := d.with(t, ann, "GET", "/api/auth/tokens", nil).is(200).list(); len(l) != 1 || l[0]["name"] != "Ann's Mac" || fmt.Sprint(l[0]["scopes"]) != "[dav]" {
			t.Errorf("%v", l)
		}
		d.with(t, ann, "POST", "/api/profiles", `{"name":" "}`).is(422)
		d.clock.Advance(account.ProofAge)
		for _, path := range []string{"/api/profiles", "/api/profile-links"} {
			d.with(t, ann, "POST", path, `{"name":"x"}`).needsProof()
		}
	})
}

func TestAProfileLinkIsGoodOnce(t *testing.T) {
	eachReached(t, "https://umbra.example.org", false, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		link := func() string {
			r := d.with(t, ann, "POST", "/api/profile-links", `{"name":"Ann's iPhone"}`).is(201)
			path, ours := strings.CutPrefix(r.json()["url"].(string), "https://umbra.example.org")
			if !ours || !strings.HasPrefix(path, "/profiles/") || len(path) < 50 || r.header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%v %s", r.header, r.body)
			}
			return path
		}
		tokens := func(want int) {
			t.Helper()
			if l := d.with(t, ann, "GET", "/api/auth/tokens", nil).is(200).list(); len(l) != want {
				t.Errorf("%d tokens, want %d: %v", len(l), want, l)
			}
		}
		made := link()
		for range 2 { // looking uses nothing up
			page := d.with(t, "", "GET", made, nil).is(200)
			if !strings.Contains(string(page.body), `<form method="post">`) || strings.Contains(string(page.body), "umbra_pat") || page.header.Get("Referrer-Policy") != "no-referrer" || page.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%v %s", page.header, page.body)
			}
		}
		tokens(0)
		r := d.with(t, "", "POST", made, nil).is(200)
		cal, _ := r.payloads()
		d.syncs(t, cal, "CalDAV")
		if r.header.Get("Set-Cookie") != "" {
			t.Errorf("%v", r.header)
		}
		tokens(1)
		gone := string(d.with(t, "", "GET", "/profiles/nonsense", nil).is(404).body)
		refused := func(path, why string) {
			t.Helper()
			for _, method := range []string{"GET", "POST"} {
				if r := d.with(t, "", method, path, nil); r.status != 404 || string(r.body) != gone {
					t.Errorf("%s, %s: %d %s", why, method, r.status, r.body)
				}
			}
		}
		refused(made, "used")
		first := link()
		second := link()
		refused(first, "another was made")
		d.with(t, "", "GET", second, nil).is(200)
		d.clock.Advance(account.ProfileLinkAge)
		refused(second, "too old")
		third := link()
		ann = d.with(t, ann, "POST", "/api/auth/change-password", map[string]any{"current_password": annsPassword, "new_password": newPassword, "revoke_tokens": true}).is(204).session()
		refused(third, "revoked with all tokens")
		tokens(0)
	})
}

// A link of somebody who is shut out shows nothing, and one that would make a
// token too many stays good.
func TestAProfileLinkHoldsToTheAccount(t *testing.T) {
	eachReached(t, "https://umbra.example.org", false, func(t *testing.T, d *door) {
		d.setUp(t)
		if _, err := d.accounts.Add(t.Context(), account.NewUser{Username: "Bob", Password: annsPassword}); err != nil {
			t.Fatal(err)
		}
		bob := d.logIn(t, "bob", annsPassword).is(200).session()
		_, path, _ := strings.Cut(d.with(t, bob, "POST", "/api/profile-links", `{"name":"Phone"}`).is(201).json()["url"].(string), "example.org")
		for i := range account.MaxTokens {
			if _, _, err := d.accounts.CreateToken(t.Context(), account.Principal{UserID: 2}, account.NewToken{Name: fmt.Sprint(i), Scopes: []account.Scope{account.DAV}}); err != nil {
				t.Fatal(err)
			}
		}
		if r := d.with(t, "", "POST", path, nil).is(409); !strings.Contains(string(r.body), "Revoke one") {
			t.Errorf("%s", r.body)
		}
		d.with(t, "", "GET", path, nil).is(200)
		if err := d.accounts.SetDisabled(t.Context(), 2, true); err != nil {
			t.Fatal(err)
		}
		d.with(t, "", "GET", path, nil).is(404)
		d.with(t, "", "POST", path, nil).is(404)
	})
}

func TestWithoutHTTPSThereIsNoProfile(t *testing.T) {
	eachReached(t, "http://192.168.1.20:8000", false, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		for _, path := range []string{"/api/profiles", "/api/profile-links"} {
			if r := d.with(t, ann, "POST", path, `{"name":"iPhone"}`).is(409); r.code() != "no_https" {
				t.Errorf("%s", r.body)
			}
		}
		if l := d.with(t, ann, "GET", "/api/auth/tokens", nil).is(200).list(); len(l) != 0 {
			t.Errorf("%v", l)
		}
		text, _, err := d.accounts.CreateProfileLink(t.Context(), 1, "iPhone") // made before the address changed
		if err != nil {
			t.Fatal(err)
		}
		if r := d.with(t, "", "POST", "/profiles/"+text, nil).is(409); !strings.Contains(string(r.body), "HTTPS") {
			t.Errorf("%s", r.body)
		}
		if _, err := d.accounts.ProfileLink(t.Context(), text, "192.0.2.1"); err != nil {
			t.Errorf("it was used up: %v", err)
		}
	})
}

// The page speaks its owner's language.
func TestAProfileLinkSpeaksGerman(t *testing.T) {
	eachReached(t, "https://umbra.example.org", false, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.with(t, ann, "PATCH", "/api/settings", `{"language":"de"}`).is(200)
		_, path, _ := strings.Cut(d.with(t, ann, "POST", "/api/profile-links", `{"name":"iPhone"}`).is(201).json()["url"].(string), "example.org")
		if r := d.with(t, "", "GET", path, nil).is(200); !strings.Contains(string(r.body), `<html lang="de">`) || !strings.Contains(string(r.body), "Profil laden") {
			t.Errorf("%s", r.body)
		}
	})
}
