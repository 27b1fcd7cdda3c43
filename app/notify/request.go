package notify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxRedirects  = 3
	maxRetryAfter = 24 * time.Hour
)

// answer is what came back: its head, and the beginning of its body.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// parseTarget reads an address that a person set.
func parseTarget(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "" || u.Hostname() == "":
		return nil, permanent(CodeInvalid, "the address must be a whole one, like https://ntfy.sh").Because(err)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, permanent(CodeInvalid, "the address must start with http:// or https://")
	case u.User != nil:
		return nil, permanent(CodeInvalid, "the address must not hold a user name or a password")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// post sends a body and answers what came back whatever its status; what is no
// answer at all is an *Error. A redirect that keeps the method (307, 308) is
// followed, without credentials to another origin and never from https to http.
func (b *Outbound) post(ctx context.Context, address string, header http.Header, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, b.o.Limits.Whole)
	defer cancel()
	u, err := parseTarget(address)
	if err != nil {
		return answer{}, err
	}
	header = header.Clone()
	header.Set("User-Agent", b.o.Agent)
	for name, values := range header {
		if strings.ContainsFunc(name+strings.Join(values, ""), func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return answer{}, permanent(CodeInvalid, "a setting holds characters that no request may have")
		}
	}
	for range maxRedirects + 1 {
		a, err := b.once(ctx, u, header, body)
		if err != nil {
			return answer{}, err
		}
		if a.status != http.StatusTemporaryRedirect && a.status != http.StatusPermanentRedirect {
			return a, nil
		}
		next, err := u.Parse(a.header.Get("Location"))
		if err == nil {
			next, err = parseTarget(next.String())
		}
		if err != nil {
			return answer{}, permanent(CodeRedirect, "%s leads on (%s) to an address that cannot be used", u.Host, strconv.Itoa(a.status)).Because(err)
		}
		if u.Scheme == "https" && next.Scheme == "http" {
			return answer{}, permanent(CodeRedirect, "%s leads from https on to http, which is not followed", u.Host)
		}
		if next.Scheme != u.Scheme || next.Host != u.Host {
			header.Del("Authorization")
		}
		u = next
	}
	return answer{}, permanent(CodeRedirect, "%s leads on more than %s times", u.Host, strconv.Itoa(maxRedirects))
}

func (b *Outbound) once(ctx context.Context, u *url.URL, header http.Header, body []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, permanent(CodeInvalid, "the address cannot be used").Because(err)
	}
	req.Header = header.Clone()
	res, err := b.client.Do(req)
	if err != nil {
		return answer{}, exchangeFailure(hostOf(u), unwrapped(err))
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, b.o.Limits.Body))
	if err != nil && res.StatusCode < 300 {
		// Taken or not? Once more is better than not at all; the id drops a repeat.
		return answer{}, exchangeFailure(hostOf(u), err)
	}
	return answer{status: res.StatusCode, header: res.Header, body: text}, nil
}

// unwrapped takes the address off an error: it may be a secret.
func unwrapped(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// hostOf is host:port, the port also where it is the scheme's own.
func hostOf(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return u.Host + map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
}

// failure makes an *Error of an answer that is no success; said is what the
// server gave as the reason, "" for nothing.
func (b *Outbound) failure(who string, a answer, said string) *Error {
	if a.status >= 300 && a.status < 400 {
		if u, err := url.Parse(a.header.Get("Location")); err == nil && u.Host != "" {
			return permanent(CodeRedirect, "%s leads on (%s) to %s; set the address that it leads to", who, strconv.Itoa(a.status), line(u.Scheme+"://"+u.Host, 200))
		}
		return permanent(CodeRedirect, "%s leads on (%s); set the address that it leads to", who, strconv.Itoa(a.status))
	}
	answered := strings.TrimSpace(strconv.Itoa(a.status) + " " + http.StatusText(a.status))
	if said = line(said, 200); said != "" {
		answered += ": " + said
	}
	e := temporary(CodeStatus, "%s answered %s", who, answered)
	e.Permanent = a.status < 500
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Code = CodeUnauthentic
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusServiceUnavailable:
		e.Permanent = false
		e.RetryAfter = b.retryAfter(a.header.Get("Retry-After"))
		if a.status == http.StatusTooManyRequests {
			e.Code = CodeLimited
		}
	}
	return e
}

// retryAfter reads seconds or a date (RFC 9110, section 10.2.3), at most a day.
func (b *Outbound) retryAfter(text string) time.Duration {
	wait := time.Duration(0)
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		wait = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(b.o.Now())
	}
	return min(max(wait, 0), maxRetryAfter)
}
