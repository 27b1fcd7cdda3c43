import { CalendarDate } from '@internationalized/date';
import { following, isoWeekday, nextDayOfMonth } from './dates';
import { words, type Reading } from './scan';
import { partOfDay } from './times';
import { aNumber, anOrdinal, aShortWeekday, aUnit, aWeekday, numberOf, ordinalOf, unitOf, weekdayOf, type Unit } from './words';

/** How something repeats: a rule of RFC 5545, and the day it begins on, and the time, where the words say those. */
export type Repeat = { rule: string; start?: CalendarDate; fromCompletion?: true; time?: string };

const codes = ['', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const freq: Record<Unit, string> = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' };
const every = '(?:every|each|ev|jeden|jede|jedes|jeder|alle)(!)?';
const day = `(?:${aWeekday}|${aShortWeekday})`;

function rule(unit: Unit, interval = 1): string | undefined {
  if (!Number.isFinite(interval) || interval < 1 || interval > 999) return undefined;
  return `FREQ=${freq[unit]}${interval > 1 ? `;INTERVAL=${interval}` : ''}`;
}

/** All ways to say that something repeats. */
export function repeatReadings(today: CalendarDate): Reading<Repeat>[] {
  const made = (text: string | undefined, bang?: string): Repeat | undefined => (text === undefined ? undefined : { rule: text, ...(bang && { fromCompletion: true as const }) });

  /** The first of some weekdays from today on. */
  const first = (days: number[]) => [...days.map((d) => following(today.subtract({ days: 1 }), d))].sort((a, b) => a.compare(b))[0]!;
  const onDays = (days: number[], interval = 1, bang?: string): Repeat | undefined => {
    if (days.length === 0 || days.some((d) => d === 0)) return undefined;
    const sorted = [...new Set(days)].sort((a, b) => a - b);
    return { ...made(`${rule('week', interval)};BYDAY=${sorted.map((d) => codes[d]).join(',')}`, bang)!, start: first(sorted) };
  };
  const listed = (text: string) => text.split(/\s*(?:,|&|\+|and|und)\s*/iu).filter(Boolean).map(weekdayOf);

  /** The nth such weekday of a month, from today on. */
  const nth = (n: number, weekday: number): Repeat => {
    const of = (month: CalendarDate) => {
      if (n > 0) return following(month.subtract({ days: 1 }), weekday).add({ weeks: n - 1 });
      const last = month.add({ months: 1 }).subtract({ days: 1 });
      return last.subtract({ days: (isoWeekday(last) - weekday + 7) % 7 });
    };
    const month = today.set({ day: 1 });
    const here = of(month);
    return { rule: `FREQ=MONTHLY;BYDAY=${n}${codes[weekday]}`, start: here.compare(today) >= 0 ? here : of(month.add({ months: 1 })) };
  };

  return [
    { pattern: words('daily|täglich|taeglich'), read: () => made(rule('day')) },
    { pattern: words('weekly|wöchentlich|woechentlich'), read: () => made(rule('week')) },
    { pattern: words('biweekly|fortnightly|zweiwöchentlich|vierzehntägig'), read: () => made(rule('week', 2)) },
    { pattern: words('monthly|monatlich'), read: () => made(rule('month')) },
    { pattern: words('quarterly|vierteljährlich|every quarter|jedes quartal'), read: () => made(rule('month', 3)) },
    { pattern: words('yearly|annually|jährlich|jaehrlich'), read: () => made(rule('year')) },
    { pattern: words(`${every} (${aUnit})`), read: (m) => made(rule(unitOf(m[2]!)), m[1]) },
    { pattern: words(`${every} (morning|afternoon|evening|night|morgen|vormittag|mittag|nachmittag|abend)`), read: (m) => ({ ...made(rule('day'), m[1])!, time: partOfDay(m[2]!)! }) },
    { pattern: words(`${every} (${aNumber}) (${aUnit})`), read: (m) => made(rule(unitOf(m[3]!), numberOf(m[2]!)), m[1]) },
    { pattern: words(`${every} (?:other|second|2nd|zweiten|zweite|zweites) (${aUnit})`), read: (m) => made(rule(unitOf(m[2]!), 2), m[1]) },
    { pattern: words(`${every} (?:third|3rd|dritten|dritte|drittes) (${aUnit})`), read: (m) => made(rule(unitOf(m[2]!), 3), m[1]) },
    { pattern: words(`(?:${every} (?:weekday|workday|werktag|arbeitstag)s?|werktags|(?:on )?weekdays)`), read: (m) => onDays([1, 2, 3, 4, 5], 1, m[1]) },
    { pattern: words(`${every} (?:weekend|wochenende)`), read: (m) => onDays([6, 7], 1, m[1]) },
    { pattern: words(`${every} (${day}(?:(?:\\s*[,&+]\\s*|\\s+(?:and|und)\\s+|\\s*,\\s*(?:and|und)\\s+)${day})*)`), read: (m) => onDays(listed(m[2]!), 1, m[1]) },
    { pattern: words(`${every} other (${day})`), read: (m) => onDays([weekdayOf(m[2]!)], 2, m[1]) },
    { pattern: words(`(?:on )?(${aWeekday})s(?: (?:and|und) (${aWeekday})s)?`), read: (m) => onDays([m[1], m[2]].filter((x) => x !== undefined).map((x) => weekdayOf(x))) },
    { pattern: words(`${every} (${anOrdinal}) (${day})(?: (?:of the|of each|of every|im|des|in the) (?:month|monats?))?`), read: (m) => (weekdayOf(m[3]!) ? nth(ordinalOf(m[2]!), weekdayOf(m[3]!)) : undefined) },
    { pattern: words(`${every} (\\d{1,2})(?:st|nd|rd|th|\\.)(?: (?:of the|des|im) (?:month|monats?))?`), read: (m) => ofMonth(today, +m[2]!) },
    { pattern: words(`${every} (?:last|letzten) (?:day|tag)(?: (?:of the|des|im) (?:month|monats?))?`), read: () => ({ rule: 'FREQ=MONTHLY;BYMONTHDAY=-1', start: today.set({ day: 1 }).add({ months: 1 }).subtract({ days: 1 }) }) },
  ];
}

function ofMonth(today: CalendarDate, n: number): Repeat | undefined {
  const start = nextDayOfMonth(today, n);
  return start && { rule: `FREQ=MONTHLY;BYMONTHDAY=${n}`, start };
}
