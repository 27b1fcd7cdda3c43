package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
)

// stored is the row: the settings and the sealed tokens.
type stored struct {
	Settings
	ntfyToken     string
	webhookSecret string
}

// settingsColumns and fields are the same list: names, and where they go.
var settingsColumns = strings.Fields(`preferred_name time_zone language first_day_of_week date_format time_format accent_color
theme upcoming_days default_calendar_id email ntfy_server ntfy_topic ntfy_token ntfy_enabled mail_enabled push_enabled
webhook_url webhook_secret webhook_enabled digest_enabled digest_time notify_todos notify_events notify_reminders
notify_birthdays notify_contacts quiet_from quiet_until escalation rev`)

func (r *stored) fields() []any {
	return []any{&r.PreferredName, &r.TimeZone, &r.Language, &r.FirstDayOfWeek, &r.DateFormat, &r.TimeFormat, &r.AccentColor,
		&r.Theme, &r.UpcomingDays, &r.DefaultCalendarID, &r.Email, &r.NtfyServer, &r.NtfyTopic, &r.ntfyToken, &r.NtfyEnabled, &r.MailEnabled, &r.PushEnabled,
		&r.WebhookURL, &r.webhookSecret, &r.WebhookEnabled, &r.DigestEnabled, &r.DigestTime, &r.NotifyTodos, &r.NotifyEvents, &r.NotifyReminders,
		&r.NotifyBirthdays, &r.NotifyContacts, &r.QuietFrom, &r.QuietUntil, &r.Escalation, &r.Rev}
}

var (
	selectSettings = "SELECT " + strings.Join(settingsColumns, ", ") + ", created_at, updated_at FROM settings WHERE user_id = $1"
	updateSettings = db.Number("UPDATE settings SET "+strings.Join(settingsColumns, " = ?, ")+" = ?, updated_at = ? WHERE user_id = ?", 1)
)

func (s *Service) settings(ctx context.Context, userID int64) (stored, error) {
	r, found, err := db.One(ctx, s.DB, func(row db.Scanner) (stored, error) {
		var r stored
		var created, updated int64
		err := row.Scan(append(r.fields(), &created, &updated)...)
		r.CreatedAt, r.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
		r.NtfyTokenSet, r.WebhookSecretSet = r.ntfyToken != "", r.webhookSecret != ""
		return r, err
	}, selectSettings, userID)
	if err == nil && !found {
		err = fault.Missing("user", userID)
	}
	return r, err
}

// Settings reads the caller's settings.
func (s *Service) Settings(ctx context.Context, c caller.Caller) (Settings, error) {
	r, err := s.settings(ctx, c.UserID)
	return r.Settings, err
}

// UpdateSettings changes the settings given. It answers Invalid, naming every
// field at fault, and Stale where the match does not hold. What changes nothing
// is not written.
func (s *Service) UpdateSettings(ctx context.Context, c caller.Caller, match journal.Match, u SettingsUpdate) (out Settings, err error) {
	err = s.Journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.settings(ctx, c.UserID)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		after := before
		u.apply(&after.Settings)
		var ch check.Check
		after.check(&ch)
		ch.Line("ntfy_token", u.NtfyToken.Value, 500)
		ch.Line("webhook_secret", u.WebhookSecret.Value, 500)
		if err := ch.Err(); err != nil {
			return err
		}
		if u.DefaultCalendarID.Has() {
			if err := s.takesEvents(ctx, w, after.DefaultCalendarID); err != nil {
				return err
			}
		}
		s.seal(&after.ntfyToken, u.NtfyToken, c.UserID, "ntfy_token")
		s.seal(&after.webhookSecret, u.WebhookSecret, c.UserID, "webhook_secret")
		out, err = s.saveSettings(ctx, w, before, after)
		return err
	})
	return out, err
}

// saveSettings writes settings and their journal entry: the one way they change.
func (s *Service) saveSettings(ctx context.Context, w *journal.Writer, before, after stored) (Settings, error) {
	after.NtfyTokenSet, after.WebhookSecretSet = after.ntfyToken != "", after.webhookSecret != ""
	if sameSettings(before, after) {
		return before.Settings, nil
	}
	after.Rev, after.UpdatedAt = w.Next(), clock.FromMicros(w.At)
	if err := s.DB.Later(ctx, updateSettings, append(after.fields(), w.At, w.Caller.UserID)...); err != nil {
		return Settings{}, err
	}
	if err := s.noteReach(ctx, before, after, w.Caller.UserID); err != nil {
		return Settings{}, err
	}
	// Before is without the sealed tokens: the journal holds no credentials.
	return after.Settings, w.Record(ctx, journal.Change{Seq: after.Rev, Kind: settingsName, ID: w.Caller.UserID,
		UID: settingsName, Title: "Settings", Op: journal.Update, Before: before.Settings})
}

// noteReach writes down that messages go elsewhere from now on: whoever took an
// account over would begin with that.
func (s *Service) noteReach(ctx context.Context, before, after stored, userID int64) error {
	if before.Email != after.Email {
		if err := s.note(ctx, evEmail, userID, ""); err != nil {
			return err
		}
	}
	if before.channels() == after.channels() {
		return nil
	}
	return s.note(ctx, evChannels, userID, "")
}

// channels are the settings of where messages go, but for the e-mail address.
func (r *stored) channels() any {
	return [...]any{r.NtfyServer, r.NtfyTopic, r.ntfyToken, r.NtfyEnabled, r.MailEnabled, r.PushEnabled, r.WebhookURL, r.webhookSecret, r.WebhookEnabled}
}

func sameSettings(a, b stored) bool {
	x, y := a.DefaultCalendarID, b.DefaultCalendarID
	if (x == nil) != (y == nil) || x != nil && *x != *y {
		return false
	}
	a.DefaultCalendarID, b.DefaultCalendarID = nil, nil
	return a == b
}

// The tokens at rest, bound to their user's row.

func tokenPlace(userID int64, column string) string {
	return "settings/" + strconv.FormatInt(userID, 10) + "/" + column
}

func (s *Service) seal(dst *string, o opt.Opt[string], userID int64, column string) {
	switch {
	case !o.Set:
	case o.Null || o.Value == "":
		*dst = ""
	default:
		*dst = base64.StdEncoding.EncodeToString(s.Keys.Seal([]byte(o.Value), tokenPlace(userID, column)))
	}
}

func (s *Service) open(sealed string, userID int64, column string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err == nil {
		b, err = s.Keys.Open(b, tokenPlace(userID, column))
	}
	if err != nil {
		return "", fmt.Errorf("settings of user %d, %s: %w", userID, column, err)
	}
	return string(b), nil
}

// Caller is a user as services take it, for work that no request of theirs
// began: the command line, the scheduler. It answers NotFound.
func (s *Service) Caller(ctx context.Context, userID int64, source string) (caller.Caller, error) {
	c, found, err := db.One(ctx, s.DB, func(row db.Scanner) (caller.Caller, error) {
		c := caller.Caller{UserID: userID, ActorID: userID, Source: source}
		var zone string
		err := row.Scan(&zone, &c.Language, &c.Epoch)
		c.Zone = zoneOf(zone)
		return c, err
	}, "SELECT t.time_zone, t.language, h.epoch FROM settings t JOIN journal_heads h ON h.user_id = t.user_id WHERE t.user_id = $1", userID)
	if err == nil && !found {
		err = fault.Missing("user", userID)
	}
	return c, err
}

// Zone is the zone of a user's settings.
func (s *Service) Zone(ctx context.Context, userID int64) (*time.Location, error) {
	c, err := s.Caller(ctx, userID, caller.System)
	return c.Zone, err
}

// zoneOf is a stored zone. One that this build's zone data no longer knows is UTC.
func zoneOf(name string) *time.Location {
	z, err := clock.Zone(name)
	if err != nil {
		return time.UTC
	}
	return z
}

// DefaultCalendar is the calendar of events that name none; nil when there is none.
func (s *Service) DefaultCalendar(ctx context.Context, userID int64) (*int64, error) {
	r, err := s.settings(ctx, userID)
	return r.DefaultCalendarID, err
}

// SetDefaultCalendar changes it as part of a change-set; nil means none. The
// calendar must be the user's: fault.Invalid otherwise.
func (s *Service) SetDefaultCalendar(ctx context.Context, w *journal.Writer, id *int64) error {
	if err := s.takesEvents(ctx, w, id); err != nil {
		return err
	}
	before, err := s.settings(ctx, w.Caller.UserID)
	if err != nil {
		return err
	}
	after := before
	after.DefaultCalendarID = id
	_, err = s.saveSettings(ctx, w, before, after)
	return err
}

// settingsName is the kind of the settings in the journal. Their record id is
// the user's id, since there is one row a user.
const settingsName = "settings"

// settingsKind is what the journal asks of settings.
type settingsKind struct{ *Service }

// Name is the kind.
func (settingsKind) Name() string { return settingsName }

// Table answers the rows under the columns that the journal reads by.
func (settingsKind) Table() string {
	return "(SELECT user_id, user_id AS id FROM settings) AS settings_by_id"
}

// Revert brings settings back as they were. The tokens stay what they are now:
// the journal never had them.
func (k settingsKind) Revert(ctx context.Context, w *journal.Writer, _ int64, image []byte) error {
	if image == nil {
		return nil // they are never made nor deleted by themselves
	}
	before, err := k.settings(ctx, w.Caller.UserID)
	if err != nil {
		return err
	}
	after := stored{Settings: defaults(), ntfyToken: before.ntfyToken, webhookSecret: before.webhookSecret}
	if err := json.Unmarshal(image, &after.Settings); err != nil {
		return fmt.Errorf("image of settings: %w", err)
	}
	after.CreatedAt, after.UpdatedAt, after.Rev = before.CreatedAt, before.UpdatedAt, before.Rev
	if err := w.Alive(ctx, "calendar", &after.DefaultCalendarID); err != nil {
		return err
	}
	_, err = k.saveSettings(ctx, w, before, after)
	return err
}

// Detach lets go of the default calendar when it is deleted.
func (k settingsKind) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	if kind != "calendar" {
		return nil
	}
	asked := db.Ask(ctx, k.DB, db.Value[*int64], "SELECT default_calendar_id FROM settings WHERE user_id = $1", w.Caller.UserID)
	return func() error {
		current, _, err := asked()
		if err != nil || current == nil || *current != id {
			return err
		}
		return k.SetDefaultCalendar(ctx, w, nil)
	}
}

// takesEvents answers Invalid for a default calendar that is not there, or that
// is filled from an address.
func (s *Service) takesEvents(ctx context.Context, w *journal.Writer, id *int64) error {
	if id == nil {
		return nil
	}
	source, found, err := db.One(ctx, s.DB, db.Value[string], "SELECT source FROM calendars WHERE user_id = $1 AND id = $2", w.Caller.UserID, *id)
	switch {
	case err != nil:
		return err
	case !found:
		return w.Reference(ctx, "default_calendar_id", "calendar", id)
	case source != "":
		return fault.BadField("default_calendar_id", "source", "cannot be a calendar that is filled from an address")
	}
	return nil
}
