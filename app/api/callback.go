package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"umbra/app/account"
	"umbra/app/fault"
	"umbra/app/oidc"
)

// What became of a sign-in, as the interface is told in the fragment of its
// address: a word of ours, and never anything that was sent.
const (
	signInLinked      = "linked"
	signInSecond      = "second-step"
	signInStale       = "stale"       // another browser's, too old, or used
	signInCancelled   = "cancelled"   // the person said no, or the provider for them
	signInUnavailable = "unavailable" // the provider does not answer
	signInRejected    = "rejected"    // its answer does not hold
	signInUnknown     = "unknown"     // nobody here is linked to the identity
	signInTaken       = "taken"       // somebody else is
	signInMany        = "many"        // too many are linked
	signInSession     = "session"     // whoever began to link is not signed in any more
	signInLimited     = "limited"     // too many from this address
	signInFailed      = "failed"      // something is wrong here
)

// registerProvider adds the two steps that a browser takes by itself: they answer
// with redirects, and the provider may add parameters that nobody knows.
func (a *API) registerProvider(r chi.Router) {
	r.Get("/api/auth/oidc/start", a.withProvider(a.startSignIn))
	r.Get(CallbackPath, a.withProvider(a.finishSignIn))
	document := func(id, path, summary, description string, params ...*huma.Param) {
		a.huma.OpenAPI().AddOperation(&huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{tagAuth},
			Summary: summary, Description: description, Parameters: params,
			Extensions: map[string]any{"x-access": string(public)}, Metadata: map[string]any{"access": public},
			Responses: map[string]*huma.Response{
				"303": {Description: "Where the browser goes.", Headers: map[string]*huma.Param{"Location": {Description: "An address.", Schema: &huma.Schema{Type: huma.TypeString}}}},
				"404": problemResponse("Not Found"), "500": problemResponse("Internal Server Error"),
			}})
	}
	text := func(name, description string, most int) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: description, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(most)}}
	}
	document("startSignIn", "/api/auth/oidc/start", "Log in by an identity at the configured provider",
		"For a browser to go to: sends it to the provider, which sends it back to the callback. 404 where no provider is configured.",
		text("return", "Where in the interface to go afterwards: a path here; anything else is the first page.", maxReturn))
	document("finishSignIn", CallbackPath, "Come back from the provider",
		"For the provider to send browsers to. It sets the session's cookie where all holds, and sends the browser on; where not, with one word about why in the fragment (`#sign-in=…`).",
		text("code", "What the provider gave.", maxAnswer), text("state", "What was sent along.", maxAnswer),
		text("iss", "Who the provider says it is (RFC 9207).", maxAnswer), text("error", "Why there is no code.", maxAnswer))
}

func (a *API) withProvider(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a.Provider == nil {
			a.WriteProblem(w, r, noProvider())
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer") // the address holds the code
		next(w, r)
	}
}

func (a *API) startSignIn(w http.ResponseWriter, r *http.Request) {
	back := returnPath(r.URL.Query().Get("return"))
	// Only who stands before the log-in page sets out: another site's link shows that page.
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		seeOther(w, back)
		return
	}
	flow := a.Accounts.BeginFlow(nil, back)
	to, err := a.Provider.Start(r.Context(), request(flow))
	if err != nil {
		a.signInFailed(w, r, back, err)
		return
	}
	sealed, err := a.Accounts.SealFlow(flow)
	if err != nil {
		a.signInFailed(w, r, back, err)
		return
	}
	c := flowPocket.cookie(client(r.Context()).HTTPS, sealed, int(account.FlowAge/time.Second))
	http.SetCookie(w, &c)
	seeOther(w, to)
}

// maxAnswer bounds each parameter of an answer, in bytes.
const maxAnswer = 4096

// answerOf reads a provider's answer; false for one that is none: repeated or
// endless parameters, or no state.
func answerOf(query string) (oidc.Answer, bool) {
	if len(query) > 4*maxAnswer {
		return oidc.Answer{}, false
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return oidc.Answer{}, false
	}
	for _, name := range []string{"code", "state", "iss", "error"} {
		if v := q[name]; len(v) > 1 || len(v) == 1 && len(v[0]) > maxAnswer {
			return oidc.Answer{}, false
		}
	}
	out := oidc.Answer{Code: q.Get("code"), State: q.Get("state"), Issuer: q.Get("iss"), Error: q.Get("error")}
	return out, out.State != ""
}

func (a *API) finishSignIn(w http.ResponseWriter, r *http.Request) {
	ctx, c := r.Context(), client(r.Context())
	flow, err := a.Accounts.OpenFlow(flowPocket.in(r.Header.Get("Cookie"), c.HTTPS))
	answer, whole := answerOf(r.URL.RawQuery)
	// An answer to somebody else's request says nothing of ours, which may still come.
	if err != nil || !whole || subtle.ConstantTimeCompare([]byte(flow.State), []byte(answer.State)) != 1 {
		back := "/"
		if err == nil {
			back = flow.Return
		}
		tell(w, back, signInStale)
		return
	}
	done := flowPocket.cookie(c.HTTPS, "", 0)
	http.SetCookie(w, &done)
	var by account.Principal
	if flow.User != 0 {
		by, err = a.authenticate(ctx, SessionToken(r.Header.Get("Cookie")))
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			a.signInFailed(w, r, flow.Return, err)
			return
		}
		if err != nil || by.UserID != flow.User || by.SessionID != flow.Session {
			tell(w, flow.Return, signInSession)
			return
		}
	}
	attempt, err := a.Accounts.SpendFlow(ctx, flow, c.Address)
	if err != nil {
		a.signInFailed(w, r, flow.Return, err)
		return
	}
	who, err := a.Provider.Finish(ctx, request(flow), answer, flow.User != 0)
	if err != nil {
		a.signInFailed(w, r, flow.Return, err)
		return
	}
	if flow.User != 0 {
		token, err := a.Accounts.LinkIdentity(ctx, by, a.Provider.proved(who), attempt)
		if err != nil {
			a.signInFailed(w, r, flow.Return, err)
			return
		}
		a.setSession(w, r, token)
		tell(w, flow.Return, signInLinked)
		return
	}
	out, err := a.Accounts.LogInIdentity(ctx, a.Provider.proved(who), attempt, c.Address, r.UserAgent())
	switch {
	case err != nil:
		a.signInFailed(w, r, flow.Return, err)
	case out.MFARequired:
		// A cookie, because addresses stay in histories.
		step := stepPocket.cookie(c.HTTPS, out.MFAToken, max(1, int(out.MFAExpiresAt.Sub(a.Clock.Now())/time.Second)))
		http.SetCookie(w, &step)
		tell(w, flow.Return, signInSecond)
	default:
		a.setSession(w, r.WithContext(context.WithValue(ctx, cookieKey{}, r.Header.Get("Cookie"))), out.Session)
		seeOther(w, flow.Return)
	}
}

func (a *API) setSession(w http.ResponseWriter, r *http.Request, token string) {
	for _, c := range a.sessionCookie(r.Context(), token) {
		http.SetCookie(w, &c)
	}
}

// faultWords are those for what the accounts answer, by code.
var faultWords = map[string]string{
	"flow_gone": signInStale, "identity_unknown": signInUnknown, "identity_taken": signInTaken,
	"too_many_identities": signInMany, "no_session": signInSession, "too_many_attempts": signInLimited,
}

// signInFailed sends the browser back with a word about why, and logs what the
// administrator has to know.
func (a *API) signInFailed(w http.ResponseWriter, r *http.Request, back string, err error) {
	var provider *oidc.Error
	var f *fault.Error
	word := signInFailed
	switch {
	case errors.As(err, &provider):
		word = map[oidc.Reason]string{oidc.Cancelled: signInCancelled, oidc.Rejected: signInRejected}[provider.Reason]
		if word == "" {
			word = signInUnavailable
		}
	case errors.As(err, &f) && faultWords[f.Code] != "":
		word = faultWords[f.Code]
	}
	switch word {
	case signInUnavailable, signInRejected:
		a.log.WarnContext(r.Context(), "a sign-in by the identity provider failed", "request", RequestID(r.Context()), "error", err)
	case signInFailed:
		a.log.ErrorContext(r.Context(), "a sign-in failed", "request", RequestID(r.Context()), "error", err)
	}
	tell(w, back, word)
}

func tell(w http.ResponseWriter, back, word string) { seeOther(w, back+"#sign-in="+word) }

func seeOther(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
