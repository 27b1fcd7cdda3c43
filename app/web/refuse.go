package web

import (
	"encoding/json"
	"net/http"
	"strings"
)

func notFound(w http.ResponseWriter, r *http.Request) {
	refuse(w, r, http.StatusNotFound, "There is nothing at this address.")
}

// broken answers for a file that was there at start and cannot be read now.
func broken(w http.ResponseWriter, r *http.Request) {
	refuse(w, r, http.StatusInternalServerError, "This file cannot be read.")
}

// refuse answers with a problem document (RFC 9457) under /api or to who asks
// for JSON, and with one line of text elsewhere. The detail never holds what the
// client sent.
func refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if under(r.URL.Path, "/api") || strings.Contains(r.Header.Get("Accept"), "json") {
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_ = json.NewEncoder(w).Encode(problem{http.StatusText(status), status, detail})
		}
		return
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(detail + "\n"))
	}
}

type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}
