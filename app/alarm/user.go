package alarm

import (
	"context"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/notify"
	"umbra/app/recur"
)

// user is whose alarms they are, with the settings that matter.
type user struct {
	caller.Caller
	disabled              bool
	created, set          time.Time // the account was made, and its settings changed last
	digest                bool
	dayTime               string // HH:MM: for the digest, and for what has a day and no time
	quietFrom, quietUntil string
	escalation            []notify.Channel // in which order what insists goes over them; none: all at once
	notify                map[string]bool
}

func (s *Service) user(ctx context.Context, id int64) (u user, found bool, err error) {
	return db.One(ctx, s.DB, func(r db.Scanner) (user, error) {
		u := user{Caller: caller.Caller{UserID: id, ActorID: id, Source: caller.System}}
		var zone, escalation string
		var created, set int64
		var todos, events, reminders, birthdays, contacts bool
		err := r.Scan(&u.disabled, &created, &set, &zone, &u.Language, &u.digest, &u.dayTime, &u.quietFrom, &u.quietUntil, &escalation,
			&todos, &events, &reminders, &birthdays, &contacts, &u.Epoch)
		u.created, u.set = clock.FromMicros(created), clock.FromMicros(set)
		for name := range strings.SplitSeq(escalation, ",") {
			u.escalation = append(u.escalation, notify.Channel(name))
		}
		if u.Zone, err = zoneOr(zone, err); err != nil {
			return u, err
		}
		u.notify = map[string]bool{Todo: todos, Event: events, Reminder: reminders, Birthday: birthdays, Anniversary: birthdays, Contact: contacts, Digest: u.digest}
		return u, nil
	}, `SELECT u.disabled, u.created_at, t.updated_at, t.time_zone, t.language, t.digest_enabled, t.digest_time, t.quiet_from, t.quiet_until, t.escalation,
t.notify_todos, t.notify_events, t.notify_reminders, t.notify_birthdays, t.notify_contacts, h.epoch
FROM users u JOIN settings t ON t.user_id = u.id JOIN journal_heads h ON h.user_id = u.id WHERE u.id = $1`, id)
}

func zoneOr(name string, err error) (*time.Location, error) {
	if err != nil {
		return nil, err
	}
	z, err := clock.Zone(name)
	if err != nil { // one that this build's zone data no longer has
		return time.UTC, nil //nolint:nilerr // it is UTC then
	}
	return z, nil
}

// basis are the settings that alarms are computed with: another one and all is
// planned anew.
func (u user) basis() string {
	digest := ""
	if u.digest {
		digest = " digest"
	}
	return u.Location().String() + " " + u.dayTime + digest
}

// at is a time of day on a day of the user's.
func (u user) at(d clock.Date, hhmm string) time.Time {
	t, err := recur.ParseLocal(d.String() + "T" + hhmm + ":00")
	if err != nil {
		return d.Start(u.Location())
	}
	return t.In(u.Location())
}

// quietEnd is when the quiet hours that hold at a moment end; zero where they do
// not hold. Their ends are times of the clock, of each day anew.
func (u user) quietEnd(now time.Time) time.Time {
	if u.quietFrom == "" || u.quietUntil == "" || u.quietFrom == u.quietUntil {
		return time.Time{}
	}
	local := now.In(u.Location())
	today := clock.DateOf(local)
	for _, from := range []clock.Date{today.AddDays(-1), today} {
		until := from
		if u.quietUntil < u.quietFrom {
			until = from.AddDays(1)
		}
		begin, end := u.at(from, u.quietFrom), u.at(until, u.quietUntil)
		if !now.Before(begin) && now.Before(end) {
			return end
		}
	}
	return time.Time{}
}

func (u user) german() bool { return caller.German(u.Language) }
