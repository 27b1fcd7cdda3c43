package web

import (
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// noFallback are the paths that belong to others, or hold files only: what is
// missing there is missing, and no page of the interface.
var noFallback = []string{"/api", "/dav", "/_app", "/vendor", "/.well-known"}

// ServeHTTP answers GET and HEAD with the file at the path, or the fallback
// page; 404 for what is neither, 405 for other methods, 406 when the client
// refuses every form there is.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if under(r.URL.Path, "/api", "/dav") || !isPlain(r) {
		notFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, r, http.StatusMethodNotAllowed, "Only GET and HEAD are answered here.")
		return
	}
	if a := s.assets[r.URL.Path]; a != nil {
		a.serve(w, r)
		return
	}
	if page := s.assets[strings.TrimSuffix(r.URL.Path, "/")]; page != nil && page.isPage() {
		to := *r.URL
		to.Path, to.RawPath = strings.TrimSuffix(r.URL.Path, "/"), ""
		http.Redirect(w, r, to.RequestURI(), http.StatusPermanentRedirect) //nolint:gosec // the path is that of a page of ours
		return
	}
	if path.Ext(r.URL.Path) != "" || under(r.URL.Path, noFallback...) {
		notFound(w, r)
		return
	}
	w.Header().Add("Vary", "Accept, Sec-Fetch-Mode")
	if !wantsPage(r) {
		notFound(w, r)
		return
	}
	s.fallback.serve(w, r)
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if len(a.variants) > 1 {
		h.Add("Vary", "Accept-Encoding")
	}
	v := parseAccept(r.Header.Values("Accept-Encoding")).best(a.variants)
	if v == nil {
		refuse(w, r, http.StatusNotAcceptable, "This file is there in none of the codings that the request accepts.")
		return
	}
	tag, err := v.etag()
	if err != nil {
		broken(w, r)
		return
	}
	b, err := v.open()
	if err != nil {
		broken(w, r)
		return
	}
	defer func() { _ = b.Close() }()
	h.Set("Content-Type", a.mediaType)
	h.Set("ETag", tag)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if a.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Security-Policy", a.policy)
	if v.coding != identity {
		h.Set("Content-Encoding", v.coding.String())
		// ServeContent leaves the length out under a coding, but for ranges. It does
		// not take ours back when an If-Match fails, so there it stays out.
		if size, err := b.Seek(0, io.SeekEnd); err == nil && r.Header.Get("If-Match") == "" {
			h.Set("Content-Length", strconv.FormatInt(size, 10))
		}
	}
	http.ServeContent(w, r, "", time.Time{}, b)
}

// isPlain says that a path is written in the one way that its file has: no
// empty, dotted or encoded segments, no control characters.
func isPlain(r *http.Request) bool {
	p := r.URL.Path
	if !strings.HasPrefix(p, "/") || (p != "/" && path.Clean(p) != strings.TrimSuffix(p, "/")) {
		return false
	}
	if strings.ContainsFunc(p, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' || c == '\uFFFD' }) {
		return false
	}
	return !strings.Contains(strings.ToLower(r.URL.RawPath), "%2f")
}

func under(p string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if p == prefix || strings.HasPrefix(p, prefix+"/") {
			return true
		}
	}
	return false
}

// pageRanges are the media ranges that a page matches, by how specific they are.
var pageRanges = map[string]int{"text/html": 3, "application/xhtml+xml": 3, "text/*": 2, "*/*": 1}

// wantsPage says that a page would be of use: a browser that goes somewhere, or
// a client that takes HTML, but not a script that fetches.
func wantsPage(r *http.Request) bool {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	accept := r.Header.Values("Accept")
	if len(accept) == 0 {
		return true
	}
	specific, most := 0, 0.0
	for member := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, params, _ := strings.Cut(member, ";")
		// The most specific range that matches decides (RFC 9110, section 12.5.1).
		rank := pageRanges[strings.ToLower(strings.TrimSpace(media))]
		if rank > specific {
			specific, most = rank, quality(params)
		} else if rank == specific && rank > 0 {
			most = max(most, quality(params))
		}
	}
	return most > 0
}
