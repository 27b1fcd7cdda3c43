import { CalendarDate } from '@internationalized/date';
import { words, type Reading } from './scan';
import { aMonth, aNumber, aShortWeekday, aUnit, aWeekday, monthOf, numberOf, unitOf, weekdayOf, type Unit } from './words';

/** What dates are read by. */
export type Calendar = {
  today: CalendarDate;
  /** 0 Sunday, 1 Monday: "next week" begins there. */
  weekStart: number;
  /** 3/4 is the fourth of March. */
  monthFirst: boolean;
};

const asks = '(?:(?:on|by|due|until|am|bis|bis zum|zum|ab|für|fuer|this|diesen|dieser|kommenden|kommender|coming) )';

/** Nothing but what was understood already, and a time, comes after it. */
const standsLast = '(?=[\\s\\u0000,]*(?:$|(?:at |um |@)?\\d{1,2}(?::\\d\\d| ?(?:uhr|[ap]m))))';

/** ISO: 1 Monday … 7 Sunday. */
export function isoWeekday(d: CalendarDate): number {
  return new Date(Date.UTC(d.year, d.month - 1, d.day)).getUTCDay() || 7;
}

/** The first such weekday after a day. */
export function following(day: CalendarDate, weekday: number): CalendarDate {
  return day.add({ days: ((weekday - isoWeekday(day) + 6) % 7) + 1 });
}

/** A date that there is; undefined for the 31st of February. */
export function civilDate(year: number, month: number, day: number): CalendarDate | undefined {
  if (month < 1 || month > 12 || day < 1) return undefined;
  const d = new CalendarDate(year, month, day);
  return d.year === year && d.month === month && d.day === day ? d : undefined;
}

export function plus(day: CalendarDate, n: number, unit: Unit): CalendarDate {
  return day.add({ [`${unit}s`]: n });
}

/** Without a year it is the next one to come; today counts. */
function near(today: CalendarDate, month: number, day: number, year?: string): CalendarDate | undefined {
  if (year) return civilDate(year.length === 2 ? 2000 + Number(year) : Number(year), month, day);
  for (let y = today.year; y < today.year + 9; y++) {
    const d = civilDate(y, month, day);
    if (d && d.compare(today) >= 0) return d;
  }
  return undefined;
}

/** All ways to say a day. */
export function dateReadings({ today, weekStart, monthFirst }: Calendar): Reading<CalendarDate>[] {
  const startOfNextWeek = following(today, weekStart === 0 ? 7 : weekStart);
  const simple: [string, () => CalendarDate][] = [
    ['today|heute', () => today],
    ['tomorrow|tmrw|tmr|(?<!(?:am|heute|tag|woch|abend) )morgen', () => today.add({ days: 1 })],
    ['(?:the )?day after tomorrow|übermorgen|uebermorgen', () => today.add({ days: 2 })],
    ['next week|nächste woche|naechste woche|kommende woche', () => startOfNextWeek],
    ['next month|nächsten monat|nächster monat|kommenden monat', () => today.set({ day: 1 }).add({ months: 1 })],
    ['next year|nächstes jahr|kommendes jahr', () => new CalendarDate(today.year + 1, 1, 1)],
    ['(?:this |at the |on the |am |dieses )?(?:weekend|wochenende)', () => (isoWeekday(today) >= 6 ? today : following(today, 6))],
    ['(?:at )?(?:the )?end of (?:the |this )?month|eom|(?:am |zum )?monatsende|ende (?:des|dieses) monats', () => today.set({ day: 1 }).add({ months: 1 }).subtract({ days: 1 })],
    ['(?:at )?(?:the )?end of (?:the |this )?year|(?:am |zum )?jahresende|ende (?:des|dieses) jahres', () => new CalendarDate(today.year, 12, 31)],
  ];
  const coming = (word: string) => (weekdayOf(word) ? following(today, weekdayOf(word)) : undefined);
  const inNextWeek = (word: string) => (weekdayOf(word) ? following(startOfNextWeek.subtract({ days: 1 }), weekdayOf(word)) : undefined);
  const slashed = (m: RegExpExecArray) => (monthFirst ? near(today, +m[1]!, +m[2]!, m[3]) : near(today, +m[2]!, +m[1]!, m[3]));
  return [
    ...simple.map(([source, value]) => ({ pattern: words(`${asks}?(?:${source})`), read: value })),
    { pattern: words(`${asks}?(\\d{4})-(\\d{2})-(\\d{2})`), read: (m) => civilDate(+m[1]!, +m[2]!, +m[3]!) },
    { pattern: words(`${asks}?(?:(?:${aWeekday}|${aShortWeekday}),? (?:den |dem )?)?(\\d{1,2})\\.\\s?(\\d{1,2})\\.(\\d{4}|\\d{2})?`), read: (m) => near(today, +m[2]!, +m[1]!, m[3]) },
    // "3/4 cup" is no day: without a year it needs a word that asks for one, or to stand last.
    { pattern: words(`${asks}?(\\d{1,2})/(\\d{1,2})/(\\d{4}|\\d{2})`), read: slashed },
    { pattern: words(`${asks}(\\d{1,2})/(\\d{1,2})`), read: slashed },
    { pattern: words(`(\\d{1,2})/(\\d{1,2})${standsLast}`), read: slashed },
    { pattern: words(`${asks}?(?:the |den |dem )?(\\d{1,2})(?:st|nd|rd|th|\\.)? (?:of )?(${aMonth})(?:,? (\\d{4}))?`), read: (m) => near(today, monthOf(m[2]!), +m[1]!, m[3]) },
    { pattern: words(`${asks}?(${aMonth}) (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?(?!:)`), read: (m) => near(today, monthOf(m[1]!), +m[2]!, m[3]) },
    { pattern: words(`(?:on|by) the (\\d{1,2})(?:st|nd|rd|th)`), read: (m) => nextDayOfMonth(today, +m[1]!) },
    { pattern: words(`(?:am|zum|bis zum) (\\d{1,2})\\.(?!\\d)(?! ?${aMonth})`), read: (m) => nextDayOfMonth(today, +m[1]!) },
    { pattern: words(`in (${aNumber}) (${aUnit})`), read: (m) => plus(today, numberOf(m[1]!), unitOf(m[2]!)) },
    { pattern: words(`(${aNumber}) (${aUnit}) from now`), read: (m) => plus(today, numberOf(m[1]!), unitOf(m[2]!)) },
    { pattern: words(`${asks}?(?:next|nächsten|nächster|naechsten) (${aWeekday}|${aShortWeekday})`), read: (m) => inNextWeek(m[1]!) },
    { pattern: words(`(${aWeekday}) (?:next week|nächste woche|kommende woche)`), read: (m) => inNextWeek(m[1]!) },
    { pattern: words(`${asks}?(${aWeekday})`), read: (m) => coming(m[1]!) },
    { pattern: words(`${asks}(${aShortWeekday})`), read: (m) => coming(m[1]!) },
    // Alone, a short form is a day when nothing but a time comes after it.
    { pattern: words(`(mon|tues?|wed|thur?s?|fri|sat|sun|mo|di|mi|fr|sa)\\.?${standsLast}`), read: (m) => coming(m[1]!) },
  ];
}

/** The next such day of a month; today counts, months that are too short do not. */
export function nextDayOfMonth(today: CalendarDate, day: number): CalendarDate | undefined {
  if (day < 1 || day > 31) return undefined;
  for (let n = 0; n < 5; n++) {
    const month = today.set({ day: 1 }).add({ months: n });
    const d = civilDate(month.year, month.month, day);
    if (d && d.compare(today) >= 0) return d;
  }
  return undefined;
}
