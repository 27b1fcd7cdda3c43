package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

const (
	totpSecretBytes = 20 // 160 bits, as RFC 4226 section 4 (R6) recommends
	totpPeriod      = 30 // seconds, RFC 6238 section 5.2
	totpSkew        = 1  // steps either way: a phone's clock, and the time it takes to type
)

var totpCoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// TOTP is the shared secret of an authenticator app (RFC 6238: SHA-1, six
// digits, 30 seconds, which is all that every app knows).
type TOTP []byte

// NewTOTP makes a random secret.
func NewTOTP() TOTP {
	b := make(TOTP, totpSecretBytes)
	_, _ = rand.Read(b)
	return b
}

// Text is the secret as it is typed into an app: base32 without padding.
func (t TOTP) Text() string { return totpCoding.EncodeToString(t) }

// String hides the secret from logs.
func (TOTP) String() string { return "secret.TOTP(hidden)" }

// GoString hides the secret from %#v.
func (TOTP) GoString() string { return "secret.TOTP(hidden)" }

// URI is what a QR code carries into an app. Neither name may hold a colon.
// (totp.Generate leaves an & of the issuer as it is, which ends it.)
func (t TOTP) URI(issuer, username string) string {
	query := url.Values{"secret": {t.Text()}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + username,
		RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20")} // apps take a plus for what it looks like
	return u.String()
}

// Code is what an app shows at an instant.
func (t TOTP) Code(at time.Time) (string, error) { return t.code(totpStep(at)) }

func totpStep(at time.Time) int64 { return at.Unix() / totpPeriod }

func (t TOTP) code(step int64) (string, error) {
	return hotp.GenerateCodeCustom(t.Text(), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// Step says which step a code belongs to, of the present one and its
// neighbours; 0 for none. The same work is done whatever was typed. Spaces in
// it do not count. A step may be accepted once: the caller keeps the last.
func (t TOTP) Step(typed string, at time.Time) (step int64) {
	typed = strings.ReplaceAll(typed, " ", "")
	if len(typed) != otp.DigitsSix.Length() {
		return 0
	}
	for i := totpStep(at) - totpSkew; i <= totpStep(at)+totpSkew; i++ {
		code, err := t.code(i)
		if same := subtle.ConstantTimeCompare([]byte(code), []byte(typed)); err == nil && same == 1 {
			step = i // the latest, where two steps have the same code
		}
	}
	return step
}
