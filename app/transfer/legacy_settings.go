package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"umbra/app/account"
	"umbra/app/fault"
)

// settingsFields are the settings and the columns they may lie in.
var settingsFields = []field{
	f(text("preferred_name"), "preferred_name", "display_name", "name", "user_name"),
	f(text("time_zone"), "time_zone", "timezone", "tz"),
	f(text("language"), "language", "locale", "lang"),
	f(weekday, "first_day_of_week", "week_start", "week_starts_on"),
	f(dateFormat, "date_format"),
	f(word("time_format", words("24h=24,24_hour,hh:mm", "12h=12,12_hour,hh:mm_a,h:mm_a")), "time_format"),
	f(text("accent_color"), "accent_color", "accent_colour", "accent"),
	f(word("theme", words("system=auto,default", "light=", "dark=")), "theme"),
	f(whole("upcoming_days"), "upcoming_days", "default_upcoming_days"),
	f(text("email"), "email"),
	f(text("ntfy_server"), "ntfy_server", "ntfy_url", "ntfy_server_url", "ntfy_base_url"),
	f(text("ntfy_topic"), "ntfy_topic"),
	f(text("ntfy_token"), "ntfy_token", "ntfy_access_token"),
	f(flag("ntfy_enabled"), "ntfy_enabled", "notifications_enabled"),
}

// settingsTable is read like the tables of records, but for its writing.
var settingsTable = table{name: "settings", fields: settingsFields}

// settingsPart is a user's settings there.
type settingsPart struct {
	row  row // of settings; nil: none
	user row // of users, which may know an address and a name; nil: none

	now account.Settings // what they are here
}

// The zone and language that nobody chose.
const (
	usualZone     = "UTC"
	usualLanguage = "en"
)

// settingsOf finds the settings of a user, and those of nobody for the first.
func (im *legacyImport) settingsOf(user row, takesNobodys bool) *settingsPart {
	s := &settingsPart{user: user}
	for _, r := range im.src.rows("settings") {
		owner := keyOf(r["user_id"])
		if owner != "" && owner == user.key() {
			s.row = r
			return s
		}
		if owner == "" && takesNobodys && s.row == nil {
			s.row = r
		}
	}
	return s
}

func (s *settingsPart) zone() string {
	for _, c := range []string{"time_zone", "timezone", "tz"} {
		if z := asText(s.row[c]); zoneOrNil(z) != nil {
			return z
		}
	}
	return ""
}

// begin looks at the settings of now. The zone there holds for all that
// follows, where none was chosen here.
func (s *settingsPart) begin(ctx context.Context, o *owner) (err error) {
	s.now, err = o.im.target.Accounts.Settings(ctx, o.caller)
	if z := zoneOrNil(s.zone()); s.now.Untouched() && s.now.TimeZone == usualZone && z != nil {
		o.caller.Zone = z
	}
	return err
}

// write changes the settings to what they were there, unless the user has
// chosen any here: those stand.
func (s *settingsPart) write(ctx context.Context, o *owner) error {
	if s.row == nil && s.user == nil {
		return nil
	}
	if !s.now.Untouched() {
		o.report.Records["settings"] = Count{Read: 1, There: 1}
		return nil
	}
	r := o.newRecord(&settingsTable, s.row)
	if s.row != nil {
		r.read(o.im.columns("settings"))
	}
	if s.now.TimeZone != usualZone {
		delete(r.fields, "time_zone")
	}
	if s.now.Language != usualLanguage {
		delete(r.fields, "language")
	}
	for field, names := range map[string][]string{"email": {"email"}, "preferred_name": fullNames} {
		if v, column := first(s.user, names); r.fields[field] == nil && column != "" {
			r.set(field, column, asText(v))
		}
	}
	for {
		var u account.SettingsUpdate
		b, err := json.Marshal(r.fields)
		if err == nil {
			err = json.Unmarshal(b, &u)
		}
		if err != nil {
			return err
		}
		after, err := o.im.target.Accounts.UpdateSettings(ctx, o.caller, nil, u)
		var f *fault.Error
		if errors.As(err, &f) && f.Kind == fault.Invalid && s.giveWay(r, f.Fields) {
			continue
		}
		if err != nil {
			return err
		}
		count := Count{Read: 1, There: 1}
		if after.Rev != s.now.Rev {
			count = Count{Read: 1, Imported: 1}
		}
		o.report.Records["settings"] = count
		return nil
	}
}

// giveWay leaves settings out that are refused here.
func (s *settingsPart) giveWay(r *record, fields []fault.Field) (changed bool) {
	for _, f := range fields {
		if _, there := r.fields[f.Path]; !there {
			continue
		}
		value := short(r.fields[f.Path])
		if secretive(f.Path) {
			value = "…"
		}
		r.note(strings.Join(r.from[f.Path], ", "), "“%s” %s; the usual setting stays", value, f.Message)
		delete(r.fields, f.Path)
		changed = true
	}
	return changed
}

var weekdays = words("0=sunday,sun", "1=monday,mon", "2=tuesday,tue", "3=wednesday,wed", "4=thursday,thu", "5=friday,fri", "6=saturday,sat")

// weekday reads the first day of the week, by number (0 is Sunday) or name.
func weekday(r *record, column string, v any) error {
	s, ok := weekdays[strings.ToLower(strings.TrimSpace(asText(v)))]
	if !ok {
		return errors.New("is no day of the week")
	}
	r.set("first_day_of_week", column, int(s[0]-'0'))
	return nil
}

// dateFormat reads the letters of moment.js, date-fns and strftime.
func dateFormat(r *record, column string, v any) error {
	s := strings.NewReplacer("%Y", "YYYY", "%m", "MM", "%d", "DD", "%b", "MMM").Replace(strings.TrimSpace(asText(v)))
	s = strings.NewReplacer("y", "Y", "d", "D").Replace(s)
	r.set("date_format", column, s)
	return nil
}
