// Package dav serves records by CalDAV (RFC 4791) and CardDAV (RFC 6352) with
// sync-collection (RFC 6578), so that phones and desks keep in step.
//
// Each calendar is a collection of events, the to-dos and each project are lists
// of to-dos, the reminders one with alarms, the people an address book. What a
// client stores comes back byte for byte until somebody else changes the record.
package dav

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/ical"
	"umbra/app/journal"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/todo"
)

// Prefix is where everything lies.
const Prefix = "/dav/"

// MaxSize is how large an object may be, in bytes: a card with its photo.
const MaxSize = ical.MaxSize

// Guest is who has signed in.
type Guest struct {
	caller.Caller
	Name  string // of the user
	Email string
	Write bool // may change something
}

// Authenticator lets in by a user name and an app password. It answers a fault:
// Unauthenticated, Limited, Locked, Overloaded.
type Authenticator interface {
	App(r *http.Request, username, password string) (Guest, error)
}

// Deps is what the handler stands on.
type Deps struct {
	Auth      Authenticator
	Journal   *journal.Journal
	Resources *resource.Store
	Calendars *calendar.Service
	Events    *event.Service
	Todos     *todo.Service
	Reminders *reminder.Service
	Projects  *project.Service
	People    *person.Service
	Clock     clock.Clock
	Log       *slog.Logger
}

// Handler serves /dav/ and /.well-known/{caldav,carddav}.
type Handler struct{ Deps }

// New makes a handler.
func New(d Deps) *Handler { return &Handler{d} }

// features are announced on every answer.
const features = "1, 3, access-control, extended-mkcol, calendar-access, addressbook, sync-collection"

const allowed = "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR, MKCOL, COPY, MOVE"

// request is one request on its way.
type request struct {
	*Handler
	w     http.ResponseWriter
	r     *http.Request
	ctx   context.Context
	guest Guest
	at    target
	cols  []resource.Collection
	known *knows
	brief bool

	patched bool // what was stored does not come back as it came
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/.well-known/") {
		status := http.StatusTemporaryRedirect // which keeps the method, with every client
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			status = http.StatusMovedPermanently
		}
		http.Redirect(w, r, Prefix, status)
		return
	}
	q := &request{Handler: h, w: w, r: r, ctx: r.Context(), known: &knows{}}
	w.Header().Set("DAV", features)
	if err := q.serve(); err != nil {
		q.fail(err)
	}
}

func (q *request) serve() error {
	name, password, ok := q.r.BasicAuth()
	if !ok {
		return fault.New(fault.Unauthenticated, "app_password", "Sign in with your user name and an app password.")
	}
	guest, err := q.Auth.App(q.r, name, password)
	if err != nil {
		return err
	}
	guest.Source = caller.DAV
	q.guest = guest
	if !guest.Write && changes(q.r.Method) {
		return fault.New(fault.Forbidden, "scope", "This app password may only read.")
	}
	if q.cols, err = q.Resources.Collections(q.ctx, guest.Caller); err != nil {
		return err
	}
	if q.at, err = q.locate(q.r.URL.Path); err != nil {
		return err
	}
	if err := q.mayChange(q.at); err != nil {
		return err
	}
	q.prefer()
	switch q.r.Method {
	case http.MethodOptions:
		q.w.Header().Set("Allow", allowed)
		q.w.WriteHeader(http.StatusOK)
		return nil
	case http.MethodGet, http.MethodHead:
		return q.get()
	case http.MethodPut:
		return q.put()
	case http.MethodDelete:
		return q.remove()
	case "PROPFIND":
		return q.propfind()
	case "PROPPATCH":
		return q.proppatch()
	case "REPORT":
		return q.report()
	case "MKCALENDAR", "MKCOL":
		return q.makeCollection()
	case "COPY", "MOVE":
		return q.copyOrMove()
	}
	q.w.Header().Set("Allow", allowed)
	return refusal{status: http.StatusMethodNotAllowed}
}

func changes(method string) bool {
	switch method {
	case http.MethodOptions, http.MethodGet, http.MethodHead, "PROPFIND", "REPORT":
		return false
	}
	return true
}

// prefer reads whether 404 propstats are to be left out (RFC 7240, RFC 8144, and
// Microsoft's Brief).
func (q *request) prefer() {
	for _, v := range q.r.Header.Values("Prefer") {
		for p := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(p), `"`, ""), "return=minimal") {
				q.brief = true
				q.w.Header().Set("Preference-Applied", "return=minimal")
			}
		}
	}
	if strings.EqualFold(q.r.Header.Get("Brief"), "t") {
		q.brief = true
	}
}

// depth reads the Depth header: 0, 1, or 2 for infinity; missing is a default.
func (q *request) depth(missing int) (int, error) {
	switch strings.ToLower(strings.TrimSpace(q.r.Header.Get("Depth"))) {
	case "":
		return missing, nil
	case "0":
		return 0, nil
	case "1":
		return 1, nil
	case "infinity":
		return 2, nil
	}
	return 0, refusal{status: http.StatusBadRequest}
}

// body reads the XML of a request.
func (q *request) body() (*element, error) {
	e, err := readXML(q.r.Body)
	if err != nil {
		return nil, refusal{status: http.StatusBadRequest, text: "The body is no XML that is read here: " + err.Error() + "."}
	}
	return e, nil
}

// multistatus streams an answer of many resources. What fails after the first
// byte ends the connection, for the status is out.
func (q *request) multistatus(write func(s *stream) error) error {
	q.w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	q.w.WriteHeader(http.StatusMultiStatus)
	s := &stream{w: bufio.NewWriterSize(q.w, 32<<10), brief: q.brief}
	s.str(xmlHeader, "<D:multistatus", declarations, ">\n")
	err := write(s)
	s.str("</D:multistatus>\n")
	if err == nil && s.err == nil {
		s.err = s.w.Flush()
	}
	if err != nil {
		if !fault.HungUp(q.ctx, err) {
			q.Log.ErrorContext(q.ctx, "a DAV answer could not be finished", "path", q.r.URL.Path, "error", err)
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

// etag is the one that the API answers for the same record.
func (q *request) etag(rev int64) string {
	return `"` + q.caller().Epoch + "-" + strconv.FormatInt(rev, 10) + `"`
}

// revision reads what etag wrote, or a proxy's weak form of it.
func (q *request) revision(tag string) (rev int64, ok bool) {
	tag, ok = strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"`+q.caller().Epoch+"-")
	if !ok {
		return 0, false
	}
	rev, err := strconv.ParseInt(strings.TrimSuffix(tag, `"`), 10, 64)
	return rev, err == nil
}

// refusal is an answer that is no fault of a record: a status, and the
// precondition that does not hold.
type refusal struct {
	status int
	cond   string // the element in DAV:error, as XML
	text   string
}

func (r refusal) Error() string { return "dav: " + strconv.Itoa(r.status) + " " + r.cond + r.text }

// broken is a precondition that does not hold.
func broken(cond, text string) error { return refusal{http.StatusForbidden, cond, text} }

var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusForbidden, fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Stale: http.StatusPreconditionFailed,
	fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden, fault.Locked: http.StatusLocked,
	fault.Limited: http.StatusTooManyRequests, fault.Overloaded: http.StatusServiceUnavailable, fault.Full: http.StatusInsufficientStorage, fault.Gone: http.StatusGone,
}

// fail answers an error: its status, and in words a person can read what is wrong.
func (q *request) fail(err error) {
	r := refusal{status: http.StatusInternalServerError}
	var f *fault.Error
	switch {
	case errors.As(err, &r):
	case errors.As(err, &f):
		if s, known := statuses[f.Kind]; known {
			r.status, r.text = s, f.Message
		}
		for _, x := range f.Fields {
			r.text += " " + x.Path + " " + x.Message + "."
		}
		if f.Kind == fault.Invalid {
			r.cond = q.invalidData()
		}
		if f.RetryAfter > 0 {
			q.w.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
		}
	}
	if r.status == http.StatusInternalServerError {
		q.Log.ErrorContext(q.ctx, "a DAV request failed", "method", q.r.Method, "path", q.r.URL.Path, "error", err)
	}
	if r.status == http.StatusUnauthorized {
		q.w.Header().Set("WWW-Authenticate", `Basic realm="Umbra: user name and app password", charset="UTF-8"`)
	}
	if r.cond == "" {
		q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		q.w.WriteHeader(r.status)
		_, _ = q.w.Write([]byte(strings.TrimSpace(r.text+"\n") + "\n")) // the client may be gone
		return
	}
	q.w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	q.w.WriteHeader(r.status)
	text := ""
	if r.text != "" {
		text = "<D:responsedescription>" + esc(r.text) + "</D:responsedescription>"
	}
	_, _ = q.w.Write([]byte(xmlHeader + "<D:error" + declarations + ">" + r.cond + text + "</D:error>\n"))
}

// invalidData is the precondition for data that cannot be a record.
func (q *request) invalidData() string {
	if q.at.col != nil && q.at.col.Kind == resource.People {
		return "<A:valid-address-data/>"
	}
	return "<C:valid-calendar-data/>"
}
