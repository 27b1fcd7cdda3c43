package moving

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// feedTitles are what feeds of no record are called, in English and German.
var feedTitles = map[string][2]string{account.FeedTodos: {"To-dos", "Aufgaben"}, account.FeedReminders: {"Reminders", "Erinnerungen"}}

// WriteFeed writes what a feed shows as one iCalendar object (RFC 5545), a page
// of records at a time. Alarms are the owner's and stay out. It answers NotFound
// where the calendar or project is gone.
func (h House) WriteFeed(ctx context.Context, c caller.Caller, f account.Feed, w io.Writer) error {
	german := caller.German(c.Language)
	o := objects{shape: quiet}
	switch f.Kind {
	case account.FeedCalendar:
		cal, err := h.Calendars.Find(ctx, c, *f.Record)
		if err != nil {
			return err
		}
		o.title, o.color, o.kind, o.within = cal.Name, cal.Color, event.KindName, cal.ID
		if f.Busy {
			o.shape = busy("Busy")
			if german {
				o.shape = busy("Belegt")
			}
		}
	case account.FeedProject:
		p, err := h.Projects.Find(ctx, c, *f.Record)
		if err != nil {
			return err
		}
		o.title, o.color, o.kind, o.within = p.Name, p.Color, project.TaskKind, p.ID
	case account.FeedTodos:
		o.kind = todo.KindName
	case account.FeedReminders:
		o.kind = reminder.KindName
	default:
		return fmt.Errorf("a feed of the kind %q", f.Kind)
	}
	if t, ok := feedTitles[f.Kind]; ok {
		if o.title = t[0]; german {
			o.title = t[1]
		}
	}
	return h.writeObjects(ctx, c, w, o)
}

// quiet takes a component's alarms out.
func quiet(part *ical.Component) *ical.Component {
	for _, a := range part.Components("VALARM") {
		part.RemoveComponent(a)
	}
	return part
}

// times are the properties that say when something takes place.
var times = []string{"DTSTAMP", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}

// busy shows when somebody is busy, and nothing else: what takes no time is left
// out, and a UID tells nothing of where an event came from.
func busy(word string) func(part *ical.Component) *ical.Component {
	return func(part *ical.Component) *ical.Component {
		free := strings.EqualFold(strings.TrimSpace(part.Value("TRANSP")), "TRANSPARENT") || strings.EqualFold(strings.TrimSpace(part.Value("STATUS")), "CANCELLED")
		if part.Name != "VEVENT" || free && part.Line("RECURRENCE-ID") == nil {
			return nil
		}
		out := ical.NewComponent("VEVENT")
		sum := sha256.Sum256([]byte(part.Value("UID")))
		out.Set("UID", hex.EncodeToString(sum[:16]))
		for _, name := range times {
			for _, l := range part.Lines(name) {
				out.Insert(ical.NewLine(name, l.Value, l.Params...))
			}
		}
		out.SetText("SUMMARY", word)
		if free { // of a series whose other occurrences take time
			out.Set("STATUS", "CANCELLED")
			out.Set("TRANSP", "TRANSPARENT")
		}
		return out
	}
}
