// What an item is in words, for the grid and for those who hear it.

import { t } from '$lib/i18n/index.svelte';
import { settings } from '$lib/state/settings.svelte';
import { longDay, shortDay, time, zoned } from '$lib/time/format';
import { clockOf, type Item } from './item';

/** "09:00" */
export function startTime(item: Item): string {
  return item.allDay ? '' : time(clockOf(item.from));
}

/** "09:00 – 10:30"; with the days where there are several. */
export function timeSpan(item: Item): string {
  if (item.allDay) return item.first === item.last ? t.common.allDay : t.calendar.span(shortDay(item.first), shortDay(item.last));
  const from = time(clockOf(item.from));
  const to = time(clockOf(item.to % 1440));
  if (item.first !== item.last) return t.calendar.span(`${shortDay(item.first)} ${from}`, `${shortDay(item.last)} ${to}`);
  return item.from === item.to ? from : t.calendar.span(from, to);
}

/** "New York" of America/New_York. */
export function city(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** An event's own time where its clock shows another than the user's: "03:00 – 04:00 New York". */
export function elsewhere(item: Item): string {
  const e = item.event;
  if (!e || e.all_day || !e.time_zone || e.time_zone === settings.zone) return '';
  const there = zoned(e.start, e.time_zone);
  if (there.offset === zoned(e.start).offset) return '';
  const clock = (instant: string) => time(zoned(instant, e.time_zone!).toString().slice(11, 16));
  return `${t.calendar.span(clock(e.start), clock(e.end))} ${city(e.time_zone)}`;
}

/** A title, with the years where it is a birthday. */
export function nameOf(item: Item): string {
  const title = item.title || t.common.untitled;
  if (item.kind === 'birthday') return item.years ? t.calendar.birthdayYears(title, item.years) : t.calendar.birthday(title);
  if (item.kind === 'anniversary') return item.years ? t.calendar.anniversaryYears(title, item.years) : t.calendar.anniversary(title);
  return title;
}

/** What the eye sees from where an item stands, for those who hear it: the day, the time unless it is written there, and what it is. */
export function aside(item: Item, timed = false): string {
  const day = item.allDay && item.first !== item.last ? '' : longDay(item.first);
  const kind = item.kind === 'todo' || item.kind === 'task' || item.kind === 'reminder' ? t.common.kinds[item.kind] : '';
  const status = item.event && item.event.status !== 'confirmed' ? t.calendar.statuses[item.event.status] : '';
  return [kind, day, ...(timed ? [] : [timeSpan(item), elsewhere(item)]), item.event?.occurrence ? t.calendar.repeats : '', status].filter(Boolean).map((x) => `, ${x}`).join('');
}
