package recur_test

import (
	"strings"
	"testing"

	"umbra/app/recur"
)

func TestSay(t *testing.T) {
	const own, eigene = "by a rule of its own", "nach einer eigenen Regel"
	berlin := load(t, "Europe/Berlin")
	for _, tc := range []struct{ rule, start, en, de string }{
		// The interface says these too (frontend/src/lib/features/recurrence/say.test.ts), but for the year of an end.
		{"FREQ=DAILY", "", "every day", "jeden Tag"},
		{"FREQ=DAILY;INTERVAL=3;COUNT=5", "", "every 3 days, 5 times", "alle 3 Tage, 5-mal"},
		{"FREQ=WEEKLY", "", "every week", "jede Woche"},
		{"FREQ=WEEKLY", "2026-03-10", "every Tuesday", "jeden Dienstag"},
		{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "", "Monday to Friday", "Montag bis Freitag"},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260630", "", "every 2nd Tuesday until 30 Jun 2026", "jeden 2. Dienstag bis 30. Juni 2026"},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR", "", "every 2 weeks on Tuesday and Friday", "alle 2 Wochen am Dienstag und Freitag"},
		{"FREQ=MONTHLY", "", "every month", "jeden Monat"},
		{"FREQ=MONTHLY", "2026-03-03", "every month on the 3rd", "jeden Monat am 3."},
		{"FREQ=MONTHLY;BYMONTHDAY=-1", "", "every month on the last day", "jeden Monat am letzten Tag"},
		{"FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU", "", "every 2 months on the 2nd Tuesday", "alle 2 Monate am 2. Dienstag"},
		{"FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270101", "", "every month on the last Friday until 1 Jan 2027", "jeden Monat am letzten Freitag bis 1. Jan. 2027"},
		{"FREQ=YEARLY", "2024-02-29", "every year on 29 February", "jedes Jahr am 29. Februar"},
		{"FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "", "every year on the 2nd Sunday of May", "jedes Jahr am 2. Sonntag im Mai"},
		{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=1", "", "every year on the last day of February, once", "jedes Jahr am letzten Tag im Februar, 1-mal"},
		// Those that its form cannot make.
		{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "", "every month on the last working day", "jeden Monat am letzten Arbeitstag"},
		{"FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2,-1", "", "every month on the 2nd and last Tuesday", "jeden Monat am 2. und letzten Dienstag"},
		{"FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "", "every month on the 1st, 15th and last day", "jeden Monat am 1., 15. und letzten Tag"},
		{"FREQ=MONTHLY;BYMONTHDAY=11,12,13,21,22,23", "", "every month on the 11th, 12th, 13th, 21st, 22nd and 23rd", "jeden Monat am 11., 12., 13., 21., 22. und 23."},
		{"FREQ=MONTHLY;BYMONTHDAY=-3", "", "every month on the 3rd to last day", "jeden Monat am 3.-letzten Tag"},
		{"FREQ=MONTHLY;BYDAY=1FR,-1FR", "", "every month on the 1st Friday and last Friday", "jeden Monat am 1. Freitag und letzten Freitag"},
		{"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "", "every month on the 13th if it is a Friday", "jeden Monat am 13., wenn es ein Freitag ist"},
		{"FREQ=MONTHLY;BYDAY=TU", "", "every Tuesday", "jeden Dienstag"},
		{"FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "", "every 2 months on every Tuesday", "alle 2 Monate an jedem Dienstag"},
		{"FREQ=YEARLY;BYMONTH=6,7", "1997-06-10", "every year on the 10th in June and July", "jedes Jahr am 10. im Juni und Juli"},
		{"FREQ=YEARLY;BYDAY=20MO", "", "every year on the 20th Monday of the year", "jedes Jahr am 20. Montag des Jahres"},
		{"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "", "Monday, every year in week 20", "Montag, jedes Jahr in Woche 20"},
		{"FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "", "every year on every Thursday of March", "jedes Jahr an jedem Donnerstag im März"},
		{"FREQ=YEARLY;BYMONTH=3", "", "every year in March", "jedes Jahr im März"},
		{"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "", "every year on 24 December", "jedes Jahr am 24. Dezember"},
		{"FREQ=DAILY;BYMONTH=6,7,8", "", "every day in June, July and August", "jeden Tag im Juni, Juli und August"},
		{"FREQ=DAILY;BYDAY=MO,WE", "", "every Monday and Wednesday", "jeden Montag und Mittwoch"},
		{"FREQ=DAILY;BYHOUR=9,17;BYMINUTE=30", "", "every day at 09:30 and 17:30", "jeden Tag um 09:30 und 17:30 Uhr"},
		{"FREQ=DAILY;BYHOUR=9", "2026-03-03T08:15:00", "every day at 09:15", "jeden Tag um 09:15 Uhr"},
		{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "", "every day", "jeden Tag"},
		{"FREQ=HOURLY;INTERVAL=6;COUNT=4", "", "every 6 hours, 4 times", "alle 6 Stunden, 4-mal"},
		{"FREQ=MINUTELY", "", "every minute", "jede Minute"},
		{"FREQ=SECONDLY;INTERVAL=30", "", "every 30 seconds", "alle 30 Sekunden"},
		// The user's day, where the end is an instant.
		{"FREQ=DAILY;UNTIL=20260630T215959Z", "", "every day until 30 Jun 2026", "jeden Tag bis 30. Juni 2026"},
		{"FREQ=DAILY;UNTIL=20260630T220000Z", "", "every day until 1 Jul 2026", "jeden Tag bis 1. Juli 2026"},
		{"FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=1", "", own, eigene},
		{"FREQ=MONTHLY;BYDAY=TU;BYHOUR=9,10;BYSETPOS=1", "", own, eigene},
		{"FREQ=YEARLY;BYYEARDAY=100", "", own, eigene},
		{"FREQ=YEARLY;BYWEEKNO=-1", "", own, eigene},
		{"FREQ=HOURLY;BYMINUTE=0,30", "", own, eigene},
		{"FREQ=DAILY;BYHOUR=9", "", own, eigene},
		{"FREQ=DAILY;BYMONTHDAY=1", "", own, eigene},
		{"FREQ=DAILY;BYSECOND=30", "2026-03-03T08:15:00", own, eigene},
	} {
		var start recur.Local
		if tc.start != "" {
			at := tc.start
			if len(at) == len("2026-03-03") {
				at += "T00:00:00"
			}
			start = local(t, at)
		}
		r := rule(t, tc.rule)
		for language, want := range map[string]string{"en": tc.en, "de": tc.de, "de-AT": tc.de, "": tc.en, "fr": tc.en} {
			if got := r.Say(language, start, berlin); got != want {
				t.Errorf("%s from %q in %q: %q, want %q", tc.rule, tc.start, language, got, want)
			}
		}
	}
	if got := (recur.Rule{}).Say("en", recur.Local{}, nil); got != "" {
		t.Errorf("no rule is %q", got)
	}
}

// Every rule can be said, in every language, and no verb is left unfilled.
func TestSayAnyRule(t *testing.T) {
	own, n := 0, 0
	eachVector(t, func(_ int, v vector) {
		n++
		r := rule(t, v.Rule)
		for _, language := range []string{"en", "de"} {
			for _, start := range []recur.Local{{}, local(t, v.Start)} {
				got := r.Say(language, start, nil)
				if got == "" || strings.ContainsAny(got, "%!") || strings.Contains(got, "  ") || got != strings.TrimSpace(got) {
					t.Fatalf("%s is %q", v.Rule, got)
				}
				if strings.Contains(got, "own") {
					own++
				}
			}
		}
	})
	t.Logf("%d of %d random rules have no short words", own/2, n)
}
