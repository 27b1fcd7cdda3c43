package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/clock"
	"umbra/app/db"
)

// An administrator who looks at nothing for a year is told what does not get better
// by itself: when it begins, weekly while it lasts, and others are not.
func TestAdministratorsAreToldOfTheServer(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		heard := make(chan [2]string, 20) // who, and what
		peer := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			heard <- [2]string{strings.TrimPrefix(r.URL.Path, "/"), string(b)}
		}))
		t.Cleanup(peer.Close)
		second := filepath.Join(data, "not mounted", "second")
		h := open(t, database, "UMBRA_PUBLIC_URL=http://localhost:8000", "UMBRA_OUTBOUND_ALLOW="+strings.TrimPrefix(peer.URL, "http://"), "UMBRA_BACKUP_COPY="+second)
		now := h.Clock.(*clock.Fake)
		ann := h.setUp(t)
		for _, u := range []account.NewUser{{Username: "bea", Password: "nine copper lanterns", Role: account.Admin}, {Username: "bob", Password: "nine copper lanterns"}} {
			if _, err := h.Accounts.Add(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
		cookies := map[string]string{"ann": ann}
		for _, name := range []string{"bea", "bob"} {
			c := h.ask(t, "POST", "/api/auth/login", `{"username":"`+name+`","password":"nine copper lanterns"}`).is(200).Result().Cookies()[0]
			cookies[name] = c.Name + "=" + c.Value
		}
		for name, cookie := range cookies {
			h.ask(t, "PATCH", "/api/settings", `{"webhook_url":"`+peer.URL+`/`+name+`","webhook_secret":"s","webhook_enabled":true,"time_zone":"Europe/Berlin"}`, "Cookie", cookie).is(200)
		}
		h.ask(t, "PATCH", "/api/settings", `{"language":"de"}`, "Cookie", cookies["bea"]).is(200)
		ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
		ended := make(chan struct{})
		go func() { defer close(ended); h.Due.Run(ctx) }()
		t.Cleanup(func() { stop(); <-ended })

		free, ends := uint64(1<<40), time.Time{}
		h.Care.Free = func() (uint64, error) { return free, nil }
		h.Care.CertificateEnds = func() time.Time { return ends }
		concerns := func(want ...string) {
			t.Helper()
			a := h.ask(t, "GET", "/api/concerns", "", "Cookie", ann).is(200)
			var got struct {
				Items []struct {
					Kind string
					At   *time.Time
					Free *uint64 `json:"free_bytes"`
				}
			}
			if err := json.Unmarshal(a.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for _, c := range got.Items {
				kinds = append(kinds, c.Kind)
				if (c.Free != nil) != (c.Kind == "disk") || c.Free != nil && *c.Free != free {
					t.Errorf("%s", a.Body)
				}
			}
			if strings.Join(kinds, " ") != strings.Join(want, " ") {
				t.Errorf("%s, want %q", a.Body, want)
			}
		}
		// told runs the hourly look and says what both administrators were sent.
		told := func(english, german string) {
			t.Helper()
			if err := h.Care.Tell(ctx); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				select {
				case m := <-heard:
					want := map[string]string{"ann": english, "bea": german}[m[0]]
					if want == "" || !strings.Contains(m[1], want) || !strings.Contains(m[1], `"http://localhost:8000/"`) {
						t.Errorf("%s was told %s, not %q", m[0], m[1], want)
					}
				case <-ctx.Done():
					t.Fatalf("%q did not arrive: %s", english, h.log.String())
				}
			}
		}
		quiet := func() {
			t.Helper()
			if err := h.Care.Tell(ctx); err != nil {
				t.Fatal(err)
			}
			if n, _, err := db.One(ctx, h.DB, db.Value[int64], "SELECT COUNT(*) FROM jobs WHERE kind = 'notices'"); n != 0 || err != nil {
				t.Errorf("%d notices wait, %v", n, err)
			}
			select {
			case m := <-heard:
				t.Errorf("%s was told %s", m[0], m[1])
			default:
			}
		}

		concerns()
		quiet()
		now.Advance(49 * time.Hour) // two turns of the schedule and an hour
		concerns("late_backup")
		told("could not make a backup yet", "noch keine Sicherung anlegen")
		now.Advance(6 * 24 * time.Hour)
		quiet()
		now.Advance(24 * time.Hour)
		told("could not make a backup yet", "noch keine Sicherung anlegen")

		// The backup is made; the second place is not there.
		if made, err := h.Backups.Make(ctx, nil); err != nil || made.Warning == "" {
			t.Fatalf("%+v, %v", made, err)
		}
		concerns()
		quiet()
		now.Advance(49 * time.Hour)
		if _, err := h.Backups.Make(ctx, nil); err != nil {
			t.Fatal(err)
		}
		concerns("late_copy")
		told("Since 7 April 2025 no backup has reached the second place", "Seit dem 07.04.2025 kommt keine Sicherung")
		now.Advance(6 * 24 * time.Hour)
		concerns("late_backup", "late_copy")
		told("The last good backup is of 9 April 2025", "Die letzte gute Sicherung ist vom 09.04.2025")

		ends = now.Now().Add(7 * 24 * time.Hour)
		concerns("late_backup", "late_copy")
		ends = ends.Add(-time.Second)
		concerns("late_backup", "late_copy", "certificate")
		told("good until 22 April 2025", "gilt bis zum 22.04.2025")
		free = 499 << 20
		concerns("late_backup", "late_copy", "certificate", "disk")
		told("499 MiB left", "noch 499 MiB frei")
		quiet()
		free = 1 << 40
		quiet() // it is over, or another server has room
		free = 1 << 20
		quiet()
		h.Care.Free = func() (uint64, error) { return 0, errors.New("this system does not say") }
		concerns("late_backup", "late_copy", "certificate")

		h.Backups.Every = 0 // the owner has other means
		concerns("certificate")
		h.ask(t, "GET", "/api/concerns", "", "Cookie", cookies["bob"]).is(403)
		h.ask(t, "GET", "/api/concerns", "").is(401)
	})
}
