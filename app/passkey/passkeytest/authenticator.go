// Package passkeytest is an authenticator for tests: it answers as a browser
// with a security key would, or wrongly where a test says so.
package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// Authenticator holds one passkey. Its fields may be changed between answers.
type Authenticator struct {
	Origin   string // of the page
	Party    string // whose passkey it claims to be; "" means as asked
	Count    uint32 // goes up with each answer, unless Synced
	Synced   bool   // as phones do: no counter, backed up
	Careless bool   // does not verify its user
	Handle   []byte // what it keeps of the user

	id  []byte
	key *ecdsa.PrivateKey
}

// New makes one for a page of this origin.
func New(t *testing.T, origin string) *Authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 20)
	_, _ = rand.Read(id)
	return &Authenticator{Origin: origin, id: id, key: key}
}

var b64 = base64.RawURLEncoding

// Create answers the options of navigator.credentials.create.
func (a *Authenticator) Create(t *testing.T, options []byte) []byte {
	t.Helper()
	var o struct {
		Challenge string
		RP        struct{ ID string }
		User      struct{ ID string }
	}
	a.read(t, options, &o)
	var err error
	if a.Handle, err = b64.DecodeString(o.User.ID); err != nil {
		t.Fatal(err)
	}
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: a.key.X.FillBytes(make([]byte, 32)), -3: a.key.Y.FillBytes(make([]byte, 32))})
	if err != nil {
		t.Fatal(err)
	}
	data := a.data(o.RP.ID, 0x40)
	data = append(data, make([]byte, 16)...) // no AAGUID
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), public...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(t, map[string]any{"clientDataJSON": b64.EncodeToString(a.clientData(t, "webauthn.create", o.Challenge)),
		"attestationObject": b64.EncodeToString(object), "transports": []string{"usb", "nfc"}})
}

// Get answers the options of navigator.credentials.get.
func (a *Authenticator) Get(t *testing.T, options []byte) []byte {
	t.Helper()
	var o struct{ Challenge, RPID string }
	a.read(t, options, &o)
	if !a.Synced {
		a.Count++
	}
	client, data := a.clientData(t, "webauthn.get", o.Challenge), a.data(o.RPID, 0)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(t, map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.Handle)})
}

func (a *Authenticator) read(t *testing.T, options []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(options, into); err != nil {
		t.Fatal(err)
	}
}

func (a *Authenticator) clientData(t *testing.T, kind, challenge string) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.Origin, "crossOrigin": false})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// data is the authenticator data (WebAuthn section 6.1) without what follows the counter.
func (a *Authenticator) data(party string, flags byte) []byte {
	if a.Party != "" {
		party = a.Party
	}
	hash := sha256.Sum256([]byte(party))
	flags |= 0x01 // somebody is there
	if !a.Careless {
		flags |= 0x04
	}
	if a.Synced {
		flags |= 0x18
	}
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.Count)
}

func (a *Authenticator) answer(t *testing.T, response map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"id": b64.EncodeToString(a.id), "rawId": b64.EncodeToString(a.id), "type": "public-key",
		"clientExtensionResults": map[string]any{"credProps": map[string]any{"rk": true}}, "authenticatorAttachment": "cross-platform", "response": response})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
