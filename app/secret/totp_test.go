package secret_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"umbra/app/secret"
)

// The vectors of RFC 6238, appendix B (SHA-1), of which six digits are the last six of eight.
func TestTOTPVectors(t *testing.T) {
	s := secret.TOTP("12345678901234567890")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		got, err := s.Code(time.Unix(at, 0))
		if err != nil || got != code {
			t.Errorf("at %d: %q, %v, want %q", at, got, err, code)
		}
		if step := s.Step(code, time.Unix(at, 0)); step != at/30 {
			t.Errorf("at %d the step is %d, want %d", at, step, at/30)
		}
	}
}

func TestTOTPWindow(t *testing.T) {
	s, now := secret.NewTOTP(), time.Unix(1_743_249_600, 0)
	for _, tt := range []struct {
		away time.Duration
		ok   bool
	}{{0, true}, {-30 * time.Second, true}, {30 * time.Second, true}, {-60 * time.Second, false}, {60 * time.Second, false}} {
		code, err := s.Code(now.Add(tt.away))
		if err != nil {
			t.Fatal(err)
		}
		step := s.Step(code, now)
		if (step != 0) != tt.ok || tt.ok && step != now.Add(tt.away).Unix()/30 {
			t.Errorf("a code of %v: step %d", tt.away, step)
		}
	}
	code, _ := s.Code(now)
	if s.Step(code[:3]+" "+code[3:], now) == 0 {
		t.Error("a space is not taken")
	}
	for _, wrong := range []string{"", "12345", "1234567", code + "0", "０００００0", "abcdef", "-12345", strings.Repeat(" ", 6)} {
		if s.Step(wrong, now) != 0 {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestTOTPAddress(t *testing.T) {
	s := secret.TOTP("12345678901234567890")
	text := s.URI("Our House & Garden", "ada lovelace+ü")
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Our House & Garden:ada lovelace+ü" || strings.Contains(u.RawQuery, "+") {
		t.Errorf("%s, %v", text, err)
	}
	q := u.Query()
	if q.Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || q.Get("issuer") != "Our House & Garden" || q.Get("period") != "30" || q.Get("digits") != "6" || q.Get("algorithm") != "SHA1" {
		t.Errorf("%v", q)
	}
	if shown := fmt.Sprintf("%v %s %#v", s, s, s); strings.Contains(shown, "1234") || strings.Contains(shown, "49") {
		t.Errorf("printing it shows it: %s", shown)
	}
	if a, b := secret.NewTOTP(), secret.NewTOTP(); len(a) != 20 || a.Text() == b.Text() {
		t.Error("secrets are not random")
	}
}
