package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/notify"
	"umbra/app/opt"
	"umbra/app/page"
)

func TestSettingsOfANewUser(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		got, err := h.Settings(t.Context(), h.caller(u))
		if err != nil {
			t.Fatal(err)
		}
		want := account.Settings{TimeZone: "Europe/Berlin", Language: "de", FirstDayOfWeek: 1, DateFormat: "YYYY-MM-DD", TimeFormat: "24h",
			Theme: "system", UpcomingDays: 7, DigestTime: "07:00", NotifyTodos: true, NotifyEvents: true, NotifyReminders: true,
			NotifyBirthdays: true, NotifyContacts: true, CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now()}
		if got != want {
			t.Errorf("%+v\nwant %+v", got, want)
		}
	})
}

// everything sets each setting to something that is not its default.
const everything = `{"preferred_name": "Ada", "time_zone": "America/New_York", "language": "pt-BR", "first_day_of_week": 0,
"date_format": "DD.MM.YYYY", "time_format": "12h", "accent_color": "#3366cc", "theme": "dark", "upcoming_days": 90,
"default_calendar_id": 1, "email": "ada@example.org", "ntfy_server": "https://ntfy.example", "ntfy_topic": "ada_at-home",
"ntfy_token": "tk_plainsecret1", "ntfy_enabled": true, "mail_enabled": true, "push_enabled": true,
"webhook_url": "https://hook.example/x", "webhook_secret": "plainsecret2", "webhook_enabled": true, "digest_enabled": true,
"digest_time": "06:30", "notify_todos": false, "notify_events": false, "notify_reminders": false, "notify_birthdays": false,
"notify_contacts": false, "quiet_from": "22:00", "quiet_until": "07:00", "escalation": "push,mail,push"}`

func update(t *testing.T, text string) (u account.SettingsUpdate) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &u); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestEverySettingIsKeptAndNullBringsTheDefaultBack(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		c := h.caller(u)
		fresh, err := h.Settings(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		all := update(t, everything)
		all.DefaultCalendarID = opt.Some(h.calendar(u))
		made, err := h.UpdateSettings(t.Context(), c, nil, all)
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.Settings(t.Context(), c)
		if err != nil || !reflect.DeepEqual(got, made) || got.Rev == 0 {
			t.Errorf("%+v, %v\nwant %+v", got, err, made)
		}
		a, b := reflect.ValueOf(fresh), reflect.ValueOf(got)
		nulls := map[string]any{}
		for i := range a.NumField() {
			name := a.Type().Field(i).Tag.Get("json")
			if name == "created_at" || name == "updated_at" || name == "-" {
				continue
			}
			nulls[strings.TrimSuffix(name, "_set")] = nil
			if reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
				t.Errorf("%s was not changed", name)
			}
		}
		b2, err := json.Marshal(nulls)
		if err != nil {
			t.Fatal(err)
		}
		back, err := h.UpdateSettings(t.Context(), c, journal.Match{got.Rev}, update(t, string(b2)))
		if err != nil {
			t.Fatal(err)
		}
		fresh.TimeZone, fresh.Language = "UTC", "en"
		fresh.Rev, fresh.UpdatedAt = back.Rev, back.UpdatedAt
		if back != fresh {
			t.Errorf("%+v\nwant %+v", back, fresh)
		}
	})
}

func TestSettingsThatBreakARule(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u, bob := h.ann(), h.add("bob")
		c := h.caller(u)
		his := h.calendar(bob)
		for _, tc := range []struct{ body, field, rule string }{
			{`{"preferred_name": "a\u0007"}`, "preferred_name", "characters"},
			{`{"preferred_name": "` + strings.Repeat("é", 201) + `"}`, "preferred_name", "too_long"},
			{`{"time_zone": ""}`, "time_zone", "required"},
			{`{"time_zone": "Mars/Olympus"}`, "time_zone", "zone"},
			{`{"time_zone": "Local"}`, "time_zone", "zone"},
			{`{"language": ""}`, "language", "format"},
			{`{"language": "und"}`, "language", "format"},
			{`{"language": "e"}`, "language", "format"},
			{`{"language": "en-` + strings.Repeat("abcdefgh-", 50) + `"}`, "language", "format"},
			{`{"first_day_of_week": 7}`, "first_day_of_week", "range"},
			{`{"first_day_of_week": -1}`, "first_day_of_week", "range"},
			{`{"date_format": "YY"}`, "date_format", "choice"},
			{`{"time_format": "25h"}`, "time_format", "choice"},
			{`{"accent_color": "red"}`, "accent_color", "format"},
			{`{"theme": "pink"}`, "theme", "choice"},
			{`{"upcoming_days": 0}`, "upcoming_days", "range"},
			{`{"upcoming_days": 91}`, "upcoming_days", "range"},
			{`{"email": "not one"}`, "email", "format"},
			{`{"ntfy_server": "ftp://x"}`, "ntfy_server", "format"},
			{`{"ntfy_server": "https://me:secret@ntfy.example"}`, "ntfy_server", "credentials"},
			{`{"ntfy_topic": "a/b"}`, "ntfy_topic", "format"},
			{`{"ntfy_topic": "` + strings.Repeat("a", 65) + `"}`, "ntfy_topic", "format"},
			{`{"ntfy_token": "a\nb"}`, "ntfy_token", "characters"},
			{`{"webhook_url": "//x"}`, "webhook_url", "format"},
			{`{"webhook_url": "https://me@hook.example"}`, "webhook_url", "credentials"},
			{`{"webhook_secret": "` + strings.Repeat("a", 501) + `"}`, "webhook_secret", "too_long"},
			{`{"digest_time": "7:00"}`, "digest_time", "format"},
			{`{"digest_time": ""}`, "digest_time", "format"},
			{`{"quiet_from": "22:00"}`, "quiet_until", "required"},
			{`{"quiet_until": "22:00"}`, "quiet_from", "required"},
			{`{"quiet_from": "24:00", "quiet_until": "07:00"}`, "quiet_from", "format"},
			{`{"quiet_from": "07:00", "quiet_until": "07:00"}`, "quiet_until", "range"},
			{`{"default_calendar_id": 987654}`, "default_calendar_id", "reference"},
		} {
			_, err := h.UpdateSettings(t.Context(), c, nil, update(t, tc.body))
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Path != tc.field || f.Fields[0].Rule != tc.rule {
				t.Errorf("%.60s: %v %+v", tc.body, err, f)
			}
		}
		_, err := h.UpdateSettings(t.Context(), c, nil, account.SettingsUpdate{DefaultCalendarID: opt.Some(his)})
		want(t, "somebody else's calendar", err, fault.Invalid)
		_, err = h.UpdateSettings(t.Context(), c, journal.Match{77}, update(t, `{"theme": "dark"}`))
		want(t, "a match that does not hold", err, fault.Stale)
		if got, err := h.Settings(t.Context(), c); err != nil || got.Rev != 0 {
			t.Errorf("something was written: %+v, %v", got, err)
		}
	})
}

func TestWhatChangesNothingIsNotWritten(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		c := h.caller(h.ann())
		for range 2 {
			got, err := h.UpdateSettings(t.Context(), c, nil, update(t, `{"theme": "dark", "language": "DE"}`))
			if err != nil || got.Rev != 1 || got.Language != "de" {
				t.Errorf("%+v, %v", got, err)
			}
			h.clock.Advance(time.Minute)
		}
	})
}

func TestTokensAreSealedAndNowhereElse(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u, bob := h.ann(), h.add("bob")
		c := h.caller(u)
		empty, err := h.Reach(t.Context(), u.ID)
		if err != nil || empty.Ntfy != (notify.NtfyTarget{}) || empty.Webhook != (notify.WebhookTarget{}) || empty.On[notify.Ntfy] {
			t.Errorf("%+v, %v", empty, err)
		}
		all := update(t, everything)
		all.DefaultCalendarID = opt.Opt[int64]{}
		for range 2 { // the second time the first is in the image
			if _, err := h.UpdateSettings(t.Context(), c, nil, all); err != nil {
				t.Fatal(err)
			}
		}
		reach, err := h.Reach(t.Context(), u.ID)
		if err != nil || reach.Ntfy != (notify.NtfyTarget{Server: "https://ntfy.example", Topic: "ada_at-home", Token: "tk_plainsecret1"}) ||
			!strings.Contains(reach.Webhook.Secret, "secret") || !reach.On[notify.Ntfy] || reach.Mail.Address == "" {
			t.Errorf("%+v, %v", reach, err)
		}
		out, err := h.Settings(t.Context(), c)
		if err != nil || !out.NtfyTokenSet || !out.WebhookSecretSet {
			t.Errorf("%+v, %v", out, err)
		}
		shown, _ := json.Marshal(out)
		texts, err := db.Query(context.Background(), h.db, db.Value[string], `SELECT COALESCE(image, '') FROM journal
UNION ALL SELECT ntfy_token FROM settings UNION ALL SELECT webhook_secret FROM settings`)
		if err != nil {
			t.Fatal(err)
		}
		sealed := h.text("SELECT ntfy_token FROM settings WHERE user_id = $1", u.ID)
		for _, text := range append(texts, string(shown)) {
			if strings.Contains(text, "plainsecret") || strings.HasPrefix(text, "{") && strings.Contains(text, sealed) {
				t.Errorf("a token is in %s", text)
			}
		}
		// A sealed token that is moved to another row does not open there.
		h.exec("UPDATE settings SET ntfy_server = 'https://evil.example', ntfy_topic = 'x', ntfy_token = $1 WHERE user_id = $2", sealed, bob.ID)
		if got, err := h.Reach(t.Context(), bob.ID); err == nil {
			t.Errorf("%+v", got)
		}
		if out, err = h.UpdateSettings(t.Context(), c, nil, update(t, `{"ntfy_token": "", "webhook_secret": null}`)); err != nil || out.NtfyTokenSet || out.WebhookSecretSet {
			t.Errorf("%+v, %v", out, err)
		}
	})
}

func TestUndoOfSettingsKeepsTheTokens(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		c := h.caller(u)
		first, err := h.UpdateSettings(t.Context(), c, nil, update(t, `{"theme": "dark", "ntfy_server": "https://a.example", "ntfy_topic": "a", "ntfy_token": "one"}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.UpdateSettings(t.Context(), c, nil, update(t, `{"theme": "light", "upcoming_days": 30, "ntfy_topic": "b", "ntfy_token": "two"}`)); err != nil {
			t.Fatal(err)
		}
		sets, err := h.j.History(t.Context(), c, page.Request{})
		if err != nil || len(sets.Items) != 2 || sets.Items[0].Entries[0].Kind != "settings" || sets.Items[0].Entries[0].ID != u.ID {
			t.Fatalf("%+v, %v", sets, err)
		}
		_, err = h.j.Undo(t.Context(), c, sets.Items[1].ID)
		want(t, "undoing what was changed since", err, fault.Conflict)
		if _, err := h.j.Undo(t.Context(), c, sets.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		got, err := h.Settings(t.Context(), c)
		if err != nil || got.Theme != "dark" || got.UpcomingDays != 7 || got.NtfyTopic != "a" || got.Rev <= first.Rev || !got.CreatedAt.Equal(first.CreatedAt) {
			t.Errorf("%+v, %v", got, err)
		}
		if reach, err := h.Reach(t.Context(), u.ID); err != nil || reach.Ntfy.Token != "two" {
			t.Errorf("%+v, %v", reach, err)
		}
	})
}

func TestDefaultCalendar(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		c := h.caller(u)
		id := h.calendar(u)
		write := func(fn func(ctx context.Context, w *journal.Writer) error) int64 {
			t.Helper()
			var set int64
			if err := h.j.Write(t.Context(), c, func(ctx context.Context, w *journal.Writer) error {
				set = w.ChangeSet()
				return fn(ctx, w)
			}); err != nil {
				t.Fatal(err)
			}
			return set
		}
		is := func(what string, want *int64) {
			t.Helper()
			got, err := h.DefaultCalendar(t.Context(), u.ID)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, %v", what, got, err)
			}
		}
		is("at first", nil)
		write(func(ctx context.Context, w *journal.Writer) error { return h.SetDefaultCalendar(ctx, w, &id) })
		is("set", &id)
		write(func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, "calendar", id+1) })
		is("another is deleted", &id)
		set := write(func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, "calendar", id) })
		is("it is deleted", nil)
		if _, err := h.j.Undo(t.Context(), c, set); err != nil {
			t.Fatal(err)
		}
		is("that is undone", &id)
		set = write(func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, "calendar", id) })
		h.exec("DELETE FROM calendars WHERE id = $1", id)
		if _, err := h.j.Undo(t.Context(), c, set); err != nil {
			t.Fatal(err)
		}
		is("undone when it is gone for good", nil)
		if z, err := h.Zone(t.Context(), u.ID); err != nil || z.String() != "Europe/Berlin" {
			t.Errorf("%v, %v", z, err)
		}
		_, err := h.Zone(t.Context(), 999)
		want(t, "the zone of nobody", err, fault.NotFound)
		// The journal reads settings like any record.
		write(func(ctx context.Context, w *journal.Writer) error {
			if there, err := w.Exists(ctx, "settings", u.ID); err != nil || !there {
				t.Errorf("%v, %v", there, err)
			}
			return nil
		})
	})
}
