package passkey_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"umbra/app/passkey"
	"umbra/app/passkey/passkeytest"
)

var (
	party     = passkey.Party{ID: "umbra.example.org", Origin: "https://umbra.example.org", Name: "Umbra"}
	ada       = passkey.User{Handle: bytes.Repeat([]byte{7}, 32), Name: "ada"}
	challenge = bytes.Repeat([]byte{9}, 48)
)

func make1(t *testing.T, a *passkeytest.Authenticator) (passkey.Key, error) {
	t.Helper()
	options, err := party.CreationOptions(challenge, ada, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := passkey.ReadMade(a.Create(t, options))
	if err != nil {
		t.Fatal(err)
	}
	return m.Verify(party, ada)
}

func show(t *testing.T, a *passkeytest.Authenticator, k passkey.Key, verified bool) (passkey.Key, error) {
	t.Helper()
	options, err := party.RequestOptions(challenge, nil, verified)
	if err != nil {
		t.Fatal(err)
	}
	s, err := passkey.ReadShown(a.Get(t, options))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.KeyID(), k.ID) {
		t.Fatal("another passkey answers")
	}
	return s.Verify(party, ada, k, verified)
}

func TestMadeAndShown(t *testing.T) {
	for _, synced := range []bool{false, true} {
		a := passkeytest.New(t, party.Origin)
		a.Synced = synced
		k, err := make1(t, a)
		if err != nil {
			t.Fatal(err)
		}
		if k.BackedUp != synced || k.BackupEligible != synced || strings.Join(k.Transports, " ") != "usb nfc" {
			t.Errorf("%+v", k)
		}
		for range 3 {
			if k, err = show(t, a, k, true); err != nil {
				t.Fatal(err)
			}
		}
		if want := map[bool]uint32{false: 3, true: 0}[synced]; k.SignCount != want {
			t.Errorf("counter %d, want %d", k.SignCount, want)
		}
	}
}

func TestWhatIsAsked(t *testing.T) {
	have := []passkey.Key{{ID: []byte("one"), Transports: []string{"usb"}}}
	made, err := party.CreationOptions(challenge, ada, have)
	if err != nil {
		t.Fatal(err)
	}
	got, err := party.RequestOptions(challenge, have, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"residentKey":"required"`, `"userVerification":"required"`, `"attestation":"none"`, `"excludeCredentials":[{"type":"public-key","id":"b25l"`, `"timeout":300000`} {
		if !strings.Contains(string(made), want) {
			t.Errorf("%s is not in %s", want, made)
		}
	}
	for _, want := range []string{`"rpId":"umbra.example.org"`, `"userVerification":"required"`, `"allowCredentials":[{"type":"public-key","id":"b25l","transports":["usb"]}]`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

// Each lie is refused, at making and at showing.
func TestLies(t *testing.T) {
	lies := map[string]func(a *passkeytest.Authenticator){
		"another origin":          func(a *passkeytest.Authenticator) { a.Origin = "https://umbra.example.org.evil.example" },
		"plain http":              func(a *passkeytest.Authenticator) { a.Origin = "http://umbra.example.org" },
		"another port":            func(a *passkeytest.Authenticator) { a.Origin = "https://umbra.example.org:8443" },
		"another relying party":   func(a *passkeytest.Authenticator) { a.Party = "evil.example" },
		"the user is not checked": func(a *passkeytest.Authenticator) { a.Careless = true },
	}
	for what, lie := range lies {
		t.Run(what, func(t *testing.T) {
			a := passkeytest.New(t, party.Origin)
			k, err := make1(t, a)
			if err != nil {
				t.Fatal(err)
			}
			lie(a)
			if _, err := show(t, a, k, true); !errors.Is(err, passkey.ErrRefused) {
				t.Errorf("shown: %v", err)
			}
			b := passkeytest.New(t, party.Origin)
			lie(b)
			if _, err := make1(t, b); !errors.Is(err, passkey.ErrRefused) {
				t.Errorf("made: %v", err)
			}
		})
	}
	a := passkeytest.New(t, party.Origin)
	k, err := make1(t, a)
	if err != nil {
		t.Fatal(err)
	}
	a.Careless = true
	if _, err := show(t, a, k, false); err != nil {
		t.Errorf("as a second factor it need not check its user: %v", err)
	}
	a.Careless, a.Handle = false, []byte("somebody else")
	if _, err := show(t, a, k, true); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("somebody else's: %v", err)
	}
	other := passkeytest.New(t, party.Origin)
	if _, err := make1(t, other); err != nil {
		t.Fatal(err)
	}
	options, _ := party.RequestOptions(challenge, nil, true)
	forged := bytes.ReplaceAll(other.Get(t, options), idOf(t, other.Get(t, options)), idOf(t, a.Get(t, options)))
	s, err := passkey.ReadShown(forged)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify(party, ada, k, true); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("signed by another key: %v", err)
	}
}

func idOf(t *testing.T, response []byte) []byte {
	t.Helper()
	var r struct{ ID string }
	if err := json.Unmarshal(response, &r); err != nil {
		t.Fatal(err)
	}
	return []byte(r.ID)
}

func TestCounterOfAClone(t *testing.T) {
	a := passkeytest.New(t, party.Origin)
	a.Count = 5
	k, err := make1(t, a)
	if err != nil {
		t.Fatal(err)
	}
	if k, err = show(t, a, k, true); err != nil || k.SignCount != 6 {
		t.Fatalf("%d, %v", k.SignCount, err)
	}
	for _, count := range []uint32{5, 2} { // goes up by one: the same again, and a lower one
		a.Count = count
		if _, err := show(t, a, k, true); !errors.Is(err, passkey.ErrCloned) {
			t.Errorf("counter %d after 6: %v", a.Count, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA","authenticatorData":"","signature":""}}`))
	f.Fuzz(func(t *testing.T, response []byte) {
		if m, err := passkey.ReadMade(response); err == nil {
			_, err = m.Verify(party, ada)
			if err == nil {
				t.Errorf("%s is believed", response)
			}
		}
		if s, err := passkey.ReadShown(response); err == nil {
			if _, err = s.Verify(party, ada, passkey.Key{ID: s.KeyID()}, true); err == nil {
				t.Errorf("%s is believed", response)
			}
		}
	})
}
