package notify

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"time"
)

// PushKey is this server's key towards push services (VAPID, RFC 8292): they
// take messages for a subscription from the key it was made for, and no other.
type PushKey struct {
	private *ecdsa.PrivateKey
	public  []byte // uncompressed point, 65 bytes
}

// NewPushKey makes a key. It is made once: another one ends every subscription.
func NewPushKey() (PushKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return PushKey{}, err
	}
	return pushKey(k)
}

// ParsePushKey reads what Bytes wrote.
func ParsePushKey(b []byte) (PushKey, error) {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), b)
	if err != nil {
		return PushKey{}, fmt.Errorf("the key for web push is damaged: %w", err)
	}
	return pushKey(k)
}

func pushKey(k *ecdsa.PrivateKey) (PushKey, error) {
	public, err := k.PublicKey.Bytes()
	return PushKey{k, public}, err
}

// Bytes is the private key, 32 bytes, to be sealed.
func (k PushKey) Bytes() ([]byte, error) { return k.private.Bytes() }

// Public is what a browser subscribes with (applicationServerKey), base64url.
func (k PushKey) Public() string { return base64.RawURLEncoding.EncodeToString(k.public) }

// String hides the key.
func (PushKey) String() string { return "notify.PushKey(hidden)" }

// GoString hides the key from %#v.
func (PushKey) GoString() string { return "notify.PushKey(hidden)" }

// vapidAge is how long a token is good; RFC 8292 allows a day.
const vapidAge = 12 * time.Hour

// authorization signs a token for the push service of an endpoint (RFC 8292
// section 2, ES256 of RFC 7518).
func (k PushKey) authorization(endpoint *url.URL, subject string, now time.Time) (string, error) {
	enc := base64.RawURLEncoding.EncodeToString
	head := enc([]byte(`{"typ":"JWT","alg":"ES256"}`))
	claims := struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
		Subject  string `json:"sub,omitempty"`
	}{endpoint.Scheme + "://" + endpoint.Host, now.Add(vapidAge).Unix(), subject}
	signed := head + "." + enc(compactJSON(claims))
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, k.private, sum[:])
	if err != nil {
		return "", err
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return "vapid t=" + signed + "." + enc(raw) + ", k=" + k.Public(), nil
}

// CheckPushTarget says what of a subscription cannot be, by the names that
// browsers give its parts (endpoint, p256dh, auth); nothing when all is well.
func CheckPushTarget(t PushTarget) map[string]string {
	problems := map[string]string{}
	u, err := url.Parse(t.Endpoint)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" || !webAddress(t.Endpoint) {
		problems["endpoint"] = "must be an https address"
	}
	if _, err := ecdh.P256().NewPublicKey(t.P256DH); err != nil {
		problems["p256dh"] = "must be a point of the curve P-256, uncompressed: 65 bytes"
	}
	if len(t.Auth) != 16 {
		problems["auth"] = "must have 16 bytes"
	}
	return problems
}
