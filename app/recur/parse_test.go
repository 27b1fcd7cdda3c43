package recur_test

import (
	"errors"
	"strings"
	"testing"

	"umbra/app/recur"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"FREQ=DAILY":                                                   "FREQ=DAILY",
		"RRULE:FREQ=DAILY;INTERVAL=1;WKST=MO":                          "FREQ=DAILY",
		"rrule:byday=we,mo,+1fr,-1fr;freq=monthly":                     "FREQ=MONTHLY;BYDAY=MO,WE,1FR,-1FR",
		"FREQ=YEARLY;BYMONTHDAY=-1,31,1,31;BYMONTH=2":                  "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1,31,-1",
		"FREQ=WEEKLY;UNTIL=20250131T093000Z":                           "FREQ=WEEKLY;UNTIL=20250131T093000Z",
		"FREQ=WEEKLY;BYDAY=MO, TU":                                     "FREQ=WEEKLY;BYDAY=MO,TU",
		"FREQ=WEEKLY;UNTIL=20250131;WKST=SU":                           "FREQ=WEEKLY;UNTIL=20250131;WKST=SU",
		"FREQ=SECONDLY;BYSECOND=60,0;COUNT=5":                          "FREQ=SECONDLY;COUNT=5;BYSECOND=0,60",
		"FREQ=YEARLY;BYWEEKNO=-53,20;BYYEARDAY=366,-366;BYSETPOS=-366": "FREQ=YEARLY;BYWEEKNO=20,-53;BYYEARDAY=366,-366;BYSETPOS=-366",
	} {
		r, err := recur.Parse(in)
		if err != nil || r.String() != want {
			t.Errorf("Parse(%q) = %s, %v, want %s", in, r, err, want)
		}
		if again, err := recur.Parse(r.String()); err != nil || again != r {
			t.Errorf("%s reads back as %s, %v", r, again, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for in, part := range map[string]string{
		"": "", "FREQ": "", "FREQ=DAILY;": "", "COUNT=3": "FREQ", "FREQ=": "FREQ", "FREQ=FORTNIGHTLY": "FREQ", "FREQ=DAILY;FREQ=DAILY": "FREQ",
		"FREQ=DAILY;INTERVAL=0": "INTERVAL", "FREQ=DAILY;INTERVAL=-1": "INTERVAL", "FREQ=DAILY;COUNT=99999999999": "COUNT",
		"FREQ=DAILY;COUNT=0": "COUNT", "FREQ=DAILY;COUNT=2;UNTIL=20250101": "UNTIL", "FREQ=DAILY;UNTIL=20250230": "UNTIL",
		"FREQ=DAILY;UNTIL=2025-01-01": "UNTIL", "FREQ=DAILY;BYMONTH=13": "BYMONTH", "FREQ=DAILY;BYMONTH=0": "BYMONTH",
		"FREQ=DAILY;BYMONTH=-1": "BYMONTH", "FREQ=DAILY;BYMONTH=1,": "BYMONTH", "FREQ=DAILY;BYMONTHDAY=32": "BYMONTHDAY",
		"FREQ=DAILY;BYMONTHDAY=0": "BYMONTHDAY", "FREQ=DAILY;BYHOUR=24": "BYHOUR", "FREQ=DAILY;BYMINUTE=60": "BYMINUTE",
		"FREQ=DAILY;BYSECOND=61": "BYSECOND", "FREQ=YEARLY;BYWEEKNO=54": "BYWEEKNO", "FREQ=MONTHLY;BYWEEKNO=5": "BYWEEKNO",
		"FREQ=MONTHLY;BYYEARDAY=5": "BYYEARDAY", "FREQ=YEARLY;BYYEARDAY=367": "BYYEARDAY", "FREQ=WEEKLY;BYMONTHDAY=5": "BYMONTHDAY",
		"FREQ=WEEKLY;BYDAY=1MO": "BYDAY", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO": "BYDAY", "FREQ=MONTHLY;BYDAY=0MO": "BYDAY",
		"FREQ=MONTHLY;BYDAY=54MO": "BYDAY", "FREQ=MONTHLY;BYDAY=MONDAY": "BYDAY", "FREQ=MONTHLY;BYDAY=--1MO": "BYDAY",
		"FREQ=DAILY;BYSETPOS=1": "BYSETPOS", "FREQ=DAILY;BYHOUR=1;BYSETPOS=0": "BYSETPOS", "FREQ=DAILY;WKST=XX": "WKST",
		"FREQ=DAILY;RSCALE=HEBREW": "RSCALE", "FREQ=DAILY;sécret=1": "", "FREQ=DAILY;COUNT=٣": "COUNT",
		"FREQ=DAILY;BYHOUR=" + strings.Repeat("1,", 20000): "",
	} {
		_, err := recur.Parse(in)
		var e *recur.Error
		if !errors.As(err, &e) || e.Part != part || !strings.HasPrefix(err.Error(), part) {
			t.Errorf("Parse(%.60q): %v, want one about %q", in, err, part)
		}
	}
}

func TestRuleEnds(t *testing.T) {
	r := rule(t, "FREQ=DAILY;COUNT=5")
	u := recur.Until{At: local(t, "2025-01-31T09:00:00"), Form: recur.DateForm}
	if got := r.WithUntil(u).String(); got != "FREQ=DAILY;UNTIL=20250131" {
		t.Error(got)
	}
	if got := r.WithUntil(u).WithCount(3).String(); got != "FREQ=DAILY;COUNT=3" {
		t.Error(got)
	}
	if e := r.WithCount(0); !e.Endless() || e.Interval() != 1 || e.Freq() != recur.Daily || e.Until().Form != recur.NoForm || r.Count() != 5 {
		t.Error("the rule without an end is", e)
	}
}
