package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/clock"
)

// What concerns the safety of an account reaches its user over their channels,
// once, also where the channel fails at first.
func TestAnAccountsNoticesArrive(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		heard := make(chan map[string]any, 10)
		failed := make(chan struct{}, 1)
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case failed <- struct{}{}:
				w.WriteHeader(http.StatusServiceUnavailable) // the first time
				return
			default:
			}
			b, _ := io.ReadAll(r.Body)
			m := map[string]any{}
			_ = json.Unmarshal(b, &m)
			heard <- m
		}))
		t.Cleanup(peer.Close)
		h := open(t, database, "UMBRA_PUBLIC_URL=http://localhost:8000", "UMBRA_OUTBOUND_ALLOW="+strings.TrimPrefix(peer.URL, "http://"))
		ann := h.setUp(t)
		h.ask(t, "PATCH", "/api/settings", `{"webhook_url":"`+peer.URL+`/hook","webhook_secret":"s","webhook_enabled":true}`, "Cookie", ann).is(200)
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		ended := make(chan struct{})
		go func() { defer close(ended); h.Due.Run(ctx) }()
		t.Cleanup(func() { stop(); <-ended })

		logIn := func(agent, password string) answer {
			return h.ask(t, "POST", "/api/auth/login", `{"username":"ann","password":"`+password+`"}`, "User-Agent", agent)
		}
		// They come in any order: one had to be sent twice.
		arrived := func(want ...[2]string) {
			t.Helper()
			for range want {
				var text []byte
				select {
				case m := <-heard:
					text, _ = json.Marshal(m)
				case <-ctx.Done():
					t.Fatalf("%v did not arrive: %s", want, h.log.String())
				}
				if !strings.Contains(string(text), "http://localhost:8000/settings/security") || !slices.ContainsFunc(want, func(w [2]string) bool {
					return strings.Contains(string(text), w[0]) && strings.Contains(string(text), w[1])
				}) {
					t.Errorf("%s", text)
				}
			}
		}
		logIn("Firefox/1 (desk)", testPassword).is(200) // set up was without a name
		for h.Due.Stats().Failed == 0 {
			if ctx.Err() != nil {
				t.Fatal("nothing was sent")
			}
			runtime.Gosched()
		}
		h.Clock.(*clock.Fake).Advance(time.Minute)      // more than is waited before the second attempt
		logIn("Firefox/2 (desk)", testPassword).is(200) // the same but for its version
		logIn("Safari/1 (phone)", testPassword).is(200)
		arrived([2]string{"A log-in from a new device", "127.0.0.1 (Firefox/1 (desk))"}, [2]string{"A log-in from a new device", "127.0.0.1 (Safari/1 (phone))"})
		h.ask(t, "PATCH", "/api/settings", `{"language":"de"}`, "Cookie", ann).is(200)
		for range 10 {
			logIn("curl/8", "not the password").is(401)
		}
		logIn("curl/8", "not the password").is(423)
		arrived([2]string{"Dein Konto ist gesperrt", "127.0.0.1 (curl/8)"})
		// A passkey of a user who is told in either language.
		for _, language := range [][2]string{{"de", "Ein Passkey ist ausgesetzt"}, {"en", "A passkey is suspended"}} {
			h.ask(t, "PATCH", "/api/settings", `{"language":"`+language[0]+`"}`, "Cookie", ann).is(200)
			if err := h.DB.Tx(ctx, func(ctx context.Context) error {
				return h.Accounts.Notices.Enqueue(ctx, account.Notice{UserID: 1, Kind: account.PasskeySuspended, Address: "10.1.2.3", UserAgent: "Edge/1"})
			}); err != nil {
				t.Fatal(err)
			}
			arrived([2]string{language[1], "10.1.2.3 (Edge/1)"})
		}
		select {
		case m := <-heard:
			t.Errorf("what nobody sent: %v", m)
		default:
		}
		if strings.Contains(h.log.String(), testPassword) {
			t.Error("the log holds the password")
		}
	})
}
