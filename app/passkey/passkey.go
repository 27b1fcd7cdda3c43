// Package passkey speaks WebAuthn (level 3) with browsers: what they are asked,
// and whether what they answer is true. It keeps nothing.
//
// No attestation is asked for: any authenticator is welcome, and none is
// recognised by its make.
package passkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Party is who asks: Umbra under one address. A passkey made for one ID is
// offered by browsers nowhere else.
type Party struct {
	ID     string // a domain name
	Origin string // scheme, host and port that the page must come from
	Name   string // what people see
}

// User is whose passkey it is to be.
type User struct {
	Handle []byte // random, up to 64 bytes: authenticators keep it, so it says nothing of the person
	Name   string
}

// Key is a passkey as the database has it.
type Key struct {
	ID             []byte
	Public         []byte // COSE
	SignCount      uint32
	Transports     []string
	BackupEligible bool // synced between devices, or may be
	BackedUp       bool
}

// Timeout is how long a person has for it; the browser ends it then.
const Timeout = 5 * time.Minute

// MaxResponse bounds what a browser may answer, in bytes.
const MaxResponse = 16 << 10

// ErrRefused says that an answer is not what was asked for, or not true. Its
// text is for the log.
var ErrRefused = errors.New("the passkey's answer is refused")

// ErrCloned says that a passkey's counter did not go on: there may be a copy of it.
var ErrCloned = errors.New("the passkey's counter did not go on")

func (p Party) library() (*webauthn.WebAuthn, error) {
	timeout := webauthn.TimeoutConfig{Timeout: Timeout, TimeoutUVD: Timeout}
	return webauthn.New(&webauthn.Config{
		RPID: p.ID, RPDisplayName: p.Name, RPOrigins: []string{p.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		Timeouts:              webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
		// Password managers answer more than they were asked; none of it is used.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
}

// person is a user as the library wants one.
type person struct {
	User
	keys []Key
}

func (p person) WebAuthnID() []byte          { return p.Handle }
func (p person) WebAuthnName() string        { return p.Name }
func (p person) WebAuthnDisplayName() string { return p.Name }

func (p person) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(p.keys))
	for i, k := range p.keys {
		out[i] = webauthn.Credential{ID: k.ID, PublicKey: k.Public,
			Flags:         webauthn.CredentialFlags{BackupEligible: k.BackupEligible, BackupState: k.BackedUp},
			Authenticator: webauthn.Authenticator{SignCount: k.SignCount}}
	}
	return out
}

func descriptors(keys []Key) []protocol.CredentialDescriptor {
	out := make([]protocol.CredentialDescriptor, len(keys))
	for i, k := range keys {
		out[i] = protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: k.ID}
		for _, t := range k.Transports {
			out[i].Transport = append(out[i].Transport, protocol.AuthenticatorTransport(t))
		}
	}
	return out
}

// CreationOptions are the options of navigator.credentials.create, as
// PublicKeyCredential.parseCreationOptionsFromJSON takes them: a discoverable
// passkey that verifies its user, on an authenticator that has none of these yet.
func (p Party) CreationOptions(challenge []byte, u User, have []Key) (json.RawMessage, error) {
	w, err := p.library()
	if err != nil {
		return nil, err
	}
	creation, _, err := w.BeginRegistration(person{u, have},
		func(o *protocol.PublicKeyCredentialCreationOptions) error {
			o.Challenge = challenge
			return nil
		},
		webauthn.WithExclusions(descriptors(have)),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		}))
	if err != nil {
		return nil, fmt.Errorf("asking for a passkey: %w", err)
	}
	return json.Marshal(creation.Response)
}

// RequestOptions are the options of navigator.credentials.get, as
// parseRequestOptionsFromJSON takes them. Without keys the browser offers what
// it has for the party. verified: the authenticator must check who uses it.
func (p Party) RequestOptions(challenge []byte, keys []Key, verified bool) (json.RawMessage, error) {
	o := protocol.PublicKeyCredentialRequestOptions{Challenge: challenge, Timeout: int(Timeout.Milliseconds()),
		RelyingPartyID: p.ID, AllowedCredentials: descriptors(keys), UserVerification: verification(verified)}
	return json.Marshal(o)
}

func verification(required bool) protocol.UserVerificationRequirement {
	if required {
		return protocol.VerificationRequired
	}
	return protocol.VerificationPreferred
}

// Made is an answer of navigator.credentials.create, read but not yet believed.
type Made struct {
	parsed *protocol.ParsedCredentialCreationData
}

// ReadMade reads the JSON of a PublicKeyCredential. It answers ErrRefused.
func ReadMade(response []byte) (Made, error) {
	if len(response) > MaxResponse {
		return Made{}, refused(errors.New("it is too long"))
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Made{}, refused(err)
	}
	return Made{parsed}, nil
}

// Challenge is the one that it says it answers, in base64url.
func (m Made) Challenge() string { return m.parsed.Response.CollectedClientData.Challenge }

// Verify checks it against what was asked, but for the challenge, which the
// caller has found to be its own. It answers ErrRefused.
func (m Made) Verify(p Party, u User) (Key, error) {
	w, err := p.library()
	if err != nil {
		return Key{}, err
	}
	c, err := w.CreateCredential(person{User: u}, webauthn.SessionData{Challenge: m.Challenge(), RelyingPartyID: p.ID, UserID: u.Handle,
		UserVerification: protocol.VerificationRequired, CredParams: webauthn.CredentialParametersDefault()}, m.parsed)
	if err != nil {
		return Key{}, refused(err)
	}
	k := Key{ID: c.ID, Public: c.PublicKey, SignCount: c.Authenticator.SignCount, BackupEligible: c.Flags.BackupEligible, BackedUp: c.Flags.BackupState}
	for _, t := range c.Transport {
		if s := string(t); len(s) < 32 && len(k.Transports) < 8 {
			k.Transports = append(k.Transports, s)
		}
	}
	return k, nil
}

// Shown is an answer of navigator.credentials.get, read but not yet believed.
type Shown struct {
	parsed *protocol.ParsedCredentialAssertionData
}

// ReadShown reads the JSON of a PublicKeyCredential. It answers ErrRefused.
func ReadShown(response []byte) (Shown, error) {
	if len(response) > MaxResponse {
		return Shown{}, refused(errors.New("it is too long"))
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return Shown{}, refused(err)
	}
	return Shown{parsed}, nil
}

// Challenge is the one that it says it answers, in base64url.
func (s Shown) Challenge() string { return s.parsed.Response.CollectedClientData.Challenge }

// KeyID is the passkey that it says it is of.
func (s Shown) KeyID() []byte { return s.parsed.RawID }

// Verify checks it against what was asked, but for the challenge, which the
// caller has found to be its own, and answers the passkey with its new counter.
// It answers ErrRefused, and ErrCloned for a true answer whose counter stood still.
func (s Shown) Verify(p Party, u User, k Key, verified bool) (Key, error) {
	w, err := p.library()
	if err != nil {
		return Key{}, err
	}
	c, err := w.ValidateLogin(person{u, []Key{k}}, webauthn.SessionData{Challenge: s.Challenge(), RelyingPartyID: p.ID, UserID: u.Handle,
		AllowedCredentialIDs: [][]byte{k.ID}, UserVerification: verification(verified)}, s.parsed)
	if err != nil {
		return Key{}, refused(err)
	}
	k.SignCount, k.BackedUp = c.Authenticator.SignCount, c.Flags.BackupState
	if c.Authenticator.CloneWarning {
		return k, ErrCloned
	}
	return k, nil
}

func refused(err error) error {
	detail := err.Error()
	var e *protocol.Error
	if errors.As(err, &e) && e.DevInfo != "" {
		detail += " (" + e.DevInfo + ")"
	}
	return fmt.Errorf("%w: %s", ErrRefused, detail)
}
