package alarm

import (
	"context"
	"strconv"
	"strings"
	"time"

	"umbra/app/clock"
	"umbra/app/notify"
)

// pages of the interface, by kind: what a click on a message opens.
var pages = map[string]string{Todo: "/todos", Event: "/calendar", Reminder: "/reminders", Birthday: "/people/", Anniversary: "/people/", Contact: "/people/", Digest: "/"}

const (
	maxBody  = 300 // characters of a record's own text
	maxLines = 40  // of the digest
)

// message is what a delivery tells, as its record is now.
func (s *Service) message(ctx context.Context, u user, d Delivery, r Record, ring int) (notify.Message, error) {
	w := wordsFor(u)
	m := notify.Message{ID: messageID(d, ring), Title: r.Title, At: d.DueAt, Priority: notify.Default, Tags: []string{tags[d.Kind]}}
	var lines []string
	when := w.when(d.AboutAt.In(u.Location()), d.AllDay)
	switch d.Kind {
	case Event:
		title, location, err := s.Events.Place(ctx, u.Caller, d.RecordID, d.occurrence)
		if err != nil {
			return m, err
		}
		m.Title, lines = title, append(lines, when)
		if location != "" {
			lines = append(lines, location)
		}
	case Birthday, Anniversary:
		lines = append(lines, w.kinds[d.Kind]+", "+when)
	case Contact:
		lines = append(lines, w.kinds[Contact])
	case Digest:
		day := clock.DateOf(d.AboutAt.In(u.Location()))
		items, err := s.Days.Day(ctx, u.Caller, day)
		if err != nil {
			return m, err
		}
		m.Title, lines = w.today+", "+when, w.digest(items, u.Location())
	default:
		lines = append(lines, when)
		if r.Body != "" {
			lines = append(lines, cut(r.Body, maxBody))
		}
	}
	if d.Late && d.Kind != Digest {
		lines = append(lines, w.late)
	}
	if d.StandsFor > 0 && d.Kind != Digest {
		lines = append(lines, strings.ReplaceAll(w.standsFor, "%", strconv.FormatInt(d.StandsFor, 10)))
	}
	m.Body = strings.Join(lines, "\n")
	switch {
	case r.Insist > 0 && ring >= louder:
		m.Priority = notify.Max
	case r.Insist > 0 || r.High:
		m.Priority = notify.High
	case d.Kind == Digest:
		m.Priority = notify.Low
	}
	if s.Public != "" {
		m.URL = s.Public + pages[d.Kind]
		if strings.HasSuffix(pages[d.Kind], "/") && d.Kind != Digest {
			m.URL += strconv.FormatInt(d.RecordID, 10)
		}
		m.Actions = s.actions(d, w)
	}
	return m, nil
}

// tags are short words; ntfy shows those that it knows as an emoji.
var tags = map[string]string{Todo: "ballot_box_with_check", Event: "calendar", Reminder: "bell", Birthday: "birthday", Anniversary: "tada", Contact: "wave", Digest: "sunrise"}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// words are what messages say in a language.
type words struct {
	days, months               []string
	layout                     string // of a day: W weekday, D day, M month, Y year
	at                         string
	today, nothing, more       string
	late, standsFor            string
	done, seen, hour, tomorrow string
	kinds                      map[string]string
}

var english = words{
	days:   []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	months: []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	layout: "W D M Y", at: ", ", today: "Today", nothing: "Nothing is planned.", more: "and % more",
	late: "This comes late: the server was not running at its time.", standsFor: "It stands for % more that were missed.",
	done: "Done", seen: "Seen", hour: "In 1 hour", tomorrow: "Tomorrow",
	kinds: map[string]string{Birthday: "Birthday", Anniversary: "Anniversary", Contact: "It is time to get in touch."},
}

var german = words{
	days:   []string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
	months: []string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
	layout: "W, D. M Y", at: ", ", today: "Heute", nothing: "Nichts ist geplant.", more: "und % weitere",
	late: "Das kommt verspätet: Der Server lief zu dieser Zeit nicht.", standsFor: "Es steht für % weitere, die ausgefallen sind.",
	done: "Erledigt", seen: "Gesehen", hour: "In 1 Stunde", tomorrow: "Morgen",
	kinds: map[string]string{Birthday: "Geburtstag", Anniversary: "Jahrestag", Contact: "Es ist Zeit, sich zu melden."},
}

func wordsFor(u user) words {
	if u.german() {
		return german
	}
	return english
}

// when is a moment as people write it.
func (w words) when(t time.Time, allDay bool) string {
	day := strings.NewReplacer("W", w.days[t.Weekday()], "D", strconv.Itoa(t.Day()), "M", w.months[t.Month()-1], "Y", strconv.Itoa(t.Year())).Replace(w.layout)
	if allDay {
		return day
	}
	return day + w.at + t.Format(clock.TimeLayout)
}

// digest is the lines of a day: what has no time first, as they come.
func (w words) digest(items []Item, zone *time.Location) []string {
	if len(items) == 0 {
		return []string{w.nothing}
	}
	var out []string
	for i, it := range items {
		if i == maxLines {
			return append(out, strings.ReplaceAll(w.more, "%", strconv.Itoa(len(items)-i)))
		}
		line := cut(it.Title, maxBody)
		if it.At != nil {
			line = it.At.In(zone).Format(clock.TimeLayout) + " " + line
		}
		if k := w.kinds[it.Kind]; k != "" {
			line += " (" + k
			if it.Years != nil {
				line += ", " + strconv.Itoa(*it.Years)
			}
			line += ")"
		}
		out = append(out, line)
	}
	return out
}
