package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/config"
	"umbra/app/fault"
	"umbra/app/mobileconfig"
)

// davPath is where clients sync (dav.Prefix); edges do not import each other.
const davPath = "/dav/"

// What keeps devices from syncing, or will.
const (
	missingHTTPS = "https" // without it iPhones do not sync, and passwords travel in the open
	missingReach = "reach" // the address is good on this machine alone
	missingName  = "name"  // the server does not know its own address
	missingTrust = "trust" // the certificate is of the house's own authority
)

// syncReach is how devices reach this server.
type syncReach struct {
	URL       string   `json:"url" doc:"Address of the server: UMBRA_PUBLIC_URL, or how this request came." example:"https://umbra.example.org"`
	DAV       string   `json:"dav_url" doc:"Where CalDAV and CardDAV begin, for programs that want a whole address." example:"https://umbra.example.org/dav/"`
	Host      string   `json:"host" doc:"Name or address of the server." example:"umbra.example.org"`
	Port      int      `json:"port" doc:"Its port." example:"443"`
	HTTPS     bool     `json:"https" doc:"Whether it is reached by HTTPS." example:"true"`
	Principal string   `json:"principal" doc:"Path of the user's principal (RFC 5397), for programs that ask for one." example:"/dav/principals/1/"`
	Username  string   `json:"username" doc:"What to sign in with, beside an app password." example:"ada"`
	Missing   []string `json:"missing" enum:"https,reach,name,trust" doc:"What is missing for phones: https (iPhones sync over HTTPS alone), reach (the address is good on the server's own machine alone), name (UMBRA_PUBLIC_URL is not set, so that the address may change), trust (each device has to trust the authority of the house once, see /trust)." example:"[\"https\"]"`
}

// syncReach says how the sender of a request reaches this server.
func (a *API) syncReach(c Client, userID int64, username string) syncReach {
	at := a.PublicURL
	if at.IsZero() {
		at.Scheme = "http"
		if c.HTTPS {
			at.Scheme = "https"
		}
		if o, err := config.ParseOrigin(at.Scheme + "://" + c.Host); err == nil {
			at = o
		}
	}
	out := syncReach{URL: at.String(), DAV: at.String() + davPath, Host: at.Hostname(), Port: 80, HTTPS: at.Secure(),
		Principal: fmt.Sprintf("%sprincipals/%d/", davPath, userID), Username: username, Missing: []string{}}
	if at.Secure() {
		out.Port = 443
	}
	if _, port, err := net.SplitHostPort(at.Host); err == nil {
		out.Port, _ = strconv.Atoi(port)
	}
	for _, m := range []struct {
		what string
		is   bool
	}{{missingHTTPS, !out.HTTPS}, {missingReach, hereAlone(out.Host)}, {missingName, a.PublicURL.IsZero()}, {missingTrust, a.HouseTLS && out.HTTPS}} {
		if m.is {
			out.Missing = append(out.Missing, m.what)
		}
	}
	return out
}

// hereAlone says whether a host is good on its own machine alone.
func hereAlone(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsUnspecified()
	}
	host = strings.ToLower(host)
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

type newProfile struct {
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"What the app password is called: the device." example:"Ada's iPhone"`
}

type profileLink struct {
	URL       string    `json:"url" doc:"The link itself. It is in this answer and nowhere else." example:"https://umbra.example.org/profiles/4Yb…"`
	ExpiresAt time.Time `json:"expires_at" doc:"When it ends, unless it is used before." example:"2025-01-01T08:05:00Z"`
}

// aProfile is a configuration profile, as a file.
type aProfile struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (a *API) registerSync() {
	const tag = "Sync"
	register(a, op{id: "findSync", method: http.MethodGet, path: "/api/sync", tag: tag, summary: "Say how devices reach this server to sync, and what is missing for it"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body syncReach }, error) {
			p := principal(ctx)
			return &struct{ Body syncReach }{a.syncReach(client(ctx), p.UserID, p.Username)}, nil
		})
	register(a, op{id: "createProfile", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: "/api/profiles", tag: tag, status: http.StatusOK,
		summary: "Make an app password, inside a configuration profile for an iPhone, iPad or Mac",
		description: "The file sets up CalDAV and CardDAV. The app password is in it and nowhere else; it is listed and revoked with the tokens. " +
			"409 `no_https` where the server is not reached by HTTPS: these devices want it.", download: mobileconfig.Type},
		func(ctx context.Context, in *struct{ Body newProfile }) (*aProfile, error) {
			p := principal(ctx)
			at, err := a.secureReach(client(ctx), p.UserID, p.Username)
			if err != nil {
				return nil, err
			}
			_, text, err := a.Accounts.CreateToken(ctx, p, account.NewToken{Name: in.Body.Name, Scopes: []account.Scope{account.DAV}})
			if err != nil {
				return nil, err
			}
			return &aProfile{ContentType: mobileconfig.Type, Disposition: profileDisposition, CacheControl: "no-store", Body: at.profile(text, p.Language)}, nil
		})
	register(a, op{id: "createProfileLink", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: "/api/profile-links", tag: tag, status: http.StatusCreated,
		summary: "Make a link by which a device that is not signed in takes its configuration profile",
		description: "Good once, for five minutes; the one before ends. The app password is made when the profile is taken, and with it a link that nobody uses leaves nothing behind. " +
			"409 `no_https` as for the profile itself."},
		func(ctx context.Context, in *struct{ Body newProfile }) (*createdOnce[profileLink], error) {
			p := principal(ctx)
			at, err := a.secureReach(client(ctx), p.UserID, p.Username)
			if err != nil {
				return nil, err
			}
			text, until, err := a.Accounts.CreateProfileLink(ctx, p.UserID, in.Body.Name)
			if err != nil {
				return nil, err
			}
			link := at.URL + "/profiles/" + text
			return &createdOnce[profileLink]{Location: link, CacheControl: "no-store", Body: profileLink{link, until}}, nil
		})
}

const profileDisposition = `attachment; filename="umbra.mobileconfig"`

// secureReach is syncReach, and a Conflict without HTTPS.
func (a *API) secureReach(c Client, userID int64, username string) (syncReach, error) {
	at := a.syncReach(c, userID, username)
	if !at.HTTPS {
		return at, fault.New(fault.Conflict, "no_https", "iPhones, iPads and Macs sync over HTTPS alone, and this Umbra is not reached by it. Give it HTTPS first (docs/https.md says how).")
	}
	return at, nil
}

// profile is the configuration profile for this way to reach the server.
func (s syncReach) profile(password, language string) []byte {
	description := fmt.Sprintf("Calendars, lists and contacts of %s on %s.", s.Username, s.Host)
	if caller.German(language) {
		description = fmt.Sprintf("Kalender, Listen und Kontakte von %s auf %s.", s.Username, s.Host)
	}
	return mobileconfig.Sync{Host: strings.Trim(s.Host, "[]"), Port: s.Port, TLS: s.HTTPS, Principal: s.Principal, Username: s.Username, Password: password,
		Account: "Umbra", Name: "Umbra (" + s.Host + ")", Description: description}.Profile().XML()
}
