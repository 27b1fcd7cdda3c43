// Package api is the JSON API: huma operations on a chi router. One file a
// resource; the domain types are the bodies, and what is said about their
// fields there is what the document says.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"umbra/app/account"
	"umbra/app/alarm"
	"umbra/app/backup"
	"umbra/app/caller"
	"umbra/app/care"
	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/limit"
	"umbra/app/notify"
	"umbra/app/push"
	"umbra/app/webcal"
)

// Deps is what the API needs. The document can be made with all of it empty.
type Deps struct {
	Log          *slog.Logger
	Clock        clock.Clock
	DB           *db.DB
	Journal      *journal.Journal
	Authenticate func(ctx context.Context, token string) (account.Principal, error) // nil: Accounts.Authenticate

	SessionMaxAge time.Duration                   // of the cookie
	Ready         func(ctx context.Context) error // nil when all is well
	Stopping      <-chan struct{}                 // closed when streams must end
	Live          LiveLimits
	Version       string
	PublicURL     config.Origin   // where people reach the server; zero where it is not known
	Backups       *backup.Service // nil: this server makes none
	Care          *care.Service   // nil: nobody looks after this server
	Provider      *Provider       // nil: nobody signs in by an identity elsewhere
	Push          *push.Service
	Senders       notify.Deliverer // what test messages go through
	Alarms        *alarm.Service
	Sources       *webcal.Service // fills calendars from addresses
	MailServer    bool            // the administrator has set one
	HouseTLS      bool            // HTTPS is by the authority of the house, which each device trusts once

	Services
}

// API holds the operations.
type API struct {
	Deps
	log          *slog.Logger
	huma         huma.API
	live         *live
	authenticate func(ctx context.Context, token string) (account.Principal, error)
	tests        testLimit

	strangers *limit.Rate // by address
}

const maxBody = 1 << 20 // bytes

// New puts the operations on a router and answers the API with its document.
func New(r chi.Router, d Deps) *API {
	replaceHumaErrors()
	a := &API{Deps: d, log: d.Log, authenticate: d.Authenticate, strangers: newStrangers()}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	a.huma = humachi.New(r, configuration(d.Version))
	aliases(a.huma.OpenAPI().Components.Schemas)
	a.huma.UseMiddleware(withRequest, a.authorize, a.refuseEmpty, a.within)
	if a.authenticate == nil {
		a.authenticate = a.Accounts.Authenticate
	}
	a.registerAuth()
	a.registerIdentities(r)
	a.registerSettings()
	a.registerNotifications()
	a.registerPush()
	a.registerUsers()
	a.registerAudit()
	a.registerTodos()
	a.registerCalendars()
	a.registerSources()
	a.registerEvents()
	a.registerTemplates()
	a.registerReminders()
	a.registerProjects()
	a.registerPeople()
	a.registerLocations()
	a.registerShares()
	a.registerAgenda()
	a.registerHistory()
	a.registerMassDeletions()
	a.registerBackups()
	a.registerConcerns()
	a.registerMoving()
	a.registerDeliveries()
	a.registerLinks(r)
	a.registerFeeds(r)
	a.registerSync()
	a.registerProfileLinks(r)
	a.registerMeta()
	a.registerLive(r.HandleFunc)
	a.only(r, http.MethodPatch, "/api/projects/{id}/tasks/reorder")
	a.only(r, http.MethodPost, todosPath+"/bulk")
	a.only(r, http.MethodPost, "/api/auth/passkeys/options")
	return a
}

// only keeps a path that another one's parameter would take ("reorder" is no
// task's number) to its one method.
func (a *API) only(r chi.Router, method, path string) {
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace} {
		if m != method {
			r.MethodFunc(m, path, func(w http.ResponseWriter, req *http.Request) {
				w.Header().Set("Allow", method)
				a.WriteProblem(w, req, MethodNotAllowed(req.Context()))
			})
		}
	}
}

// Document is the OpenAPI 3.1 document.
func (a *API) Document() *huma.OpenAPI { return a.huma.OpenAPI() }

func configuration(version string) huma.Config {
	c := huma.DefaultConfig("Umbra", version)
	c.CreateHooks = nil // no $schema in answers
	c.SchemasPath = ""
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.DocsPath = ""
	c.RejectUnknownQueryParameters = true
	c.NoFormatFallback = false
	c.Formats = map[string]huma.Format{
		"application/json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode},
		"json":             {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode},
	}
	c.Info.Description = "The API of Umbra, a personal server for to-dos, calendar, reminders, projects, people and places.\n\n" +
		"Sign in with `POST /api/auth/login`; the answer sets the session cookie. Programs send a token instead: `Authorization: Bearer umbra_pat_…`. Errors are problem documents (RFC 9457). " +
		"Lists answer an array; the next page is in the `Link` header. Instants are RFC 3339, dates `YYYY-MM-DD`. " +
		"Changes take `If-Match` with the `ETag` that was read, and `POST` takes an `Idempotency-Key`. " +
		"What was changed is named in `Change-Set`, for `POST /api/history/{change_set}/undo`."
	c.Info.License = &huma.License{Name: "AGPL-3.0-or-later", Identifier: "AGPL-3.0-or-later"}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: PlainCookie, Description: "The session cookie; over HTTPS its name is " + SecureCookie + "."},
		"token": {Type: "http", Scheme: "bearer", Description: "A token made with `POST /api/auth/tokens`. Its scope `read` is for GET, `write` for everything else; " +
			"the account itself and an administrator's part (`x-access` other than signed-in) are beyond any token."},
	}
	return c
}

// op describes an operation: what huma wants, and who may call it.
type op struct {
	id, method, path string
	summary          string
	description      string
	tag              string
	status           int
	access           access // signedIn when left out
	proof            proof  // whether it asks for a fresh proof
	errors           []int  // beyond those that follow from the method and path
	maxBody          int64
	required         []string // body fields that must be given
	file             string   // the body is a file, which the handler reads itself: what it is
	download         string   // the answer is a file, of this media type
	unjournaled      bool     // it changes something that the journal does not hold
	journaled        bool     // it changes records though no token may ask for it
	shared           string   // what {id} in the path names where it can be shared (share.go)
	guest            guest    // what somebody with whom it is shared may do
}

// register adds an operation. The handler's errors become problems here.
func register[I, O any](a *API, o op, handler func(ctx context.Context, in *I) (*O, error)) {
	if o.access == "" {
		o.access = signedIn
	}
	if o.proof == proofAlways {
		o.description = join(o.description, proofText)
	}
	ho := huma.Operation{OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Description: o.description,
		Tags: []string{o.tag}, DefaultStatus: o.status, Errors: o.allErrors(), MaxBodyBytes: max(o.maxBody, maxBody),
		Metadata: map[string]any{"access": o.access, "proof": o.proof, "shared": o.shared, "guest": o.guest}, Extensions: map[string]any{"x-access": string(o.access)}}
	if o.proof != proofNever {
		ho.Extensions["x-proof"] = string(o.proof)
	}
	ho.Security = o.access.security()
	if _, conditional := reflect.TypeFor[I]().FieldByName("IfNoneMatch"); conditional {
		ho.Responses = map[string]*huma.Response{"304": {Description: "The client has the current one."}}
	}
	if o.journals() {
		documentReceipt(&ho, o.status)
		handler = receipted(handler)
	}
	o.documentFiles(&ho)
	nulls := notNullOf(reflect.TypeFor[I]())
	huma.Register(a.huma, ho, func(ctx context.Context, in *I) (*O, error) {
		if err := nulls.check(in); err != nil {
			return nil, a.problem(ctx, err)
		}
		out, err := handler(ctx, in)
		if _, ok := err.(*notModified); ok { //nolint:errorlint // made right here, never wrapped
			return nil, err
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
	if len(o.required) > 0 {
		requireFields(a.huma.OpenAPI(), o)
	}
}

// documentFiles describes files that go in and out as they are.
func (o op) documentFiles(ho *huma.Operation) {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	if o.file != "" {
		ho.RequestBody = &huma.RequestBody{Required: true, Description: o.file, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: file}}}
	}
	if o.download != "" {
		ho.Responses = map[string]*huma.Response{"200": {Description: "The file.", Content: map[string]*huma.MediaType{o.download: {Schema: file}}}}
	}
}

// requireFields marks body fields as required in the schema of one operation's
// body type, which must be its own (type newTodo todo.Update).
func requireFields(doc *huma.OpenAPI, o op) {
	item := doc.Paths[o.path]
	for _, x := range []*huma.Operation{item.Post, item.Put, item.Patch} {
		if x == nil || x.OperationID != o.id {
			continue
		}
		s := x.RequestBody.Content["application/json"].Schema
		if s.Ref != "" {
			s = doc.Components.Schemas.SchemaFromRef(s.Ref)
		}
		s.Required = o.required
		s.PrecomputeMessages()
	}
}

func (o op) allErrors() []int {
	errs := []int{http.StatusUnprocessableEntity, http.StatusServiceUnavailable, http.StatusInternalServerError}
	if o.access != public { // 403 for a token that does not reach so far
		errs = append(errs, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	if strings.Contains(o.path, "{") {
		errs = append(errs, http.StatusNotFound)
	}
	switch o.method {
	case http.MethodGet:
	case http.MethodPost:
		errs = append(errs, http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusRequestEntityTooLarge,
			http.StatusUnsupportedMediaType, http.StatusInsufficientStorage)
	default:
		errs = append(errs, http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusPreconditionFailed,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusInsufficientStorage)
	}
	seen := map[int]bool{}
	var out []int
	for _, e := range append(errs, o.errors...) {
		if !seen[e] {
			seen[e] = true
			out = append(out, e)
		}
	}
	return out
}

// who is on whose behalf the request is, and by which way: the user's, or, where it
// names a record that somebody shares with them, the user's within that share.
func who(ctx context.Context) caller.Caller { return inShare(ctx, callerOf(principal(ctx))) }

func callerOf(p account.Principal) caller.Caller {
	if p.TokenID != 0 {
		return p.Caller(caller.Token)
	}
	return p.Caller(caller.API)
}

// incoming is what an operation may have to know of its request.
type incoming struct {
	url url.URL                  // the address asked for, which a list's Link names again
	set func(name, value string) // adds to the headers of the answer
}

type incomingKey struct{}

// withRequest is huma middleware: it notes the request, and where it comes from for
// the audit list.
func withRequest(ctx huma.Context, next func(huma.Context)) {
	inner := account.WithOrigin(ctx.Context(), origin(ctx))
	next(huma.WithContext(ctx, context.WithValue(inner, incomingKey{}, &incoming{ctx.URL(), ctx.SetHeader})))
}

// incomingOf is nil outside of operations.
func incomingOf(ctx context.Context) *incoming {
	r, _ := ctx.Value(incomingKey{}).(*incoming)
	return r
}

// origin is where a request comes from.
func origin(ctx huma.Context) account.Origin {
	return account.Origin{Address: client(ctx.Context()).Address, UserAgent: ctx.Header("User-Agent")}
}

type requestIDKey struct{}

// WithRequestID notes the request's id in its context.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID is the request's id, as the log has it.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
