package notify_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbra/app/notify"
)

// browser is a subscription with the private half that only a browser has.
type browser struct {
	key    *ecdh.PrivateKey
	target notify.PushTarget
}

func newBrowser(t testing.TB, endpoint string) browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	return browser{key, notify.PushTarget{Endpoint: endpoint, P256DH: key.PublicKey().Bytes(), Auth: auth}}
}

func pushKey(t testing.TB) notify.PushKey {
	t.Helper()
	k, err := notify.NewPushKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// push sends to a push service of the test's own, and answers what it was asked.
func push(t *testing.T, status int, answer string, m notify.Message) (browser, notify.PushKey, *peer, error) {
	t.Helper()
	p := newPeer(t, true, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	})
	b, k := newBrowser(t, p.URL+"/push/abc"), pushKey(t)
	out := outbound(t, func(o *notify.OutboundOptions) { o.Roots = pool(p) })
	return b, k, p, notify.NewPush(out, k, "mailto:admin@home.example", b.target).Send(context.Background(), m)
}

func TestPushRequestIsWhatTheStandardsSay(t *testing.T) {
	_, key, p, err := push(t, http.StatusCreated, "", message())
	if err != nil {
		t.Fatal(err)
	}
	r := p.one(t)
	authorization := r.header.Get("Authorization")
	if !strings.HasPrefix(authorization, "vapid t=") || !strings.HasSuffix(authorization, ", k="+key.Public()) {
		t.Errorf("%s", authorization)
	}
	topic := r.header.Get("Topic")
	for _, name := range []string{"Authorization", "Content-Length", "Topic"} {
		r.header.Del(name)
	}
	want := http.Header{"Content-Encoding": {"aes128gcm"}, "Content-Type": {"application/octet-stream"}, "Ttl": {"86400"}, "Urgency": {"high"}, "User-Agent": {"Umbra"}}
	if d := cmp.Diff(want, r.header); d != "" {
		t.Error(d)
	}
	if r.method != "POST" || r.path != "/push/abc" || len(topic) != 32 || len(r.body) > 4096 {
		t.Errorf("%s %s, topic %q, %d bytes", r.method, r.path, topic, len(r.body))
	}
	_, _, again, _ := push(t, http.StatusCreated, "", message())
	if other := again.one(t).header.Get("Topic"); other != topic {
		t.Errorf("a repeat has another topic: %s, %s", other, topic)
	}
}

// What a browser would do with it, by a library that is not ours.
func TestPushIsReadByAnotherLibrary(t *testing.T) {
	frontend, err := filepath.Abs("../../frontend")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(frontend, "node_modules", "http_ece")); err != nil {
		t.Skip("needs the interface's modules: run `make frontend/node_modules`")
	}
	long := message()
	long.Body = strings.Repeat("“ä\n", 5000)
	for _, m := range []notify.Message{message(), {ID: "a", Title: "Bare"}, long} {
		b, key, p, err := push(t, http.StatusCreated, "", m)
		if err != nil {
			t.Fatal(err)
		}
		r := p.one(t)
		input, err := json.Marshal(map[string]string{"body": base64.StdEncoding.EncodeToString(r.body), "privateKey": base64.StdEncoding.EncodeToString(b.key.Bytes()),
			"auth": base64.RawURLEncoding.EncodeToString(b.target.Auth), "authorization": r.header.Get("Authorization")})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "node", "testdata/read_push.cjs", frontend)
		cmd.Stdin = bytes.NewReader(input)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v", err)
		}
		var read struct {
			Text   string         `json:"text"`
			Good   bool           `json:"good"`
			Head   map[string]any `json:"head"`
			Claims map[string]any `json:"claims"`
			Key    string         `json:"key"`
		}
		if err := json.Unmarshal(out, &read); err != nil {
			t.Fatal(err)
		}
		if !read.Good || read.Key != key.Public() || read.Head["alg"] != "ES256" || read.Head["typ"] != "JWT" {
			t.Errorf("the token does not hold: %+v", read)
		}
		if d := cmp.Diff(map[string]any{"aud": p.URL, "sub": "mailto:admin@home.example", "exp": float64(now.Add(12 * time.Hour).Unix())}, read.Claims); d != "" {
			t.Error(d)
		}
		var text struct {
			ID, Title, Body, URL string
			Priority             int
			At                   int64
			Actions              []struct{ Label, URL, Method string }
		}
		if err := json.Unmarshal([]byte(read.Text), &text); err != nil {
			t.Fatalf("%v in %q", err, read.Text)
		}
		if text.ID != m.ID || text.Title != m.Title || text.URL != m.URL || text.At != now.UnixMilli() || len(text.Actions) != len(m.Actions) {
			t.Errorf("%+v", text)
		}
		if len(m.Body) < 1000 && text.Body != m.Body || len(m.Body) > 1000 && !strings.HasSuffix(text.Body, "…") {
			t.Errorf("body %q", text.Body)
		}
	}
}

func TestPushThatIsRefused(t *testing.T) {
	for _, status := range []int{404, 410} {
		_, _, _, err := push(t, status, "", message())
		if e := fails(t, err, notify.CodeStatus, true, "no longer takes notifications"); !e.Gone {
			t.Errorf("%d is not gone", status)
		}
	}
	_, _, _, err := push(t, 403, `{"reason":"BadJwtToken"}`, message())
	if e := fails(t, err, notify.CodeUnauthentic, true, "answered 403 Forbidden: BadJwtToken"); e.Gone {
		t.Error("403 is gone")
	}
	_, _, _, err = push(t, 401, `{"code":401,"errno":109,"message":"Request did not validate"}`, message())
	fails(t, err, notify.CodeUnauthentic, true, "Request did not validate")
	_, _, _, err = push(t, 429, "", message())
	fails(t, err, notify.CodeLimited, false, "429")
	_, _, _, err = push(t, 500, "a page", message())
	fails(t, err, notify.CodeStatus, false, "500 Internal Server Error")
}

func TestOnlyRealSubscriptionsAreTaken(t *testing.T) {
	good := newBrowser(t, "https://push.example/x").target
	if problems := notify.CheckPushTarget(good); len(problems) > 0 {
		t.Fatal(problems)
	}
	at := func(change func(t *notify.PushTarget)) notify.PushTarget { c := good; change(&c); return c }
	zero := make([]byte, 65)
	zero[0] = 4
	for name, bad := range map[string]notify.PushTarget{
		"http":              at(func(t *notify.PushTarget) { t.Endpoint = "http://push.example/x" }),
		"no host":           at(func(t *notify.PushTarget) { t.Endpoint = "https:///x" }),
		"a password":        at(func(t *notify.PushTarget) { t.Endpoint = "https://a:b@push.example/x" }),
		"a line end":        at(func(t *notify.PushTarget) { t.Endpoint = "https://push.example/x\n" }),
		"long":              at(func(t *notify.PushTarget) { t.Endpoint = "https://push.example/" + strings.Repeat("x", 2000) }),
		"no key":            at(func(t *notify.PushTarget) { t.P256DH = nil }),
		"off the curve":     at(func(t *notify.PushTarget) { t.P256DH = zero }),
		"compressed":        at(func(t *notify.PushTarget) { t.P256DH = t.P256DH[:33] }),
		"a short secret":    at(func(t *notify.PushTarget) { t.Auth = t.Auth[:15] }),
		"a secret too long": at(func(t *notify.PushTarget) { t.Auth = append(append([]byte{}, t.Auth...), 0) }),
	} {
		if len(notify.CheckPushTarget(bad)) != 1 {
			t.Errorf("%s is taken", name)
		}
		err := notify.NewPush(outbound(t, nil), pushKey(t), "", bad).Send(context.Background(), message())
		fails(t, err, notify.CodeInvalid, true, "turn notifications on there again")
	}
}

func TestPushKeyIsKept(t *testing.T) {
	k := pushKey(t)
	b, err := k.Bytes()
	if err != nil || len(b) != 32 {
		t.Fatalf("%d %v", len(b), err)
	}
	again, err := notify.ParsePushKey(b)
	if err != nil || again.Public() != k.Public() || len(k.Public()) != 87 {
		t.Errorf("%v %s", err, again.Public())
	}
	if _, err := notify.ParsePushKey(b[:31]); err == nil {
		t.Error("a short key is taken")
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Count(shown, "hidden") != 4 {
		t.Error(shown)
	}
}
