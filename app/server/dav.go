package server

import (
	"net/http"
	"strings"

	"umbra/app/caller"
	"umbra/app/dav"
	"umbra/app/resource"
)

// davUsers lets in by an app password: a token whose scope is dav.
type davUsers struct {
	app     *App
	clients clientFinder
}

// App says whose app password it is.
func (u davUsers) App(r *http.Request, username, password string) (dav.Guest, error) {
	p, err := u.app.Accounts.AuthenticateBasic(r.Context(), username, password, u.clients.of(r).Address)
	if err != nil {
		return dav.Guest{}, err
	}
	return dav.Guest{Caller: p.Caller(caller.DAV), Name: p.Username, Write: true}, nil
}

// davAt says whether a request is for the sync of calendars and people: below
// /dav/, where clients look for it, or by a method that only they use.
func davAt(r *http.Request) bool {
	switch {
	case strings.HasPrefix(r.URL.Path, dav.Prefix), r.URL.Path == strings.TrimSuffix(dav.Prefix, "/"),
		r.URL.Path == "/.well-known/caldav", r.URL.Path == "/.well-known/carddav":
		return true
	}
	return r.Method == "PROPFIND" && (r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/principals"))
}

// withDAV serves CalDAV and CardDAV, and hands on everything else.
func (a *App) withDAV(clients clientFinder, next http.Handler) http.Handler {
	h := dav.New(dav.Deps{Auth: davUsers{a, clients}, Journal: a.Journal, Resources: resource.New(a.DB), Calendars: a.Services.Calendars,
		Events: a.Services.Events, Todos: a.Services.Todos, Reminders: a.Services.Reminders, Projects: a.Services.Projects,
		People: a.Services.People, Clock: a.Clock, Log: a.log})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if davAt(r) {
			h.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
