package notify

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Fetched is what an address answered.
type Fetched struct {
	Fresh    bool // false: nothing has changed since (304), and the rest is empty
	Body     []byte
	ETag     string
	Modified string // Last-Modified, as it was sent
}

// Get fetches a whole body of at most limit bytes, under the rules of every
// request: etag and modified, from a fetch before, make it conditional (RFC 9110
// section 13.1). Redirects are followed, never from https to http. What is no
// success is an *Error.
func (b *Outbound) Get(ctx context.Context, address, accept, etag, modified string, limit int64) (Fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, b.o.Limits.Whole)
	defer cancel()
	u, err := parseTarget(address)
	if err != nil {
		return Fetched{}, err
	}
	for range maxRedirects + 1 {
		f, next, err := b.get(ctx, u, accept, etag, modified, limit)
		if err != nil || next == nil {
			return f, err
		}
		if u.Scheme == "https" && next.Scheme == "http" {
			return Fetched{}, permanent(CodeRedirect, "%s leads from https on to http, which is not followed", u.Host)
		}
		u = next
	}
	return Fetched{}, permanent(CodeRedirect, "%s leads on more than %s times", u.Host, strconv.Itoa(maxRedirects))
}

// get asks once; next is where the answer leads on to.
func (b *Outbound) get(ctx context.Context, u *url.URL, accept, etag, modified string, limit int64) (f Fetched, next *url.URL, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return f, nil, permanent(CodeInvalid, "the address cannot be used").Because(err)
	}
	req.Header.Set("User-Agent", b.o.Agent)
	req.Header.Set("Accept", accept)
	for name, value := range map[string]string{"If-None-Match": etag, "If-Modified-Since": modified} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := b.client.Do(req)
	if err != nil {
		return f, nil, exchangeFailure(hostOf(u), unwrapped(err))
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotModified:
		if etag == "" && modified == "" { // it was not asked that
			return f, nil, b.failure(u.Host, answer{status: res.StatusCode, header: res.Header}, "")
		}
		return Fetched{ETag: etag, Modified: modified}, nil, nil
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		to, err := u.Parse(res.Header.Get("Location"))
		if err == nil {
			to, err = parseTarget(to.String())
		}
		if err != nil {
			return f, nil, permanent(CodeRedirect, "%s leads on (%s) to an address that cannot be used", u.Host, strconv.Itoa(res.StatusCode)).Because(err)
		}
		return f, to, nil
	default:
		return f, nil, b.failure(u.Host, answer{status: res.StatusCode, header: res.Header}, "")
	}
	if e := res.Header.Get("Content-Encoding"); e != "" && e != "identity" { // nothing was said to be understood
		return f, nil, permanent(CodeInvalid, "%s answers compressed, which was not asked for", u.Host)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case err != nil:
		return f, nil, exchangeFailure(hostOf(u), err)
	case int64(len(body)) > limit:
		return f, nil, permanent(CodeInvalid, "%s answers with more than %s MB", u.Host, strconv.FormatInt(limit>>20, 10))
	}
	f = Fetched{Fresh: true, Body: body, ETag: line(res.Header.Get("ETag"), 500), Modified: line(res.Header.Get("Last-Modified"), 100)}
	if _, err := http.ParseTime(f.Modified); err != nil {
		f.Modified = ""
	}
	return f, nil, nil
}
