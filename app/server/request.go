package server

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"umbra/app/api"
)

// outermost gives each request its id and client, and logs it.
func (a *App) outermost(clients clientFinder, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := newRequestID()
		c := clients.of(r)
		ctx := api.WithClient(api.WithRequestID(r.Context(), id), c)
		var route string
		ctx = context.WithValue(ctx, routeKey{}, &route)
		w.Header().Set("X-Request-Id", id)
		began := time.Now()
		sw := &statusWriter{ResponseWriter: w}
		defer func() { // also when a panic ends the connection
			a.noteRequest(ctx, r, c.Address, sw.status, route, time.Since(began))
		}()
		next.ServeHTTP(sw, r.WithContext(ctx))
	})
}

// noteRequest counts a request and logs it.
func (a *App) noteRequest(ctx context.Context, r *http.Request, client string, status int, route string, took time.Duration) {
	status = cmp.Or(status, http.StatusOK)
	a.metrics.Request(r.Method, routeLabel(route, r.URL.Path), status, took)
	level := slog.LevelDebug // the usual is not worth a line on an SD card
	switch {
	case status >= 500:
		level = slog.LevelWarn
	case a.Config.AccessLog == "on":
		level = slog.LevelInfo
	}
	if !a.log.Enabled(ctx, level) {
		return
	}
	// The path only: a query may hold what somebody searched for.
	a.log.LogAttrs(ctx, level, "request", slog.String("request", api.RequestID(ctx)), slog.String("method", r.Method), slog.String("path", pathToLog(route, r.URL.Path)),
		slog.Int("status", status), slog.Duration("took", took), slog.String("client", client))
}

type routeKey struct{}

// noteRoute keeps the pattern that a request matched for those outside of the router.
func noteRoute(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if route, ok := r.Context().Value(routeKey{}).(*string); ok {
			*route = chi.RouteContext(r.Context()).RoutePattern()
		}
	})
}

// routeLabel is a request's route in the metrics: the pattern, or what kind of
// path it is that has none.
func routeLabel(route, path string) string {
	switch {
	case route != "" && route != "/*":
		return route
	case isAPI(path):
		return "other of /api"
	case strings.HasPrefix(path, "/_app/"):
		return "assets"
	}
	return "interface"
}

// feedsPath is where secret links lead.
const feedsPath = "/feeds/"

// secretPaths are where links lead that let in whoever knows them.
var secretPaths = []string{feedsPath, "/profiles/"}

// secretParameters name what in a path lets in whoever knows it.
var secretParameters = []string{"{token}", "{secret}", "{code}"}

// pathToLog is the path, or its pattern where a part of it is a secret, be it
// asked for by another method or with something behind it.
func pathToLog(route, path string) string {
	for _, p := range secretPaths {
		if strings.HasPrefix(path, p) {
			return p + "{secret}"
		}
	}
	for _, p := range secretParameters {
		if strings.Contains(route, p) {
			return route
		}
	}
	return path
}

// statusWriter remembers the status, 0 until the answer begins.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
