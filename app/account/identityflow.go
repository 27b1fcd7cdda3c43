package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/secret"
)

// Flow is one way to a provider and back. It waits in a cookie, sealed, so that
// only the browser that set out comes back with it; and is good once, which the
// database notes when it is used: a stranger who only sets out costs no write.
type Flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Return   string `json:"r"`           // where in the interface to go afterwards
	User     int64  `json:"u,omitempty"` // who links; 0 for a log-in
	Session  int64  `json:"k,omitempty"` // in which session
	Began    int64  `json:"t"`           // microseconds
}

// FlowAge is how long somebody may take at the provider.
const FlowAge = 10 * time.Minute

// maxFlow bounds a cookie that is opened, in bytes.
const maxFlow = 3000

// flowPlace binds the seal to what it is for.
const flowPlace = "cookie/identity-flow"

// BeginFlow makes a flow with secrets of its own. p is who links, nil for a log-in.
func (s *Service) BeginFlow(p *Principal, back string) Flow {
	f := Flow{State: secret.NewToken(), Nonce: secret.NewToken(), Verifier: secret.NewToken(), Return: back, Began: s.now()}
	if p != nil {
		f.User, f.Session = p.UserID, p.SessionID
	}
	return f
}

// SealFlow makes a flow fit a cookie.
func (s *Service) SealFlow(f Flow) (string, error) {
	b, err := json.Marshal(f)
	return base64.RawURLEncoding.EncodeToString(s.Keys.Seal(b, flowPlace)), err
}

func flowGone() error {
	return fault.New(fault.Unauthenticated, "flow_gone", "This sign-in was begun in another browser or at another address, took too long or is finished already. Begin again.")
}

// OpenFlow reads a flow back. Unauthenticated (flow_gone) for one that is not
// ours, changed, or too old.
func (s *Service) OpenFlow(cookie string) (Flow, error) {
	var f Flow
	if len(cookie) > maxFlow {
		return f, flowGone()
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil {
		return f, flowGone()
	}
	b, err := s.Keys.Open(sealed, flowPlace)
	if err != nil || json.Unmarshal(b, &f) != nil {
		return Flow{}, flowGone()
	}
	if age := s.Clock.Now().Sub(clock.FromMicros(f.Began)); age > FlowAge || age < -maxSkew {
		return Flow{}, flowGone()
	}
	return f, nil
}

// SpendFlow makes a flow worth nothing and writes down the attempt that it is,
// which LogInIdentity or LinkIdentity settles; until then it is a failed one.
// Of several at once, on several servers, one succeeds. It answers Limited with
// RetryAfter for an address that had its share, and flow_gone. What it counts
// locks nobody out.
func (s *Service) SpendFlow(ctx context.Context, f Flow, address string) (attemptID int64, err error) {
	now := s.Clock.Now()
	from := attemptBy(account{}, true, "", address)
	if err := s.limited(ctx, from.address, now); err != nil {
		return 0, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, attemptsLock); err != nil {
			return err
		}
		if err := s.limited(ctx, from.address, now); err != nil {
			return err
		}
		n, err := s.DB.Exec(ctx, "INSERT INTO identity_flows (state_hash, used_at) VALUES ($1, $2) ON CONFLICT (state_hash) DO NOTHING",
			secret.HashToken(f.State), clock.Micros(now))
		if err != nil {
			return err
		}
		if n == 0 {
			return flowGone()
		}
		attemptID, err = s.log(ctx, from, byIdentity, false, now)
		return err
	})
	return attemptID, err
}

// settleAs says what became of an attempt, and whose it turned out to be.
func (s *Service) settleAs(ctx context.Context, id int64, key, kind string, success bool) error {
	_, err := s.DB.Exec(ctx, "UPDATE login_attempts SET kind = $1, success = $2, username_key = $3 WHERE id = $4", kind, success, key, id)
	return err
}

// SecondStepOf answers what a log-in waits for whose MFA token this is. It
// answers Unauthenticated (mfa_token) for one that is worth nothing, and leaves
// the token as it is.
func (s *Service) SecondStepOf(ctx context.Context, token string) (Outcome, error) {
	_, t, err := s.holder(ctx, token)
	if err != nil {
		return Outcome{}, err
	}
	_, issued, err := s.Keys.VerifyToken(secret.MFA, token, s.Clock.Now(), s.MFATokenMaxAge)
	if err != nil {
		return Outcome{}, mfaGone()
	}
	if err := s.waits(ctx, t); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	return out, s.askSecond(ctx, &out, t, issued)
}

// waits answers mfaGone for a ticket that is spent.
func (s *Service) waits(ctx context.Context, t ticket) error {
	_, waits, err := db.One(ctx, s.DB, db.Value[int64], "SELECT 1 FROM login_attempts WHERE id = $1 AND kind = $2", t.attemptID, byPartial)
	if err == nil && !waits {
		err = mfaGone()
	}
	return err
}

// askSecond makes an outcome say that the second factor is still to come.
func (s *Service) askSecond(ctx context.Context, out *Outcome, t ticket, issued time.Time) (err error) {
	out.MFARequired = true
	out.MFAToken = s.sign(t, issued)
	out.MFAExpiresAt = issued.Add(s.MFATokenMaxAge)
	out.MFAMethods, out.MFAPasskeys, err = s.methods(ctx, t.userID)
	return err
}
