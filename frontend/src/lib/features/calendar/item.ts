// What stands on the calendar's grid, whatever it is, on the user's wall clock.

import { parseDate, toCalendarDate, toCalendarDateTime, toZoned } from '@internationalized/date';
import type { CalendarEvent, UpcomingItem } from '$lib/api/types';
import { zoned } from '$lib/time/format';

export type ItemKind = 'event' | 'todo' | 'task' | 'reminder' | 'birthday' | 'anniversary';

/** A time on the wall clock. */
export type Span = {
  allDay: boolean;
  /** The first and the last day, inclusive, YYYY-MM-DD. */
  first: string;
  last: string;
  /** Minutes into the first day and into the last one, up to 1440; 0 and 1440 where it takes whole days. */
  from: number;
  to: number;
};

export type Item = Span & {
  /** Unlike any other on the grid, and the same when the grid is read again. */
  key: string;
  kind: ItemKind;
  id: number;
  title: string;
  /** #rrggbb, "" for the colour of its kind. */
  color: string;
  event?: CalendarEvent;
  /** A to-do's or task's project. */
  project?: number;
  /** Which birthday or anniversary it is. */
  years?: number;
  done?: boolean;
  /** It lies in what somebody shares to be looked at alone. */
  fixed?: boolean;
};

export const DAY = 1440;

export const days = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
export const addDays = (day: string, n: number): string => (n === 0 ? day : parseDate(day).add({ days: n }).toString());
export const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
export const clockOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Where a stored time lies on the user's clock; a floating one lies where it says. */
function wall(time: string): { day: string; minute: number } {
  if (/([+-]\d\d:\d\d|Z)$/.test(time)) {
    const z = zoned(time);
    return { day: toCalendarDate(z).toString(), minute: z.hour * 60 + z.minute };
  }
  return { day: time.slice(0, 10), minute: time.length > 10 ? minutesOf(time.slice(11)) : 0 };
}

/** The span of a start and an exclusive end as the API writes them. */
export function spanOf(start: string, end: string, allDay: boolean): Span {
  if (allDay) {
    const last = addDays(end, -1);
    return { allDay, first: start, last: last < start ? start : last, from: 0, to: DAY };
  }
  const a = wall(start);
  const b = wall(end);
  // What ends at midnight ends with the day before; a clock turned back does not end it before it begins.
  if (b.minute === 0 && b.day > a.day) return { allDay, first: a.day, last: addDays(b.day, -1), from: a.minute, to: DAY };
  if (b.day === a.day && b.minute < a.minute) b.minute = a.minute;
  return { allDay, first: a.day, last: b.day, from: a.minute, to: b.minute };
}

export const eventKey = (e: CalendarEvent) => (e.occurrence ? `event ${e.id} ${e.occurrence}` : `event ${e.id}`);
export const agendaKey = (a: UpcomingItem) => `${a.kind} ${a.id}${a.kind === 'birthday' || a.kind === 'anniversary' ? ` ${a.date}` : ''}`;

export function eventItem(e: CalendarEvent, calendarColor: string, fixed = false): Item {
  return {
    ...spanOf(e.start, e.end, e.all_day),
    key: eventKey(e),
    kind: 'event',
    id: e.id,
    title: e.title,
    color: e.color || calendarColor,
    event: e,
    ...(fixed && { fixed }),
  };
}

export function agendaItem(a: UpcomingItem): Item {
  const span = a.at && !a.all_day ? { ...spanOf(a.at, a.ends_at ?? a.at, false) } : { allDay: true, first: a.date, last: a.date, from: 0, to: DAY };
  return {
    ...span,
    key: agendaKey(a),
    kind: a.kind,
    id: a.id,
    title: a.title,
    color: '',
    ...(a.project_id !== null && { project: a.project_id }),
    ...(a.years !== null && { years: a.years }),
    ...(a.access === 'read' && { fixed: true }),
  };
}

/** How long it lasts on the clock, in minutes. */
export function length(s: Span): number {
  return days(s.first, s.last) * DAY + s.to - s.from;
}

/** Whether it is drawn as a bar above the hours: it takes whole days, or 24 hours and more. */
export function isBar(s: Span): boolean {
  return s.allDay || length(s) >= DAY;
}

/** In the order of time: what lasts longer first, then by name. */
export function compare(a: Item, b: Item): number {
  return (
    a.first.localeCompare(b.first) ||
    Number(isBar(b)) - Number(isBar(a)) ||
    a.from - b.from ||
    length(b) - length(a) ||
    a.title.localeCompare(b.title) ||
    a.key.localeCompare(b.key)
  );
}

/** The same span that many days and minutes on. */
export function moved<S extends Span>(s: S, byDays: number, byMinutes = 0): S {
  if (s.allDay || byMinutes === 0) return { ...s, first: addDays(s.first, byDays), last: addDays(s.last, byDays) };
  const from = s.from + byMinutes;
  return begin(s, addDays(s.first, byDays + Math.floor(from / DAY)), ((from % DAY) + DAY) % DAY, length(s));
}

/** A span with times of day that begins then and lasts that many minutes. */
export function begin<S extends Span>(s: S, first: string, from: number, lasts: number): S {
  const to = from + lasts;
  const over = lasts > 0 && to % DAY === 0 ? to / DAY - 1 : Math.floor(to / DAY);
  return { ...s, allDay: false, first, from, last: addDays(first, over), to: to - over * DAY };
}

/** The same span that much longer or shorter: whole days where it takes such, minutes else. Never less than a quarter of an hour. */
export function resized<S extends Span>(s: S, byDays: number, byMinutes = 0): S {
  if (s.allDay) {
    const last = addDays(s.last, byDays);
    return { ...s, last: last < s.first ? s.first : last };
  }
  return begin(s, s.first, s.from, Math.max(15, length(s) + byDays * DAY + byMinutes));
}

/** A time of the user's clock as an instant with its offset. */
export function instant(day: string, minute: number, zone: string): string {
  const over = Math.floor(minute / DAY);
  const at = toCalendarDateTime(parseDate(addDays(day, over))).set({ hour: Math.floor((minute - over * DAY) / 60), minute: minute % 60 });
  return toZoned(at, zone, 'compatible').toString().replace(/\[.*\]$/, '');
}
