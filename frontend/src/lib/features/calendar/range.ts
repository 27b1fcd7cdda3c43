import { parseDate } from '@internationalized/date';
import { monthYear, shortDay, longDay } from '$lib/time/format';
import { t } from '$lib/i18n/index.svelte';
import { addDays } from './item';

export const views = ['month', 'week', 'day', 'agenda'] as const;
export type View = (typeof views)[number];

/** Days one after the other. */
export type Range = { first: string; count: number };

export const agendaDays = 30;

/** The first day of the week that a day lies in; weekStart as Date.getDay counts. */
export function weekOf(day: string, weekStart: number): string {
  const weekday = new Date(`${day}T00:00Z`).getUTCDay();
  return addDays(day, -((weekday - weekStart + 7) % 7));
}

/** The days that a view shows of a date. On a narrow screen a week is three days. */
export function rangeOf(view: View, date: string, weekStart: number, narrow: boolean): Range {
  switch (view) {
    case 'day':
      return { first: date, count: 1 };
    case 'agenda':
      return { first: date, count: agendaDays };
    case 'week':
      return narrow ? { first: date, count: 3 } : { first: weekOf(date, weekStart), count: 7 };
    case 'month': {
      const begin = parseDate(date).set({ day: 1 });
      const first = weekOf(begin.toString(), weekStart);
      const end = begin.add({ months: 1 }).toString();
      let count = 28;
      while (addDays(first, count) < end) count += 7;
      return { first, count };
    }
  }
}

/** The date one page on or back. */
export function step(view: View, date: string, by: 1 | -1, narrow: boolean): string {
  if (view === 'month') return parseDate(date).add({ months: by }).toString();
  return addDays(date, by * { day: 1, week: narrow ? 3 : 7, agenda: agendaDays }[view]);
}

/** What is shown, in words. */
export function titleOf(view: View, date: string, range: Range): string {
  if (view === 'month') return monthYear(date);
  if (view === 'day') return longDay(date);
  return t.calendar.span(shortDay(range.first), shortDay(addDays(range.first, range.count - 1)));
}

export function daysOf(range: Range): string[] {
  return Array.from({ length: range.count }, (_, i) => addDays(range.first, i));
}
