package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"umbra/app/api"
	"umbra/app/fault"
	"umbra/app/web"
)

// Handler is everything that is served, from the outside in: request id and
// log, panics, security headers, host names, CORS, cross-site requests, routes.
func (a *App) Handler(stopping <-chan struct{}) (http.Handler, error) {
	r := chi.NewRouter()
	r.Use(noteRoute)
	r.Use(middleware.GetHead) // HEAD is GET without the body
	edge := api.New(r, api.Deps{Log: a.log, Clock: a.Clock, DB: a.DB, Journal: a.Journal,
		SessionMaxAge: a.Config.SessionMaxAge, Ready: a.ready, Stopping: stopping, Version: a.Version, PublicURL: a.Config.PublicURL,
		Services: a.Services, Backups: a.Backups, Care: a.Care, Alarms: a.Alarms, Sources: a.Sources, Provider: a.Provider, Push: a.Push, Senders: a.Senders, MailServer: a.Config.SMTPHost != "", HouseTLS: a.Config.TLS == "local"})
	a.observeEdge(edge)
	documents(r, edge)
	site, err := web.New(a.Frontend, web.Options{})
	if err != nil {
		return nil, err
	}
	r.NotFound(func(w http.ResponseWriter, req *http.Request) {
		if isAPI(req.URL.Path) {
			edge.WriteProblem(w, req, fault.New(fault.NotFound, "no_such_path", "There is nothing at this path. The API is described at /docs."))
			return
		}
		site.ServeHTTP(w, req)
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Allow", strings.Join(allowed(r, req.URL.Path), ", "))
		edge.WriteProblem(w, req, api.MethodNotAllowed(req.Context()))
	})
	a.trustPage(r)
	clients := clientFinder{trusted: a.Config.TrustedProxies, public: a.Config.PublicURL}
	h := a.withDAV(clients, r)
	h = a.crossSite(edge, h)
	h = cors(a.Config.CORSOrigins, h)
	h = web.HostGuard(a.publicURL())(h)
	h = web.SecurityHeaders(web.HeaderOptions{HTTPS: func(r *http.Request) bool { return clients.of(r).HTTPS }, HSTS: a.Config.PublicURL.Secure() && a.Config.TLS != "local"})(h)
	h = a.recoverPanics(edge, h)
	return a.outermost(clients, h), nil
}

// allowed are the methods that a path answers (RFC 9110 section 15.5.6).
func allowed(r chi.Router, path string) []string {
	var out []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		as := m
		if m == http.MethodHead {
			as = http.MethodGet
		}
		if r.Match(chi.NewRouteContext(), as, path) {
			out = append(out, m)
		}
	}
	return out
}

func (a *App) publicURL() *url.URL {
	if a.Config.PublicURL.IsZero() {
		return nil
	}
	return &url.URL{Scheme: a.Config.PublicURL.Scheme, Host: a.Config.PublicURL.Host}
}

func (a *App) ready(ctx context.Context) error {
	v, err := a.Migrator.Version(ctx)
	if err == nil && v != a.Migrator.Newest() {
		err = fmt.Errorf("schema is version %d, needed is %d", v, a.Migrator.Newest())
	}
	return err
}

// recoverPanics answers a defect with a problem and logs where it is.
func (a *App) recoverPanics(edge *api.API, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // it is compared by identity, as net/http does
				panic(p)
			}
			a.log.ErrorContext(r.Context(), "panic", "request", api.RequestID(r.Context()), "panic", p, "stack", string(debug.Stack()))
			if sw, ok := w.(*statusWriter); ok && sw.status != 0 {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
			edge.WriteProblem(w, r, fmt.Errorf("panic: %v", p))
		}()
		next.ServeHTTP(w, r)
	})
}
