package api

import (
	"context"
	"net/netip"
	"strings"

	"umbra/app/config"
	"umbra/app/fault"
	"umbra/app/passkey"
)

// passkeysAt says where passkeys work, for a page that may be elsewhere.
type passkeysAt struct {
	Origin string `json:"origin,omitempty" doc:"The address that they work at; left out where they cannot." example:"https://umbra.example.org"`
	Reason string `json:"reason,omitempty" enum:"no_public_url,not_https,not_a_name" doc:"Why they cannot: UMBRA_PUBLIC_URL is not set, is plain http, or names an IP address, which browsers make no passkeys for." example:"no_public_url"`
}

// where finds the origin that browsers may make passkeys for: the public one, or
// this machine's own, which browsers trust without TLS as well.
func (a *API) where(ctx context.Context) (o config.Origin, reason string) {
	o = a.PublicURL
	if o.IsZero() {
		o = config.Origin{Scheme: "http", Host: strings.ToLower(client(ctx).Host)}
		if client(ctx).HTTPS {
			o.Scheme = "https"
		}
		if !ownName(o.Hostname()) {
			return o, "no_public_url"
		}
	}
	switch _, err := netip.ParseAddr(strings.Trim(o.Hostname(), "[]")); {
	case err == nil:
		return o, "not_a_name"
	case !o.Secure() && !ownName(o.Hostname()):
		return o, "not_https"
	}
	return o, ""
}

// ownName says whether a name always means the machine itself (RFC 6761 section 6.3).
func ownName(host string) bool { return host == "localhost" || strings.HasSuffix(host, ".localhost") }

func (a *API) passkeysAt(ctx context.Context) passkeysAt {
	o, reason := a.where(ctx)
	if reason != "" {
		return passkeysAt{Reason: reason}
	}
	return passkeysAt{Origin: o.String()}
}

// party is whom passkeys are for. It answers Conflict (passkeys_unavailable),
// saying what to do, where there can be none.
func (a *API) party(ctx context.Context) (passkey.Party, error) {
	o, reason := a.where(ctx)
	text := map[string]string{
		"no_public_url": "Passkeys need UMBRA_PUBLIC_URL, the https address that people open Umbra at. On the machine itself they work without, at http://localhost.",
		"not_https":     "Browsers make passkeys over https alone, and UMBRA_PUBLIC_URL is plain http.",
		"not_a_name":    "Browsers make passkeys for names alone, and UMBRA_PUBLIC_URL has an IP address. Give the server a name.",
	}[reason]
	if text != "" {
		return passkey.Party{}, fault.New(fault.Conflict, "passkeys_unavailable", text)
	}
	return passkey.Party{ID: o.Hostname(), Origin: o.String(), Name: "Umbra"}, nil
}
