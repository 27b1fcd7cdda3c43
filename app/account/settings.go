package account

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"umbra/app/check"
	"umbra/app/notify"
	"umbra/app/opt"
)

// Settings are one user's preferences. The tokens among them are written and
// never read back; only whether they are set is said.
type Settings struct {
	PreferredName     string    `json:"preferred_name" doc:"How to address the user." example:"Ada"`
	TimeZone          string    `json:"time_zone" doc:"IANA time zone: what \"today\" means." example:"Europe/Berlin"`
	Language          string    `json:"language" doc:"BCP 47 language tag." example:"en"`
	FirstDayOfWeek    int       `json:"first_day_of_week" doc:"0 is Sunday, 1 Monday, 6 Saturday." example:"1"`
	DateFormat        string    `json:"date_format" enum:"YYYY-MM-DD,DD.MM.YYYY,DD/MM/YYYY,DD-MM-YYYY,MM/DD/YYYY,D MMM YYYY,MMM D YYYY" doc:"How dates are shown." example:"YYYY-MM-DD"`
	TimeFormat        string    `json:"time_format" enum:"24h,12h" doc:"How times are shown." example:"24h"`
	AccentColor       string    `json:"accent_color" doc:"Colour of the interface, #rrggbb; empty: the usual one." example:"#3366cc"`
	Theme             string    `json:"theme" enum:"system,light,dark" doc:"Light or dark." example:"system"`
	UpcomingDays      int       `json:"upcoming_days" doc:"How many days /api/upcoming looks ahead when it is not asked for more or fewer." example:"7"`
	DefaultCalendarID *int64    `json:"default_calendar_id" doc:"The calendar of events that name none."`
	Email             string    `json:"email" doc:"Where mail goes." example:"ada@example.org"`
	NtfyServer        string    `json:"ntfy_server" doc:"Address of the ntfy server." example:"https://ntfy.sh"`
	NtfyTopic         string    `json:"ntfy_topic" doc:"Topic on the ntfy server." example:"ada-at-home"`
	NtfyTokenSet      bool      `json:"ntfy_token_set" doc:"Whether an access token for the ntfy server is stored." example:"false"`
	NtfyEnabled       bool      `json:"ntfy_enabled" doc:"Whether to notify through ntfy." example:"false"`
	MailEnabled       bool      `json:"mail_enabled" doc:"Whether to notify by mail." example:"false"`
	PushEnabled       bool      `json:"push_enabled" doc:"Whether to notify by web push." example:"false"`
	WebhookURL        string    `json:"webhook_url" doc:"Address that notifications are posted to." example:"https://example.org/hook"`
	WebhookSecretSet  bool      `json:"webhook_secret_set" doc:"Whether a secret to sign those posts with is stored." example:"false"`
	WebhookEnabled    bool      `json:"webhook_enabled" doc:"Whether to notify through the webhook." example:"false"`
	DigestEnabled     bool      `json:"digest_enabled" doc:"Whether to send a summary of the day." example:"false"`
	DigestTime        string    `json:"digest_time" doc:"When to send it, HH:MM." example:"07:00"`
	NotifyTodos       bool      `json:"notify_todos" doc:"Whether to-dos notify." example:"true"`
	NotifyEvents      bool      `json:"notify_events" doc:"Whether events notify." example:"true"`
	NotifyReminders   bool      `json:"notify_reminders" doc:"Whether reminders notify." example:"true"`
	NotifyBirthdays   bool      `json:"notify_birthdays" doc:"Whether birthdays notify." example:"true"`
	NotifyContacts    bool      `json:"notify_contacts" doc:"Whether people not heard from notify." example:"true"`
	QuietFrom         string    `json:"quiet_from" doc:"When the quiet hours begin, HH:MM; empty: there are none." example:"22:00"`
	QuietUntil        string    `json:"quiet_until" doc:"When the quiet hours end, HH:MM." example:"07:00"`
	Escalation        string    `json:"escalation" doc:"In which order a reminder that insists goes over the channels, one more each time that nobody answers: names with commas between. Those left out come together with the last step. Empty: over all at once." example:"push,ntfy,mail"`
	CreatedAt         time.Time `json:"created_at" doc:"When they were made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt         time.Time `json:"updated_at" doc:"When they were last changed." example:"2025-01-01T08:00:00Z"`

	Rev int64 `json:"-"` // the journal number of their last change; 0 before the first
}

// SettingsUpdate holds the settings to change; those left out stay as they are,
// null brings the default back, or clears what has none.
type SettingsUpdate struct {
	PreferredName     opt.Opt[string] `json:"preferred_name,omitzero" maxLength:"200" doc:"How to address the user." example:"Ada"`
	TimeZone          opt.Opt[string] `json:"time_zone,omitzero" maxLength:"64" doc:"IANA time zone; an older name and the one that Windows has become that." example:"Europe/Berlin"`
	Language          opt.Opt[string] `json:"language,omitzero" maxLength:"35" doc:"BCP 47 language tag." example:"en"`
	FirstDayOfWeek    opt.Opt[int]    `json:"first_day_of_week,omitzero" minimum:"0" maximum:"6" doc:"0 is Sunday, 1 Monday, 6 Saturday." example:"1"`
	DateFormat        opt.Opt[string] `json:"date_format,omitzero" enum:"YYYY-MM-DD,DD.MM.YYYY,DD/MM/YYYY,DD-MM-YYYY,MM/DD/YYYY,D MMM YYYY,MMM D YYYY" doc:"How dates are shown." example:"YYYY-MM-DD"`
	TimeFormat        opt.Opt[string] `json:"time_format,omitzero" enum:"24h,12h" doc:"How times are shown." example:"24h"`
	AccentColor       opt.Opt[string] `json:"accent_color,omitzero" maxLength:"7" doc:"Colour of the interface, #rrggbb." example:"#3366cc"`
	Theme             opt.Opt[string] `json:"theme,omitzero" enum:"system,light,dark" doc:"Light or dark." example:"system"`
	UpcomingDays      opt.Opt[int]    `json:"upcoming_days,omitzero" minimum:"1" maximum:"90" doc:"How many days /api/upcoming looks ahead." example:"7"`
	DefaultCalendarID opt.Opt[int64]  `json:"default_calendar_id,omitzero" minimum:"1" maximum:"9007199254740991" doc:"The calendar of events that name none."`
	Email             opt.Opt[string] `json:"email,omitzero" maxLength:"254" doc:"Where mail goes." example:"ada@example.org"`
	NtfyServer        opt.Opt[string] `json:"ntfy_server,omitzero" maxLength:"2000" doc:"Address of the ntfy server." example:"https://ntfy.sh"`
	NtfyTopic         opt.Opt[string] `json:"ntfy_topic,omitzero" maxLength:"64" doc:"Topic on the ntfy server." example:"ada-at-home"`
	NtfyToken         opt.Opt[string] `json:"ntfy_token,omitzero" maxLength:"500" doc:"Access token for the ntfy server; written, never read back. Null or empty removes it."`
	NtfyEnabled       opt.Opt[bool]   `json:"ntfy_enabled,omitzero" doc:"Whether to notify through ntfy." example:"false"`
	MailEnabled       opt.Opt[bool]   `json:"mail_enabled,omitzero" doc:"Whether to notify by mail." example:"false"`
	PushEnabled       opt.Opt[bool]   `json:"push_enabled,omitzero" doc:"Whether to notify by web push." example:"false"`
	WebhookURL        opt.Opt[string] `json:"webhook_url,omitzero" maxLength:"2000" doc:"Address that notifications are posted to." example:"https://example.org/hook"`
	WebhookSecret     opt.Opt[string] `json:"webhook_secret,omitzero" maxLength:"500" doc:"Secret to sign those posts with; written, never read back. Null or empty removes it."`
	WebhookEnabled    opt.Opt[bool]   `json:"webhook_enabled,omitzero" doc:"Whether to notify through the webhook." example:"false"`
	DigestEnabled     opt.Opt[bool]   `json:"digest_enabled,omitzero" doc:"Whether to send a summary of the day." example:"false"`
	DigestTime        opt.Opt[string] `json:"digest_time,omitzero" maxLength:"5" doc:"When to send it, HH:MM." example:"07:00"`
	NotifyTodos       opt.Opt[bool]   `json:"notify_todos,omitzero" doc:"Whether to-dos notify." example:"true"`
	NotifyEvents      opt.Opt[bool]   `json:"notify_events,omitzero" doc:"Whether events notify." example:"true"`
	NotifyReminders   opt.Opt[bool]   `json:"notify_reminders,omitzero" doc:"Whether reminders notify." example:"true"`
	NotifyBirthdays   opt.Opt[bool]   `json:"notify_birthdays,omitzero" doc:"Whether birthdays notify." example:"true"`
	NotifyContacts    opt.Opt[bool]   `json:"notify_contacts,omitzero" doc:"Whether people not heard from notify." example:"true"`
	QuietFrom         opt.Opt[string] `json:"quiet_from,omitzero" maxLength:"5" doc:"When the quiet hours begin, HH:MM; needs quiet_until." example:"22:00"`
	QuietUntil        opt.Opt[string] `json:"quiet_until,omitzero" maxLength:"5" doc:"When the quiet hours end, HH:MM." example:"07:00"`
	Escalation        opt.Opt[string] `json:"escalation,omitzero" maxLength:"30" pattern:"^((ntfy|mail|push|webhook)(,(ntfy|mail|push|webhook))*)?$" patternDescription:"channels with commas between them, like ntfy,mail" doc:"In which order a reminder that insists goes over the channels, one more each time that nobody answers: ntfy, mail, push, webhook with commas between; one named twice counts once. Empty: over all at once." example:"push,ntfy,mail"`
}

// Outward says whether the update touches where messages are sent, or the
// secrets of that.
func (u SettingsUpdate) Outward() bool {
	return u.Email.Set || u.NtfyServer.Set || u.NtfyTopic.Set || u.NtfyToken.Set || u.NtfyEnabled.Set || u.MailEnabled.Set || u.PushEnabled.Set ||
		u.WebhookURL.Set || u.WebhookSecret.Set || u.WebhookEnabled.Set
}

// defaults are the settings of a new user.
func defaults() Settings {
	return Settings{TimeZone: "UTC", Language: "en", FirstDayOfWeek: 1, DateFormat: "YYYY-MM-DD", TimeFormat: "24h",
		Theme: "system", UpcomingDays: 7, DigestTime: "07:00",
		NotifyTodos: true, NotifyEvents: true, NotifyReminders: true, NotifyBirthdays: true, NotifyContacts: true}
}

// Untouched says whether the settings are still as they were made, but for the
// default calendar and for the zone and language, which the making itself takes
// from the browser.
func (s Settings) Untouched() bool {
	d := defaults()
	d.TimeZone, d.Language, d.DefaultCalendarID = s.TimeZone, s.Language, s.DefaultCalendarID
	d.CreatedAt, d.UpdatedAt, d.Rev = s.CreatedAt, s.UpdatedAt, s.Rev
	return s == d
}

// set is Opt.Into where null means the default.
func set[T any](dst *T, o opt.Opt[T], def T) {
	o.Into(dst)
	if o.Null {
		*dst = def
	}
}

// apply changes what was given; the tokens are the store's.
func (u SettingsUpdate) apply(s *Settings) {
	d := defaults()
	set(&s.PreferredName, u.PreferredName, d.PreferredName)
	set(&s.TimeZone, u.TimeZone, d.TimeZone)
	set(&s.Language, u.Language, d.Language)
	set(&s.FirstDayOfWeek, u.FirstDayOfWeek, d.FirstDayOfWeek)
	set(&s.DateFormat, u.DateFormat, d.DateFormat)
	set(&s.TimeFormat, u.TimeFormat, d.TimeFormat)
	set(&s.AccentColor, u.AccentColor, d.AccentColor)
	set(&s.Theme, u.Theme, d.Theme)
	set(&s.UpcomingDays, u.UpcomingDays, d.UpcomingDays)
	u.DefaultCalendarID.IntoPtr(&s.DefaultCalendarID)
	set(&s.Email, u.Email, d.Email)
	set(&s.NtfyServer, u.NtfyServer, d.NtfyServer)
	set(&s.NtfyTopic, u.NtfyTopic, d.NtfyTopic)
	set(&s.NtfyEnabled, u.NtfyEnabled, d.NtfyEnabled)
	set(&s.MailEnabled, u.MailEnabled, d.MailEnabled)
	set(&s.PushEnabled, u.PushEnabled, d.PushEnabled)
	set(&s.WebhookURL, u.WebhookURL, d.WebhookURL)
	set(&s.WebhookEnabled, u.WebhookEnabled, d.WebhookEnabled)
	set(&s.DigestEnabled, u.DigestEnabled, d.DigestEnabled)
	set(&s.DigestTime, u.DigestTime, d.DigestTime)
	set(&s.NotifyTodos, u.NotifyTodos, d.NotifyTodos)
	set(&s.NotifyEvents, u.NotifyEvents, d.NotifyEvents)
	set(&s.NotifyReminders, u.NotifyReminders, d.NotifyReminders)
	set(&s.NotifyBirthdays, u.NotifyBirthdays, d.NotifyBirthdays)
	set(&s.NotifyContacts, u.NotifyContacts, d.NotifyContacts)
	set(&s.QuietFrom, u.QuietFrom, d.QuietFrom)
	set(&s.QuietUntil, u.QuietUntil, d.QuietUntil)
	set(&s.Escalation, u.Escalation, d.Escalation)
}

// DateFormats are the ways in which dates can be shown.
var DateFormats = []string{"YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "DD-MM-YYYY", "MM/DD/YYYY", "D MMM YYYY", "MMM D YYYY"}

var topic = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// check says every field at fault, and writes the language in its usual form.
func (s *Settings) check(c *check.Check) {
	s.PreferredName = strings.TrimSpace(s.PreferredName)
	c.Line("preferred_name", s.PreferredName, check.MaxShort)
	if s.TimeZone == "" {
		c.Add("time_zone", "required", "must not be empty")
	}
	c.Zone("time_zone", &s.TimeZone)
	if tag, err := language.Parse(s.Language[:min(len(s.Language), 36)]); err != nil || tag == language.Und || len(s.Language) > 35 {
		c.Add("language", "format", "must be a language tag like en or pt-BR")
	} else {
		s.Language = tag.String()
	}
	c.Range("first_day_of_week", int64(s.FirstDayOfWeek), 0, 6)
	c.OneOf("date_format", s.DateFormat, DateFormats...)
	c.OneOf("time_format", s.TimeFormat, "24h", "12h")
	c.Color("accent_color", s.AccentColor)
	c.OneOf("theme", s.Theme, "system", "light", "dark")
	c.Range("upcoming_days", int64(s.UpcomingDays), 1, 90)
	c.Email("email", s.Email)
	address(c, "ntfy_server", s.NtfyServer)
	if s.NtfyTopic != "" && !topic.MatchString(s.NtfyTopic) {
		c.Add("ntfy_topic", "format", "must be 1 to 64 letters, digits, _ or -")
	}
	address(c, "webhook_url", s.WebhookURL)
	c.Time("digest_time", s.DigestTime)
	s.checkEscalation(c)
	switch {
	case s.QuietFrom == "" && s.QuietUntil == "":
	case s.QuietFrom == "":
		c.Add("quiet_from", "required", "must be given together with quiet_until")
	case s.QuietUntil == "":
		c.Add("quiet_until", "required", "must be given together with quiet_from")
	default:
		c.Time("quiet_from", s.QuietFrom)
		c.Time("quiet_until", s.QuietUntil)
		if s.QuietFrom == s.QuietUntil {
			c.Add("quiet_until", "range", "must differ from quiet_from")
		}
	}
}

// checkEscalation leaves out what is named twice.
func (s *Settings) checkEscalation(c *check.Check) {
	if s.Escalation == "" {
		return
	}
	var once []string
	for name := range strings.SplitSeq(s.Escalation, ",") {
		if !slices.Contains(notify.Channels, notify.Channel(name)) {
			c.Add("escalation", "choice", "must be names of channels with commas between: ntfy, mail, push, webhook")
			return
		}
		if !slices.Contains(once, name) {
			once = append(once, name)
		}
	}
	s.Escalation = strings.Join(once, ",")
}

// address checks a URL that is kept in the open: credentials have fields of their own.
func address(c *check.Check, path, s string) {
	c.URL(path, s)
	if u, err := url.Parse(s); err == nil && u.User != nil {
		c.Add(path, "credentials", "must not hold a user name or a password")
	}
}
