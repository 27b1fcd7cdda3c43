// Package recur expands recurring events: RFC 5545 rules (RRULE), added dates
// (RDATE) and exceptions (EXDATE), on wall-clock time and in time zones.
//
// An occurrence is computed on wall-clock fields and then placed in the zone
// (RFC 5545, 3.3.5 and 3.3.10): a time that the zone skips uses the offset
// before the gap, so 02:30 becomes 03:30, and a time that comes twice is the
// first of the two. Occurrences that a gap moves onto the same instant are one.
//
// Where the RFC leaves a choice, this package decides so:
//
//   - The start is always the first occurrence, also when the rule would not
//     generate it, and counts towards COUNT.
//   - HOURLY, MINUTELY and SECONDLY without BYHOUR step in elapsed time: "every
//     hour" has one occurrence in each real hour, also when the clock repeats
//     or skips one. With BYHOUR they name hours of the clock and step on it, so
//     that "every two hours at 8, 10 and 12" means the same all year, exactly
//     like DAILY with the same hours. Floating series step on the clock, for
//     they must be the same in every zone.
//   - BYWEEKNO counts years as the weeks do: week 1 stays whole when it begins
//     in December. Without BYDAY it takes the weekday of the start.
//   - An UNTIL that is a date includes that whole day. A UTC one on a floating
//     or all-day series is compared as it is written.
//   - Second 60 is second 59.
//
// Every call does a bounded amount of work, whatever the rule: see MaxWork.
// docs/recurrence.md says why, where other libraries differ, and what proves it.
package recur
