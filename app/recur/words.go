package recur

import (
	"fmt"
	"strings"

	"umbra/app/caller"
)

// words are what a language says of rules; they are those of the interface.
type words struct {
	weekdays, months, short []string // short: of months, with a day and year
	and                     string
	working, day            string
	every                   [Secondly + 1][2]string // one unit; so many
	weekOn                  func(n int, days string, one bool) string
	workdays                string
	nth                     func(n int) string // 1st; -1 is the last
	onDays                  func(list string, last bool) string
	on, eachOf, of, ofYear  string
	date                    func(day, month string) string
	week                    string
	in, at, until           string
	onlyIf                  func(weekday string) string
	times                   func(n int) string
	own                     string
}

var english = words{
	weekdays: []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
	months:   []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	short:    []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"},
	and:      " and ", working: "working day", day: "day",
	every: [...][2]string{Yearly: {"every year", "every %d years"}, Monthly: {"every month", "every %d months"},
		Weekly: {"every week", "every %d weeks"}, Daily: {"every day", "every %d days"}, Hourly: {"every hour", "every %d hours"},
		Minutely: {"every minute", "every %d minutes"}, Secondly: {"every second", "every %d seconds"}},
	weekOn: func(n int, days string, one bool) string {
		switch {
		case n == 1:
			return "every " + days
		case one:
			return "every " + ordinal(n) + " " + days
		}
		return fmt.Sprintf("every %d weeks on %s", n, days)
	},
	workdays: "Monday to Friday",
	nth: func(n int) string {
		switch {
		case n == -1:
			return "last"
		case n < 0:
			return ordinal(-n) + " to last"
		}
		return ordinal(n)
	},
	onDays: func(list string, last bool) string {
		if last {
			list += " day"
		}
		return " on the " + list
	},
	on: " on the ", eachOf: " on every ", of: " of ", ofYear: " of the year",
	date: func(day, month string) string { return " on " + day + " " + month },
	week: " in week ", in: " in ", at: " at %s", until: " until %d %s %d",
	onlyIf: func(weekday string) string { return " if it is a " + weekday },
	times: func(n int) string {
		if n == 1 {
			return ", once"
		}
		return fmt.Sprintf(", %d times", n)
	},
	own: "by a rule of its own",
}

var german = words{
	weekdays: []string{"Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"},
	months:   []string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
	short:    []string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
	and:      " und ", working: "Arbeitstag", day: "Tag",
	every: [...][2]string{Yearly: {"jedes Jahr", "alle %d Jahre"}, Monthly: {"jeden Monat", "alle %d Monate"},
		Weekly: {"jede Woche", "alle %d Wochen"}, Daily: {"jeden Tag", "alle %d Tage"}, Hourly: {"jede Stunde", "alle %d Stunden"},
		Minutely: {"jede Minute", "alle %d Minuten"}, Secondly: {"jede Sekunde", "alle %d Sekunden"}},
	weekOn: func(n int, days string, one bool) string {
		switch {
		case n == 1:
			return "jeden " + days
		case one:
			return fmt.Sprintf("jeden %d. %s", n, days)
		}
		return fmt.Sprintf("alle %d Wochen am %s", n, days)
	},
	workdays: "Montag bis Freitag",
	nth: func(n int) string {
		switch {
		case n == -1:
			return "letzten"
		case n < 0:
			return fmt.Sprintf("%d.-letzten", -n)
		}
		return fmt.Sprintf("%d.", n)
	},
	onDays: func(list string, last bool) string {
		if last {
			list += " Tag"
		}
		return " am " + list
	},
	on: " am ", eachOf: " an jedem ", of: " im ", ofYear: " des Jahres",
	date: func(day, month string) string { return " am " + day + ". " + month },
	week: " in Woche ", in: " im ", at: " um %s Uhr", until: " bis %d. %s %d",
	onlyIf: func(weekday string) string { return ", wenn es ein " + weekday + " ist" },
	times:  func(n int) string { return fmt.Sprintf(", %d-mal", n) },
	own:    "nach einer eigenen Regel",
}

// wordsOf are those of a language tag: German for de and de-AT, else English.
func wordsOf(language string) *words {
	if caller.German(language) {
		return &german
	}
	return &english
}

// ordinal is 1st, 2nd, 3rd, 4th, …
func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n) + suffix
}

// list joins with commas and an "and".
func (w *words) list(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + w.and + items[last]
}
