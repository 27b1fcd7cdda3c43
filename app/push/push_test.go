package push_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/notify"
	"umbra/app/page"
	"umbra/app/push"
	"umbra/app/secret"
)

type house struct {
	*push.Service
	d        *db.DB
	clock    *clock.Fake
	ann, bob caller.Caller
}

func keys(t *testing.T, root string) secret.Keys {
	t.Helper()
	k, err := secret.NewKeys(root + ", which is long enough to be a key")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func anywhere(context.Context, string) error { return nil }

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := clock.NewFake(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))
		j := journal.New(d, k)
		test(t, house{push.NewService(d, k, keys(t, "one umbrella"), anywhere), d, k,
			journaltest.User(t, d, j, "ann", "Europe/Berlin"), journaltest.User(t, d, j, "bob", "UTC")})
	})
}

func browser(t *testing.T, endpoint string) push.New {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	return push.New{Endpoint: endpoint, Keys: push.Keys{P256DH: enc(key.PublicKey().Bytes()), Auth: enc([]byte("sixteen bytes of"))}}
}

func (h house) add(t *testing.T, c caller.Caller, endpoint string) push.Subscription {
	t.Helper()
	s, err := h.Subscribe(t.Context(), c.UserID, "Firefox\r\n/1", browser(t, endpoint))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h house) list(t *testing.T, c caller.Caller) []push.Subscription {
	t.Helper()
	p, err := h.List(t.Context(), c.UserID, page.Request{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Items
}

func TestSubscribeSendForget(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		b := browser(t, "https://push.example.net/send/secret-part")
		s, err := h.Subscribe(t.Context(), h.ann.UserID, "Firefox\r\n/1", b)
		if err != nil || s.Service != "push.example.net" || s.UserAgent != "Firefox/1" || s.LastUsedAt != nil || !s.CreatedAt.Equal(h.clock.Now()) {
			t.Fatalf("%+v %v", s, err)
		}
		targets, err := h.Targets(t.Context(), h.ann.UserID)
		if err != nil || len(targets) != 1 || targets[0].Endpoint != b.Endpoint || string(targets[0].Auth) != "sixteen bytes of" || targets[0].ID != s.ID {
			t.Errorf("%+v %v", targets, err)
		}
		rows, err := db.Query(t.Context(), h.d, db.Value[string], "SELECT target_secret FROM push_subscriptions")
		if err != nil || strings.Contains(rows[0], "secret-part") || strings.Contains(rows[0], "push.example") {
			t.Errorf("the endpoint lies open: %v %v", rows, err)
		}
		h.clock.Advance(time.Hour)
		if err := h.Sent(t.Context(), s.ID, &notify.Error{Reason: "the push service answered 500"}); err != nil {
			t.Fatal(err)
		}
		if got := h.list(t, h.ann)[0]; got.Failures != 1 || got.LastError != "the push service answered 500" || got.LastUsedAt != nil {
			t.Errorf("%+v", got)
		}
		if err := h.Sent(t.Context(), s.ID, nil); err != nil {
			t.Fatal(err)
		}
		if got := h.list(t, h.ann)[0]; got.Failures != 0 || got.LastError != "" || !got.LastUsedAt.Equal(h.clock.Now()) {
			t.Errorf("%+v", got)
		}
		if err := h.Sent(t.Context(), s.ID, &notify.Error{Gone: true}); err != nil {
			t.Fatal(err)
		}
		if has, err := h.Has(t.Context(), h.ann.UserID); has || err != nil || len(h.list(t, h.ann)) != 0 {
			t.Error("a subscription that is gone is kept")
		}
	})
}

func TestSubscriptionsAreTheirOwners(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		s := h.add(t, h.ann, "https://a.example/1")
		if err := h.Remove(t.Context(), h.bob.UserID, s.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
		if len(h.list(t, h.bob)) != 0 {
			t.Error("bob sees ann's")
		}
		if targets, err := h.Targets(t.Context(), h.bob.UserID); err != nil || len(targets) != 0 {
			t.Errorf("%v %v", targets, err)
		}
		// Bob signs in on the same browser: what is for Ann must not show there.
		h.add(t, h.bob, "https://a.example/1")
		if len(h.list(t, h.ann)) != 0 || len(h.list(t, h.bob)) != 1 {
			t.Error("the browser is still Ann's")
		}
		if err := h.Remove(t.Context(), h.bob.UserID, h.list(t, h.bob)[0].ID); err != nil {
			t.Error(err)
		}
	})
}

func TestSubscriptionsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for i := range push.MaxSubscriptions - 1 {
			h.add(t, h.ann, fmt.Sprintf("https://a.example/%d", i))
		}
		// Two at once for the one place that is left.
		var all sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			b := browser(t, fmt.Sprintf("https://a.example/last/%d", i))
			all.Go(func() { _, errs[i] = h.Subscribe(t.Context(), h.ann.UserID, "", b) })
		}
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && (!fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "too_many_browsers")) {
				t.Error(err)
			}
		}
		h.add(t, h.ann, "https://a.example/3") // one that is there already
		h.add(t, h.bob, "https://a.example/of-bob")
		if n := len(h.list(t, h.ann)); n != push.MaxSubscriptions {
			t.Errorf("%d", n)
		}
	})
}

func TestThereIsOneKey(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		k := keys(t, "one umbrella")
		services := []*push.Service{h.Service, push.NewService(h.d, h.clock, k, anywhere), push.NewService(h.d, h.clock, k, anywhere)}
		got := make([]string, len(services))
		var all sync.WaitGroup
		for i, s := range services { // as several servers at their first start
			all.Go(func() {
				key, err := s.Key(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				got[i] = key.Public()
			})
		}
		all.Wait()
		if got[0] == "" || got[0] != got[1] || got[1] != got[2] {
			t.Errorf("%q", got)
		}
		if n, _, err := db.One(t.Context(), h.d, db.Value[int64], "SELECT COUNT(*) FROM push_keys"); n != 1 || err != nil {
			t.Errorf("%d keys, %v", n, err)
		}
	})
}

// After a restore without its SECRET_KEY what was sealed is empty: a new key is
// made, and browsers that knew the old one are forgotten.
func TestAKeyThatWasLostIsMadeAnew(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		old, err := h.Key(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h.add(t, h.ann, "https://a.example/1")
		err = h.d.Tx(t.Context(), func(ctx context.Context) error {
			_, err := h.d.Exec(ctx, "UPDATE push_keys SET key_secret = ''")
			_, also := h.d.Exec(ctx, "UPDATE push_subscriptions SET target_secret = ''")
			return errors.Join(err, also)
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(h.list(t, h.ann)) != 0 {
			t.Error("a browser that cannot be reached is shown")
		}
		again := push.NewService(h.d, h.clock, keys(t, "another umbrella"), anywhere)
		fresh, err := again.Key(t.Context())
		if err != nil || fresh.Public() == old.Public() {
			t.Errorf("%v", err)
		}
		if n, _, err := db.One(t.Context(), h.d, db.Value[int64], "SELECT COUNT(*) FROM push_subscriptions"); n != 0 || err != nil {
			t.Errorf("%d are left, %v", n, err)
		}
		if _, err := again.Subscribe(t.Context(), h.ann.UserID, "", browser(t, "https://a.example/1")); err != nil {
			t.Error(err)
		}
	})
}
