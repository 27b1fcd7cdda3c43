// Days that come every year, and when it is time to be in touch again: by the
// same rules as the server's (app/person).

import { CalendarDate } from '@internationalized/date';
import type { Person } from '$lib/api/types';

/** A day of every year; the year of the first is null where it is not known. */
export type YearDay = { year: number | null; month: number; day: number };

/** Reads YYYY-MM-DD or --MM-DD; null is none. */
export function parseDay(text: string | null | undefined): YearDay | null {
  const m = /^(?:(\d{4})|-)-(\d\d)-(\d\d)$/.exec(text ?? '');
  if (!m) return null;
  return { year: m[1] ? Number(m[1]) : null, month: Number(m[2]), day: Number(m[3]) };
}

/** Writes what parseDay reads. */
export function writeDay({ year, month, day }: YearDay): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${year === null ? '-' : String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const leap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** When it is celebrated in a year: 29 February on the 28th where the year has none. */
export function inYear(d: YearDay, year: number): CalendarDate {
  return new CalendarDate(year, d.month, d.month === 2 && d.day === 29 && !leap(year) ? 28 : d.day);
}

/** The next time that it comes, today included, and how many years that makes (null where it is not known). */
export function nextTime(text: string | null, today: CalendarDate): { date: CalendarDate; years: number | null } | null {
  const d = parseDay(text);
  if (!d) return null;
  let year = Math.max(today.year, d.year ?? 0);
  if (inYear(d, year).compare(today) < 0) year++;
  return { date: inYear(d, year), years: d.year === null ? null : year - d.year };
}

/** How old somebody is today; null where that is not known, or they are not born yet. */
export function age(birthday: string | null, today: CalendarDate): number | null {
  const d = parseDay(birthday);
  if (!d || d.year === null) return null;
  const years = today.year - d.year - (inYear(d, today.year).compare(today) > 0 ? 1 : 0);
  return years < 0 ? null : years;
}

/** When one wanted to be in touch again (ms since 1970): counted from the last contact, or from when they became known. Null: never. */
export function contactDue(p: Pick<Person, 'contact_every_days' | 'last_contacted_at' | 'created_at'>): number | null {
  if (p.contact_every_days === null) return null;
  return Date.parse(p.last_contacted_at ?? p.created_at) + p.contact_every_days * 86_400_000;
}
