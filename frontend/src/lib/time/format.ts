// How days, times and spans are said: by the user's settings and language. What
// reads these in a component follows a change of either.

import { locale, t } from '$lib/i18n/index.svelte';
import { settings } from '$lib/state/settings.svelte';
import { CalendarDate, fromAbsolute, parseDate, toCalendarDate, type ZonedDateTime } from '@internationalized/date';
import { now } from './now.svelte';

type Day = string | CalendarDate;

/** A civil date from YYYY-MM-DD. */
export function civil(day: Day): CalendarDate {
  return typeof day === 'string' ? parseDate(day.slice(0, 10)) : day;
}

/** An instant (RFC 3339) as the user's wall clock shows it. */
export function zoned(instant: string, zone = settings.zone): ZonedDateTime {
  return fromAbsolute(Date.parse(instant), zone);
}

/** The user's day on which an instant falls. */
export function dayOf(instant: string): CalendarDate {
  return toCalendarDate(zoned(instant));
}

/** Today, YYYY-MM-DD. */
export function today(): string {
  return now.today.toString();
}

const formats = new Map<string, Intl.DateTimeFormat>();

function intl(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let f = formats.get(key);
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat(locale(), options)));
  return f;
}

const utc = (d: CalendarDate) => new Date(Date.UTC(d.year, d.month - 1, d.day));

/** A date in the format of the settings: 2026-03-29, 29.03.2026, … */
export function day(value: Day): string {
  const d = civil(value);
  const [y, m, dd] = d.toString().split('-') as [string, string, string];
  switch (settings.value?.date_format) {
    case 'DD.MM.YYYY': return `${dd}.${m}.${y}`;
    case 'DD/MM/YYYY': return `${dd}/${m}/${y}`;
    case 'DD-MM-YYYY': return `${dd}-${m}-${y}`;
    case 'MM/DD/YYYY': return `${m}/${dd}/${y}`;
    case 'D MMM YYYY': return `${d.day} ${month(d, 'short')} ${y}`;
    case 'MMM D YYYY': return `${month(d, 'short')} ${d.day} ${y}`;
    default: return `${y}-${m}-${dd}`;
  }
}

/** "Sunday, 29 March"; with the year when it is not this one. */
export function longDay(value: Day): string {
  const d = civil(value);
  const year = d.year === now.today.year ? undefined : 'numeric';
  return intl({ weekday: 'long', day: 'numeric', month: 'long', year, timeZone: 'UTC' }).format(utc(d));
}

/** "29 Mar"; with the year when it is not this one. */
export function shortDay(value: Day): string {
  const d = civil(value);
  const year = d.year === now.today.year ? undefined : 'numeric';
  return intl({ day: 'numeric', month: 'short', year, timeZone: 'UTC' }).format(utc(d));
}

export function month(value: Day, style: 'long' | 'short' = 'long'): string {
  return intl({ month: style, timeZone: 'UTC' }).format(utc(civil(value)));
}

/** "March 2026" */
export function monthYear(value: Day): string {
  return intl({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(utc(civil(value)));
}

export function weekday(value: Day, style: 'long' | 'short' | 'narrow' = 'long'): string {
  return intl({ weekday: style, timeZone: 'UTC' }).format(utc(civil(value)));
}

/** Days from today: -1 is yesterday. */
export function daysFromToday(value: Day): number {
  return Math.round((utc(civil(value)).getTime() - utc(now.today).getTime()) / 86_400_000);
}

/** "Today", "Tomorrow", "Friday" within a week, else the short day. */
export function nearDay(value: Day): string {
  const n = daysFromToday(value);
  if (n === 0) return t.common.today;
  if (n === 1) return t.common.tomorrow;
  if (n === -1) return t.common.yesterday;
  return n > 1 && n < 7 ? weekday(value) : shortDay(value);
}

/** A wall-clock time, from HH:MM or an instant: 14:30 or 2:30 PM. */
export function time(value: string): string {
  const clock = /^\d\d:\d\d/.test(value) ? value.slice(0, 5) : zoned(value).toString().slice(11, 16);
  if (settings.value?.time_format !== '12h') return clock;
  const [h, m] = clock.split(':').map(Number) as [number, number];
  return `${h % 12 || 12}:${String(m).padStart(2, '0')} ${h < 12 ? 'AM' : 'PM'}`;
}

/** "Tomorrow 14:30" */
export function moment(instant: string): string {
  return `${nearDay(dayOf(instant))} ${time(instant)}`;
}

/** "2026-03-29 14:30", whole. */
export function stamp(instant: string): string {
  return `${day(dayOf(instant))} ${time(instant)}`;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60],
];

/** "3 hours ago", "in 2 days" */
export function ago(instant: string): string {
  const seconds = (Date.parse(instant) - now.at) / 1000;
  const [unit, size] = units.find(([, s]) => Math.abs(seconds) >= s) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

/** "in 3 days" of a civil date */
export function inDays(value: Day): string {
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(daysFromToday(value), 'day');
}

export function number(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

/** The wall-clock time HH:MM of a moment on a day; "" when it lies before that day, "24:00" when after. */
export function onDay(value: string, on: string): string {
  // A moment without an offset floats: it is that time wherever one is.
  const local = /(Z|[+-]\d\d:?\d\d)$/.test(value) && value.includes('T') ? zoned(value).toString() : value;
  const its = local.slice(0, 10);
  return its < on ? '' : its > on ? '24:00' : local.slice(11, 16);
}
