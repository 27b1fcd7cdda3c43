package api

import (
	"context"
	"net/http"
	"time"

	"umbra/app/account"
	"umbra/app/opt"
	"umbra/app/page"
)

const tagAuth = "Sign-in"

// status is what a page needs to know before anyone has signed in.
type status struct {
	SetupRequired bool          `json:"setup_required" doc:"Whether nobody has been set up yet." example:"false"`
	SetupCode     bool          `json:"setup_code_required" doc:"Whether set-up from this client needs the code that the server printed." example:"false"`
	Authenticated bool          `json:"authenticated" doc:"Whether this request is signed in." example:"true"`
	Passkeys      passkeysAt    `json:"passkeys" doc:"Where passkeys work."`
	User          *account.User `json:"user,omitempty" doc:"Who is signed in."`
	Live          string        `json:"live_position,omitempty" doc:"Where the stream of changes stands now: with it as Last-Event-ID, GET /api/live leaves out nothing that happens after this answer."`
	Provider      *providerName `json:"identity_provider,omitempty" doc:"Where else people may have an identity to sign in by: GET /api/auth/oidc/start."`
}

type cookieInput struct {
	Cookie string `header:"Cookie" hidden:"true"`
}

type setUp struct {
	Username  string          `json:"username" minLength:"3" maxLength:"64" doc:"The name to log in with." example:"ada"`
	Password  string          `json:"password" maxLength:"512" format:"password" doc:"12 to 128 characters, none of the common ones." example:"seven purple umbrellas"`
	SetupCode opt.Opt[string] `json:"setup_code,omitzero" nullable:"false" maxLength:"64" doc:"The code that serve printed; needed unless the request comes from the machine itself." example:"K7QF-2M9X-TR4B"`
	TimeZone  opt.Opt[string] `json:"time_zone,omitzero" nullable:"false" maxLength:"64" doc:"IANA time zone, from the browser; else UTC." example:"Europe/Berlin"`
	Language  opt.Opt[string] `json:"language,omitzero" nullable:"false" maxLength:"35" doc:"BCP 47 language, from the browser; else en." example:"en"`
}

type logIn struct {
	Username string `json:"username" maxLength:"256" doc:"The name, whatever its case." example:"ada"`
	Password string `json:"password" maxLength:"1024" format:"password" doc:"The password." example:"seven purple umbrellas"`
}

// loggedIn answers a log-in: a user with a session, or the need for a second factor.
type loggedIn struct {
	MFARequired bool          `json:"mfa_required" doc:"Whether a second factor is still needed; there is no session yet then." example:"false"`
	MFAToken    string        `json:"mfa_token,omitempty" doc:"What the second step must carry."`
	MFAExpires  *time.Time    `json:"mfa_expires_at,omitempty" doc:"When that token is too old."`
	MFAMethods  []string      `json:"mfa_methods,omitempty" enum:"totp,recovery_code,passkey" doc:"What that step may be." example:"[\"totp\"]"`
	User        *account.User `json:"user,omitempty" doc:"Who is signed in."`
}

type changePassword struct {
	Current string        `json:"current_password" maxLength:"1024" format:"password" doc:"The password of now." example:"seven purple umbrellas"`
	New     string        `json:"new_password" maxLength:"512" format:"password" doc:"12 to 128 characters, none of the common ones." example:"nine yellow telescopes"`
	Tokens  opt.Opt[bool] `json:"revoke_tokens,omitzero" nullable:"false" doc:"Whether to revoke all tokens and app passwords too; they do not depend on the password." example:"false"`
}

type withCookie[B any] struct {
	SetCookie    []http.Cookie `header:"Set-Cookie"`
	CacheControl string        `header:"Cache-Control"`
	Body         B
}

type cookieOnly struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

type agentInput[B any] struct {
	UserAgent string `header:"User-Agent" hidden:"true"`
	Body      B
}

func (a *API) registerAuth() {
	register(a, op{id: "authStatus", method: http.MethodGet, path: "/api/auth/status", tag: tagAuth, access: public,
		summary: "Say whether set-up is needed and who is signed in"},
		func(ctx context.Context, in *cookieInput) (*withCookie[status], error) {
			need, err := a.Accounts.SetupRequired(ctx)
			if err != nil {
				return nil, err
			}
			s := status{SetupRequired: need, SetupCode: need && !client(ctx).Local, Provider: a.Provider.name(), Passkeys: a.passkeysAt(ctx)}
			if token := SessionToken(in.Cookie); token != "" && !need {
				if p, err := a.authenticate(ctx, token); err == nil {
					u := p.User()
					s.Authenticated, s.User = true, &u
					if s.Live, err = a.livePosition(ctx, callerOf(p)); err != nil {
						return nil, err
					}
				}
			}
			return &withCookie[status]{CacheControl: "no-store", Body: s}, nil
		})
	register(a, op{id: "setUp", method: http.MethodPost, path: "/api/auth/setup", tag: tagAuth, access: public, status: http.StatusCreated,
		summary: "Make the first user", description: "The first user is an administrator. Answers 409 once there is anybody.",
		errors: []int{http.StatusForbidden}},
		func(ctx context.Context, in *agentInput[setUp]) (*withCookie[account.User], error) {
			b := in.Body
			u, err := a.Accounts.SetUp(ctx, account.SetUp{Username: b.Username, Password: b.Password, Zone: b.TimeZone.Value, Language: b.Language.Value,
				Code: b.SetupCode.Value, NeedsCode: !client(ctx).Local})
			if err != nil {
				return nil, err
			}
			token, err := a.Accounts.StartSession(ctx, u.ID, client(ctx).Address, in.UserAgent)
			if err != nil {
				return nil, err
			}
			return &withCookie[account.User]{SetCookie: a.sessionCookie(ctx, token), CacheControl: "no-store", Body: u}, nil
		})
	register(a, op{id: "logIn", method: http.MethodPost, path: "/api/auth/login", tag: tagAuth, access: public, status: http.StatusOK,
		summary: "Log in", description: "Sets the session cookie. Ten failures lock an account for 30 minutes (423); twenty attempts a minute from one address are too many (429).",
		errors: []int{http.StatusUnauthorized, http.StatusLocked, http.StatusTooManyRequests}},
		func(ctx context.Context, in *agentInput[logIn]) (*withCookie[loggedIn], error) {
			o, err := a.Accounts.LogIn(ctx, account.LogIn{Username: in.Body.Username, Password: in.Body.Password, Address: client(ctx).Address, UserAgent: in.UserAgent})
			if err != nil {
				return nil, err
			}
			return a.loggedIn(ctx, o), nil
		})
	register(a, op{id: "logOut", method: http.MethodPost, path: "/api/auth/logout", tag: tagAuth, access: public, status: http.StatusNoContent,
		summary: "Log out", description: "Ends this session; does no harm when there is none."},
		func(ctx context.Context, in *cookieInput) (*cookieOnly, error) {
			for _, token := range sessionTokens(in.Cookie) {
				if err := a.Accounts.LogOut(ctx, token); err != nil {
					return nil, err
				}
			}
			return &cookieOnly{SetCookie: clearedCookies()}, nil
		})
	register(a, op{id: "changePassword", access: inPerson, proof: proofAsked, unjournaled: true, method: http.MethodPost, path: "/api/auth/change-password", tag: tagAuth, status: http.StatusNoContent,
		summary: "Change the password", description: "Ends all other sessions and renews this one; tokens go on unless revoke_tokens says otherwise. Whoever has a second factor proves it first (403 `proof_needed`): the password alone is not enough for a new one.",
		errors: []int{http.StatusLocked, http.StatusTooManyRequests}},
		func(ctx context.Context, in *struct{ Body changePassword }) (*cookieOnly, error) {
			if principal(ctx).TOTPEnabled {
				if err := a.proved(ctx); err != nil {
					return nil, err
				}
			}
			token, err := a.Accounts.ChangePassword(ctx, principal(ctx), account.PasswordChange{Current: in.Body.Current, New: in.Body.New,
				RevokeTokens: in.Body.Tokens.Value, Address: client(ctx).Address})
			if err != nil {
				return nil, err
			}
			return &cookieOnly{SetCookie: a.sessionCookie(ctx, token)}, nil
		})
	a.registerStepUp()
	a.registerSecondFactor()
	a.registerTokens()
	a.registerPasskeys()
	a.registerSessions()
}

func (a *API) registerSessions() {
	register(a, op{id: "listSessions", access: inPerson, method: http.MethodGet, path: "/api/auth/sessions", tag: tagAuth, summary: "List the sessions"},
		func(ctx context.Context, in *PageInput) (*many[account.Session], error) {
			p, err := a.Accounts.Sessions(ctx, principal(ctx).UserID, principal(ctx).SessionID, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) {
				all, err := a.Accounts.Sessions(ctx, principal(ctx).UserID, 0, page.Request{Limit: page.MaxLimit})
				return int64(len(all.Items)), err
			})
		})
	register(a, op{id: "revokeSession", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodDelete, path: "/api/auth/sessions/{id}", tag: tagAuth, status: http.StatusNoContent,
		summary: "End a session"},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Accounts.Revoke(ctx, principal(ctx).UserID, in.ID)
		})
	register(a, op{id: "revokeOtherSessions", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodDelete, path: "/api/auth/sessions", tag: tagAuth, status: http.StatusNoContent,
		summary: "End all other sessions"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			_, err := a.Accounts.RevokeOthers(ctx, principal(ctx).UserID, principal(ctx).SessionID)
			return nil, err
		})
}

// sessionCookie sets the session, and over HTTPS takes back one that was left
// under the plain name. (Over HTTP a browser lets nobody touch a Secure one.)
// A session that the browser had before a log-in ends: its cookie is gone.
func (a *API) sessionCookie(ctx context.Context, token string) []http.Cookie {
	before, _ := ctx.Value(cookieKey{}).(string)
	for _, old := range sessionTokens(before) {
		if err := a.Accounts.Replace(ctx, old); err != nil {
			a.log.WarnContext(ctx, "a session that was replaced could not be ended", "request", RequestID(ctx), "error", err)
		}
	}
	c := http.Cookie{Name: PlainCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(a.SessionMaxAge / time.Second)}
	if !client(ctx).HTTPS {
		return []http.Cookie{c}
	}
	c.Name, c.Secure = SecureCookie, true
	return []http.Cookie{c, cleared(PlainCookie)}
}

func cleared(name string) http.Cookie {
	return http.Cookie{Name: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1, Secure: name == SecureCookie}
}

func clearedCookies() []http.Cookie {
	return []http.Cookie{cleared(PlainCookie), cleared(SecureCookie)}
}
