// An event as a form holds it.

import { parseDate, parseDateTime, toZoned } from '@internationalized/date';
import type { CalendarEvent, NewEvent } from '$lib/api/types';
import { addDays, begin, clockOf, days, DAY, length, minutesOf, type Span } from './item';

export type EventDraft = {
  title: string;
  calendar_id: number | null;
  allDay: boolean;
  startDay: string;
  startTime: string;
  /** The last day, inclusive. */
  endDay: string;
  endTime: string;
  /** IANA name; "" floats: the same clock time wherever one is. */
  zone: string;
  location_id: number | null;
  location: string;
  person_ids: number[];
  recurrence_rule: string;
  exceptions: string[];
  reminders: string[];
  status: CalendarEvent['status'];
  color: string;
  starred: boolean;
  url: string;
  description: string;
};

/** A new event at that time, given as YYYY-MM-DD or YYYY-MM-DDTHH:MM. */
export function blank(start: string, end: string, zone: string, clock: string, calendar: number | null): EventDraft {
  const timed = start.length > 10;
  const allDay = !timed && end !== '';
  // A day alone: the next full hour, as today has it.
  const from = timed ? minutesOf(start.slice(11)) : Math.min(22, Number(clock.slice(0, 2)) + 1) * 60;
  const first = start.slice(0, 10);
  const span = begin({ allDay: false, first, last: first, from, to: from } as Span, first, from, 60);
  if (timed && end.length > 10) Object.assign(span, { last: end.slice(0, 10), to: minutesOf(end.slice(11)) });
  return {
    title: '', calendar_id: calendar, allDay,
    ...whenOf(allDay ? { ...span, last: end.slice(0, 10) || first } : span),
    zone, location_id: null, location: '', person_ids: [], recurrence_rule: '', exceptions: [],
    reminders: [], status: 'confirmed', color: '', starred: false, url: '', description: '',
  };
}

/** A span as the form's fields; an end at midnight is said as 00:00 of the next day. */
export function whenOf(s: Span): Pick<EventDraft, 'startDay' | 'startTime' | 'endDay' | 'endTime'> {
  const over = !s.allDay && s.to === DAY ? 1 : 0;
  return { startDay: s.first, startTime: clockOf(s.from % DAY), endDay: addDays(s.last, over), endTime: clockOf(s.to % DAY) };
}

export function draftOf(e: CalendarEvent): EventDraft {
  return {
    title: e.title,
    calendar_id: e.calendar_id,
    allDay: e.all_day,
    startDay: e.start.slice(0, 10),
    startTime: e.all_day ? '09:00' : e.start.slice(11, 16),
    endDay: e.all_day ? addDays(e.end.slice(0, 10), -1) : e.end.slice(0, 10),
    endTime: e.all_day ? '10:00' : e.end.slice(11, 16),
    zone: e.time_zone ?? '',
    location_id: e.location_id,
    location: e.location,
    person_ids: e.person_ids,
    recurrence_rule: e.recurrence_rule,
    exceptions: e.exceptions,
    reminders: e.reminders,
    status: e.status,
    color: e.color,
    starred: e.starred,
    url: e.url,
    description: e.description,
  };
}

/** How long it lasts by the form's clock, in minutes; below 0 when it ends before it begins. */
export function lasts(d: EventDraft): number {
  if (d.allDay) return (days(d.startDay, d.endDay) + 1) * DAY;
  return days(d.startDay, d.endDay) * DAY + minutesOf(d.endTime) - minutesOf(d.startTime);
}

/** The same event begun at another time, as long as before. */
export function startAt(d: EventDraft, day: string, time: string): EventDraft {
  const long = Math.max(0, lasts(d));
  if (d.allDay) return { ...d, startDay: day, startTime: time, endDay: addDays(day, Math.max(0, days(d.startDay, d.endDay))) };
  const from = minutesOf(time);
  const to = from + long;
  return { ...d, startDay: day, startTime: time, endDay: addDays(day, Math.floor(to / DAY)), endTime: clockOf(to % DAY) };
}

/** Switches between whole days and times of day. */
export function setAllDay(d: EventDraft, allDay: boolean, zone: string): EventDraft {
  if (d.allDay === allDay) return d;
  if (allDay) return { ...d, allDay, endDay: d.endTime === '00:00' && d.endDay > d.startDay ? addDays(d.endDay, -1) : d.endDay };
  const fits = d.endDay > d.startDay || minutesOf(d.endTime) > minutesOf(d.startTime);
  return { ...d, allDay, zone: d.zone || zone, ...(fits ? {} : whenOf(begin({} as Span, d.startDay, minutesOf(d.startTime), 60))) };
}

/** A time of a clock in a zone, as the API writes it. */
function moment(day: string, time: string, zone: string): string {
  if (!zone) return `${day}T${time}:00`;
  const text = toZoned(parseDateTime(`${day}T${time}:00`), zone, 'compatible').toString().replace(/\[.*\]$/, '');
  return text.replace(/\+00:00$/, 'Z');
}

export type EventFields = Required<Pick<NewEvent, 'title' | 'start' | 'all_day' | 'location_id' | 'person_ids' | 'exceptions' | 'reminders' | 'starred'>> & {
  calendar_id?: number;
  end: string;
  time_zone: string | null;
  location: string;
  recurrence_rule: string;
  status: CalendarEvent['status'];
  color: string;
  url: string;
  description: string;
};

/** What the form says, in the API's words; what has not changed is said just as it was read. */
export function fields(d: EventDraft, was?: CalendarEvent): EventFields {
  const before = was && draftOf(was);
  const clock = before && before.allDay === d.allDay && before.zone === d.zone;
  const start = d.allDay ? d.startDay : moment(d.startDay, d.startTime, d.zone);
  const end = d.allDay ? addDays(d.endDay, 1) : moment(d.endDay, d.endTime, d.zone);
  return {
    title: d.title.trim(),
    ...(d.calendar_id !== null && { calendar_id: d.calendar_id }),
    start: clock && before.startDay === d.startDay && (d.allDay || before.startTime === d.startTime) ? was.start : start,
    end: clock && before.endDay === d.endDay && (d.allDay || before.endTime === d.endTime) ? was.end : end,
    all_day: d.allDay,
    time_zone: d.allDay ? null : d.zone || null,
    location_id: d.location_id,
    location: d.location,
    person_ids: [...d.person_ids].sort((a, b) => a - b),
    recurrence_rule: d.recurrence_rule.trim().replace(/^RRULE:/i, ''),
    exceptions: d.recurrence_rule.trim() ? d.exceptions : [],
    reminders: d.reminders,
    status: d.status,
    color: d.color,
    starred: d.starred,
    url: d.url.trim(),
    description: d.description,
  };
}

/** The fields in which one occurrence cannot differ from its series. */
export function wholeSeries(changed: Partial<EventFields>): boolean {
  return ['calendar_id', 'all_day', 'time_zone', 'person_ids', 'recurrence_rule', 'exceptions'].some((f) => f in changed) || (changed.location_id ?? null) !== null;
}

/** With a start, the end and the zone: each alone would move the others. */
export function together(changed: Partial<EventFields>, mine: EventFields): Partial<EventFields> {
  const timed = ['start', 'end', 'all_day', 'time_zone'].some((f) => f in changed);
  if (!timed) return changed;
  return { ...changed, start: mine.start, end: mine.end, ...('all_day' in changed || 'time_zone' in changed ? { all_day: mine.all_day, time_zone: mine.time_zone } : {}) };
}

/** Whether a day is one that can be read. */
export function isDay(text: string): boolean {
  try {
    return parseDate(text) !== undefined;
  } catch {
    return false;
  }
}
