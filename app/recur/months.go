package recur

// AllMonths is every month, as Months has them.
const AllMonths = 1<<13 - 2

// Anniversary says that the rule comes on the month and day of its start alone.
func (r Rule) Anniversary() bool { return r.freq == Yearly && r.months == 0 && !r.choosesDays() }

// Months are those of any year in which the rule may come, as the clock of its
// series shows it: bits 1 to 12. Those that its start implies are not told apart.
func (r Rule) Months() uint16 {
	if r.months == 0 || !r.weeks.empty() { // the first and the last week of a year lie in two
		return AllMonths
	}
	return r.months
}
