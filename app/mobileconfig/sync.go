package mobileconfig

import "strconv"

// Sync is what a device needs to sync calendars, lists and people by CalDAV and CardDAV.
type Sync struct {
	Host        string // without a port
	Port        int
	TLS         bool
	Principal   string // path of the user's principal (RFC 5397), from / to /
	Username    string
	Password    string // an app password; "": the device asks
	Account     string // what the device calls the account
	Name        string // of the profile
	Description string
}

// Profile is the profile for that: one a user and server.
func (s Sync) Profile() Profile {
	account := func(kind string) []Key {
		return []Key{{kind + "AccountDescription", s.Account}, {kind + "HostName", s.Host}, {kind + "Port", s.Port}, {kind + "UseSSL", s.TLS},
			{kind + "PrincipalURL", s.Principal}, {kind + "Username", s.Username}, {kind + "Password", s.Password}}
	}
	return Profile{Family: "umbra.sync", Of: s.Host + ":" + strconv.Itoa(s.Port) + s.Principal, Name: s.Name, Description: s.Description, Maker: "Umbra",
		Payloads: []Payload{
			{Type: "com.apple.caldav.account", Part: "caldav", Name: s.Account + " CalDAV", Keys: account("CalDAV")},
			{Type: "com.apple.carddav.account", Part: "carddav", Name: s.Account + " CardDAV", Keys: account("CardDAV")},
		}}
}
