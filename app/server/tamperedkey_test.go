package server_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/passkey/passkeytest"
	"umbra/app/secret"
)

// The page that passkeys of these tests are made and shown on.
const keyPage = "http://localhost:8000"

// keyring is Ann's passkeys and what they answered last.
type keyring struct {
	*gatehouse
	stick     *passkeytest.Authenticator
	session   string // Ann's, where she proves who she is
	challenge string
	answer    map[string]any
}

func (k *keyring) json(v any) string {
	k.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		k.t.Fatal(err)
	}
	return string(b)
}

// options are what the page asks of the browser.
func (k *keyring) options(path, body string, headers ...string) map[string]any {
	k.t.Helper()
	return decodeJSON[struct {
		PublicKey map[string]any `json:"public_key"`
	}](k.t, k.ask(k.t, "POST", path, body, headers...).is(200).Body.Bytes()).PublicKey
}

// add gives Ann another passkey and answers its number.
func (k *keyring) add() (a *passkeytest.Authenticator, id int64) {
	k.t.Helper()
	ann := k.ann()
	a = passkeytest.New(k.t, keyPage)
	made := a.Create(k.t, []byte(k.json(k.options("/api/auth/passkeys/options", "", "Cookie", ann))))
	body := k.ask(k.t, "POST", "/api/auth/passkeys", fmt.Sprintf(`{"name":"Stick","credential":%s}`, made), "Cookie", ann).is(201).Body.Bytes()
	return a, decodeJSON[struct{ ID int64 }](k.t, body).ID
}

// sign lets a passkey answer a challenge, as it would any.
func (k *keyring) sign(a *passkeytest.Authenticator, challenge string) map[string]any {
	k.t.Helper()
	return decodeJSON[map[string]any](k.t, a.Get(k.t, []byte(k.json(map[string]any{"challenge": challenge, "rpId": "localhost"}))))
}

// show logs in by an answer. Strangers have to wait.
func (k *keyring) show(credential map[string]any) answer {
	k.clock.Advance(4 * time.Second)
	return k.ask(k.t, "POST", "/api/auth/login/passkey", k.json(map[string]any{"credential": credential}))
}

// bytesOf spells what was shown in the one way that there is: how lenient a
// decoder of base64 is with what is the same for it is another's matter.
func bytesOf(shown string) string {
	b, err := base64.RawURLEncoding.Strict().DecodeString(shown)
	if err != nil {
		b = []byte(shown)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// kinds are the secrets of a log-in by passkey: the challenge that we sign, the
// answer that the device signs, and the passkey itself.
func (k *keyring) kinds() []kind {
	const age = 6 * time.Minute
	logIn := func() string {
		k.challenge, _ = k.options("/api/auth/login/passkey/options", `{}`)["challenge"].(string)
		return k.challenge
	}
	signed := func(challenge string) string {
		k.answer = k.sign(k.stick, challenge)
		s, _ := k.answer["response"].(map[string]any)["signature"].(string)
		return s
	}
	var other *passkeytest.Authenticator
	var otherID int64
	return []kind{
		{name: "passkey's challenge", good: 200, bad: 401, age: age, make: logIn,
			show:  func(s string) answer { return k.show(k.sign(k.stick, s)) },
			rekey: func(s string) string { return k.resigned(secret.Passkey, s) }},
		{name: "passkey's challenge of a proof", good: 204, bad: 401, age: age,
			make: func() string {
				k.session = k.ann()
				s, _ := k.options("/api/auth/step-up/passkey/options", "", "Cookie", k.session)["challenge"].(string)
				return s
			},
			show: func(s string) answer {
				k.clock.Advance(4 * time.Second)
				a := k.ask(k.t, "POST", "/api/auth/step-up/passkey", k.json(map[string]any{"credential": k.sign(k.stick, s)}), "Cookie", k.session)
				if a.Code == 204 { // the session has another token now
					c := a.Result().Cookies()[0]
					k.session = c.Name + "=" + c.Value
				}
				return a
			},
			rekey: func(s string) string { return k.resigned(secret.Passkey, s) }},
		{name: "passkey's answer", good: 200, bad: 401, age: age,
			make: func() string { return signed(logIn()) },
			show: func(s string) answer {
				k.answer["response"].(map[string]any)["signature"] = bytesOf(s)
				return k.show(k.answer)
			},
			rekey: func(string) string { return signed(k.resigned(secret.Passkey, k.challenge)) }},
		{name: "passkey", good: 200, bad: 401,
			make: func() string {
				other, otherID = k.add()
				id, _ := k.sign(other, "x")["id"].(string)
				return id
			},
			show: func(s string) answer {
				credential := k.sign(other, logIn())
				credential["id"], credential["rawId"] = bytesOf(s), bytesOf(s)
				return k.show(credential)
			},
			end: func(string) {
				k.ask(k.t, "DELETE", fmt.Sprintf("/api/auth/passkeys/%d", otherID), "", "Cookie", k.ann()).is(204)
			}},
		{name: "MFA token that asks for a passkey", like: "MFA token", good: 409, bad: 401, age: account.DefaultMFATokenMaxAge + time.Minute, // Bob has none
			make: func() string {
				k.clock.Advance(time.Minute)
				return k.text(k.ask(k.t, "POST", "/api/auth/login", `{"username":"bob","password":"`+testPassword+`"}`).is(200), "mfa_token")
			},
			show: func(s string) answer {
				return k.ask(k.t, "POST", "/api/auth/login/passkey/options", fmt.Sprintf(`{"mfa_token":%q}`, s))
			},
			end: func(s string) {
				k.ask(k.t, "POST", "/api/auth/login/totp", fmt.Sprintf(`{"mfa_token":%q,"code":%q}`, s, k.codes[0])).is(200)
				k.codes = k.codes[1:]
			},
			rekey: func(s string) string { return k.resigned(secret.MFA, s) }},
	}
}

// As TestNoSecretIsTakenThatIsNotWhole, for passkeys: what was changed, was
// answered before, is too old, removed, for another purpose, or of the key before.
func TestNoPasskeyIsTakenThatIsNotWhole(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		g := guarded(t, database, "UMBRA_PUBLIC_URL="+keyPage)
		k := &keyring{gatehouse: g}
		k.stick, _ = k.add()
		g.walk(k.kinds())
	})
}
