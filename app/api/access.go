package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/account"
	"umbra/app/fault"
)

// access is who may call an operation. Every operation declares one; the guard
// test walks the document and refuses one that does not.
type access string

const (
	public   access = "public"    // anyone
	signedIn access = "signed-in" // whoever has a valid session, or a token of the scope
	inPerson access = "session"   // whoever has a valid session: the account itself, which no token reaches
	admin    access = "admin"     // and is an administrator
)

// proof is whether an operation asks for a fresh proof of who holds the session
// (account.ProofAge): without one it answers 403 proof_needed. Only sessions can
// be proved, so no token reaches such an operation.
type proof string

const (
	proofNever  proof = ""
	proofAlways proof = "always"    // authorize refuses
	proofAsked  proof = "sometimes" // the handler asks, by what is changed: it calls API.proved
)

const proofText = "Asks for a proof, by log-in or `POST /api/auth/step-up`, within the last 10 minutes, and answers 403 `proof_needed` without."

// Session cookie names. The __Host- prefix binds the cookie to this host and
// to HTTPS (RFC 6265bis section 4.1.3.2); plain HTTP at home has to do without.
const (
	SecureCookie = "__Host-umbra_session"
	PlainCookie  = "umbra_session"
)

type principalKey struct{}

// cookieKey is for the Cookie header of who is not asked who they are.
type cookieKey struct{}

// principal is who the request comes from; the access rule has made sure there is one.
func principal(ctx context.Context) account.Principal {
	p, _ := ctx.Value(principalKey{}).(account.Principal)
	return p
}

// security is what an operation's description says of how to sign in.
func (r access) security() []map[string][]string {
	switch r {
	case public:
		return nil
	case signedIn:
		return []map[string][]string{{"session": {}}, {"token": {}}}
	}
	return []map[string][]string{{"session": {}}}
}

// authorize is huma middleware: it enforces the operation's access rule.
func (a *API) authorize(ctx huma.Context, next func(huma.Context)) {
	rule, _ := ctx.Operation().Metadata["access"].(access)
	if rule == public {
		next(huma.WithValue(ctx, cookieKey{}, ctx.Header("Cookie")))
		return
	}
	p, err := a.identify(ctx.Context(), ctx.Header("Authorization"), ctx.Header("Cookie"))
	if err != nil {
		a.refuse(ctx, err)
		return
	}
	needs, _ := ctx.Operation().Metadata["proof"].(proof)
	switch scope := scopeOf(ctx.Method()); {
	case p.TokenID != 0 && rule != signedIn:
		err = account.BeyondScope("")
	case !p.May(scope):
		err = account.BeyondScope(scope)
	case rule == admin && p.Role != account.Admin:
		err = fault.New(fault.Forbidden, "not_admin", "Only an administrator may do this.")
	case needs == proofAlways && !p.Proved(a.Clock.Now()):
		err = account.ProofNeeded()
	}
	if err != nil {
		a.refuse(ctx, err)
		return
	}
	o := origin(ctx)
	o.ActorID = p.UserID
	next(huma.WithContext(ctx, context.WithValue(account.WithOrigin(ctx.Context(), o), principalKey{}, p)))
}

// scopeOf is what a token needs for a method.
func scopeOf(method string) account.Scope {
	if method == http.MethodGet || method == http.MethodHead {
		return account.Read
	}
	return account.Write
}

// identify says who sends a request: by the token in Authorization, or else by
// the session cookie. A request that names a token is never taken for its
// browser's session: what the token may not do stays refused.
func (a *API) identify(ctx context.Context, authorization, cookie string) (account.Principal, error) {
	if authorization != "" {
		token, ok := BearerToken(authorization)
		if !ok {
			return account.Principal{}, fault.New(fault.Unauthenticated, "unauthenticated", "Send a token as Authorization: Bearer; nothing else is taken there.")
		}
		return a.Accounts.AuthenticateToken(ctx, token, client(ctx).Address)
	}
	token := SessionToken(cookie)
	if token == "" {
		return account.Principal{}, fault.New(fault.Unauthenticated, "unauthenticated", "Sign in first.")
	}
	return a.authenticate(ctx, token)
}

// BearerToken reads the token of an Authorization header (RFC 6750 section 2.1).
func BearerToken(authorization string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(authorization, " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// proved answers proof_needed unless the session was proved just now.
func (a *API) proved(ctx context.Context) error {
	if principal(ctx).Proved(a.Clock.Now()) {
		return nil
	}
	return account.ProofNeeded()
}

// refuseEmpty is huma middleware: a parameter such as due_before= is a mistake,
// and must not mean the same as leaving it out. Empty text is nobody's mistake.
func (a *API) refuseEmpty(ctx huma.Context, next func(huma.Context)) {
	if u := ctx.URL(); strings.Contains(u.RawQuery+"&", "=&") {
		query := u.Query()
		for _, p := range ctx.Operation().Parameters {
			text := p.Schema.Type == huma.TypeString && p.Schema.Format == "" && len(p.Schema.Enum) == 0 && p.Schema.Pattern == ""
			if p.In == "query" && !text && query.Has(p.Name) && query.Get(p.Name) == "" {
				a.refuse(ctx, fault.BadField(p.Name, "format", "must not be empty; leave it out instead"))
				return
			}
		}
	}
	next(ctx)
}

func (a *API) refuse(ctx huma.Context, err error) {
	p := a.problem(ctx.Context(), err)
	for k, vs := range p.GetHeaders() {
		ctx.SetHeader(k, vs[0])
	}
	_ = huma.WriteErr(a.huma, ctx, p.Status, p.Detail, p)
}

// SessionToken reads the session's token from a Cookie header.
func SessionToken(header string) string {
	if tokens := sessionTokens(header); len(tokens) > 0 {
		return tokens[0]
	}
	return ""
}

// sessionTokens are those of both cookies, the one that came over HTTPS first.
func sessionTokens(header string) (tokens []string) {
	if header == "" {
		return nil
	}
	cookies, err := http.ParseCookie(header)
	if err != nil { // one odd cookie of another application must not sign anyone out
		cookies = nil
		for part := range strings.SplitSeq(header, ";") {
			if c, err := http.ParseCookie(strings.TrimSpace(part)); err == nil {
				cookies = append(cookies, c...)
			}
		}
	}
	for _, name := range []string{SecureCookie, PlainCookie} {
		for _, c := range cookies {
			if c.Name == name && c.Value != "" {
				tokens = append(tokens, c.Value)
			}
		}
	}
	return tokens
}
