package api

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/fault"
)

// Problem is what every error looks like (RFC 9457).
type Problem struct {
	Type     string         `json:"type" doc:"Always about:blank; code tells problems apart." example:"about:blank"`
	Title    string         `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status   int            `json:"status" doc:"The HTTP status." example:"422"`
	Code     string         `json:"code" doc:"A stable word for programs." example:"invalid"`
	Detail   string         `json:"detail" doc:"What went wrong and what to do, for people." example:"Some fields are not valid."`
	Instance string         `json:"instance,omitempty" doc:"The request's id, as the server's log has it." example:"urn:request:5f2a9c"`
	Errors   []ProblemField `json:"errors,omitempty" doc:"The fields at fault."`

	retryAfter string
}

// ProblemField is one field at fault; it never holds the value sent.
type ProblemField struct {
	Path    string `json:"path" doc:"Where: a body field (due_date, emails[0].value) or a parameter's name." example:"due_date"`
	Rule    string `json:"rule" doc:"The rule broken, as a stable word." example:"format"`
	Message string `json:"message" doc:"The rule in plain words." example:"must be a date that exists, like 2025-01-31"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes it a problem document.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders adds Retry-After where waiting helps, and how to sign in where that
// is missing (RFC 9110 section 15.5.2, RFC 6750 section 3).
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch {
	case p.Code == "bad_token":
		h.Set("WWW-Authenticate", `Bearer realm="Umbra", error="invalid_token"`)
	case p.Code == "scope":
		h.Set("WWW-Authenticate", `Bearer realm="Umbra", error="insufficient_scope"`)
	case p.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="Umbra"`)
	}
	if p.retryAfter != "" {
		h.Set("Retry-After", p.retryAfter)
	}
	return h
}

// statuses is the one table from kinds of fault to HTTP.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.Locked:          http.StatusLocked,
	fault.Limited:         http.StatusTooManyRequests,
	fault.Overloaded:      http.StatusServiceUnavailable,
	fault.Full:            http.StatusInsufficientStorage,
	fault.Gone:            http.StatusGone,
}

// problem turns any error into what the client may see; what it may not see is logged.
func (a *API) problem(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		f = fault.New(fault.Internal, "internal", "Something went wrong on the server. The log has the details under this request's id.").Because(err)
	}
	status := statuses[f.Kind]
	// That there is too much to do is no defect, and anybody can bring it about.
	busy := f.Kind == fault.Overloaded && f.Unwrap() == nil
	if status >= 500 && !busy && !fault.HungUp(ctx, f) {
		a.log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request", RequestID(ctx)), slog.String("code", f.Code), slog.Any("cause", f.Unwrap()))
	}
	p = newProblem(ctx, status, f.Code, f.Message)
	for _, x := range f.Fields {
		p.Errors = append(p.Errors, ProblemField(x))
	}
	if f.RetryAfter > 0 {
		p.retryAfter = strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds())))
	}
	return p
}

func newProblem(ctx context.Context, status int, code, detail string) *Problem {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
	if id := RequestID(ctx); id != "" {
		p.Instance = "urn:request:" + id
	}
	return p
}

var replaceOnce sync.Once

// replaceHumaErrors makes huma's own errors problems too. huma keeps the hook
// in a package variable, so this is done once a process.
func replaceHumaErrors() {
	replaceOnce.Do(func() {
		huma.DefaultArrayNullable = false
		huma.ValidateStrictCasing = true
		huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
			return fromHuma(context.Background(), status, msg, errs)
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
			return fromHuma(ctx.Context(), status, msg, errs)
		}
	})
}

func fromHuma(ctx context.Context, status int, msg string, errs []error) *Problem {
	for _, err := range errs {
		var p *Problem
		if errors.As(err, &p) {
			return p // our own middleware refused
		}
	}
	detail, code := msg, strings.ToLower(strings.ReplaceAll(http.StatusText(status), " ", "_"))
	switch {
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		detail, code = "Some fields are not valid.", "invalid"
	case status == http.StatusRequestEntityTooLarge:
		detail = "The body is too large; at most 1 MiB is taken here."
	case status == http.StatusUnsupportedMediaType:
		detail = "Send JSON, with Content-Type: application/json."
	case status == http.StatusNotAcceptable:
		detail = "Only JSON is answered here; send Accept: application/json or leave it out."
	case status >= 500:
		detail = "Something went wrong on the server. The log has the details under this request's id."
	}
	p := newProblem(ctx, status, code, detail)
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			if status == http.StatusBadRequest && d.Location == "body" { // what a decoder says of the text that was sent
				d = &huma.ErrorDetail{Location: "body", Message: "is not valid JSON: " + plainWords(d.Message)}
			}
			if f := fieldOf(d); !slices.ContainsFunc(p.Errors, func(x ProblemField) bool { return x.Path == f.Path }) { // one reason is enough
				p.Errors = append(p.Errors, f)
			}
			continue
		}
		var f *fault.Error
		if errors.As(err, &f) {
			for _, x := range f.Fields {
				p.Errors = append(p.Errors, ProblemField(x))
			}
			continue
		}
		if status < 500 {
			p.Errors = append(p.Errors, ProblemField{Path: "body", Rule: "invalid", Message: plainWords(err.Error())})
		}
	}
	return p
}

// plainWords keeps a decoder's message from quoting the value sent.
func plainWords(s string) string {
	if i := strings.IndexAny(s, "'\"`"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	return strings.TrimSuffix(s, ":")
}

// MethodNotAllowed is the problem for a path that knows other methods.
func MethodNotAllowed(ctx context.Context) error {
	return newProblem(ctx, http.StatusMethodNotAllowed, "method_not_allowed", "This path does not answer that method. The API is described at /docs.")
}
