package recur

// Freq is how often a rule's periods come.
type Freq uint8

// The frequencies. The zero Freq is none.
const (
	Yearly Freq = iota + 1
	Monthly
	Weekly
	Daily
	Hourly
	Minutely
	Secondly
)

var freqNames = [...]string{"", "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"}

// String is the frequency as a rule writes it: "WEEKLY".
func (f Freq) String() string { return freqNames[f] }

// Until is where a rule ends, inclusive. Its zero value is no end.
type Until struct {
	At   Local
	Form Form // DateForm: that whole day; UTCForm: At is in UTC
}

// Rule is a recurrence rule, made by Parse. It is a plain comparable value with
// no memory of its own: rules that mean the same text are equal. The zero Rule
// repeats nothing.
type Rule struct {
	freq     Freq
	wkst     uint8 // 0 is Monday
	interval int
	count    int // 0: none
	until    Until

	months    uint16 // bits 1 to 12
	weeks     signed53
	yeardays  signed366
	monthdays signed31
	weekdays  uint8       // bit 0 is Monday
	ordinals  [7]signed53 // 2MO, -1FR, by weekday
	hours     uint32
	minutes   uint64
	seconds   uint64 // bits 0 to 60
	setpos    signed366
}

// Freq is the rule's frequency.
func (r Rule) Freq() Freq { return r.freq }

// Interval is how many periods lie between two that count; at least 1.
func (r Rule) Interval() int { return r.interval }

// Count is the number of occurrences, or 0 when the rule does not say.
func (r Rule) Count() int { return r.count }

// Until is where the rule ends; its Form is NoForm when it does not say.
func (r Rule) Until() Until { return r.until }

// Endless says that the rule has neither COUNT nor UNTIL.
func (r Rule) Endless() bool { return r.count == 0 && r.until.Form == NoForm }

// WithCount is the rule with n occurrences and no UNTIL; n below 1 makes it endless.
func (r Rule) WithCount(n int) Rule {
	r.count, r.until = min(max(n, 0), maxNumber), Until{}
	return r
}

// WithUntil is the rule that ends at u, with no COUNT; the zero Until makes it endless.
func (r Rule) WithUntil(u Until) Rule {
	u.At.again = false
	if u.Form == DateForm {
		u.At = u.At.Midnight()
	}
	if u.Form == NoForm {
		u = Until{}
	}
	r.count, r.until = 0, u
	return r
}

func (r *Rule) hasOrdinals() bool { return r.ordinals != [7]signed53{} }

// choosesDays says that some part chooses days, so that none is taken from the start.
func (r *Rule) choosesDays() bool {
	return !r.weeks.empty() || !r.yeardays.empty() || r.monthdays != signed31{} || r.weekdays != 0 || r.hasOrdinals()
}

// hasBy says that there is any BY part that BYSETPOS could choose from.
func (r *Rule) hasBy() bool {
	return r.choosesDays() || r.months != 0 || r.hours != 0 || r.minutes != 0 || r.seconds != 0
}
