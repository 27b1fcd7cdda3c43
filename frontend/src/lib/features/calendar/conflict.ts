import type { Calendar, CalendarEvent } from '$lib/api/types';
import { sayAlarm } from '$lib/features/alarm/offset';
import { say } from '$lib/features/recurrence/say';
import { t } from '$lib/i18n/index.svelte';
import { names } from '$lib/state/names.svelte';
import { day, stamp } from '$lib/time/format';
import { addDays } from './item';

/** What an event's fields are called and how they are said, where two versions of it are compared. */
export function conflictWords(calendars: Calendar[]) {
  const labels: Partial<Record<keyof CalendarEvent & string, string>> = {
    title: t.common.title, start: t.calendar.fields.start, end: t.calendar.fields.end, calendar_id: t.common.kinds.calendar, time_zone: t.calendar.fields.zone,
    location: t.calendar.fields.location, location_id: t.common.kinds.location, person_ids: t.calendar.fields.people, recurrence_rule: t.recurrence.label,
    reminders: t.alarm.label, status: t.calendar.fields.status, color: t.common.color, starred: t.calendar.fields.starred, url: t.calendar.fields.url, description: t.common.description,
  };
  const show = (field: string, value: unknown): string => {
    if (value === null || value === undefined || value === '') return '';
    switch (field) {
      case 'start': return when(String(value), 0);
      case 'end': return when(String(value), -1);
      case 'calendar_id': return calendars.find((c) => c.id === value)?.name ?? '';
      case 'location_id': return names.of('location', value as number)?.name ?? '';
      case 'person_ids': return (value as number[]).map((id) => names.of('person', id)?.name ?? '').join(', ');
      case 'recurrence_rule': return say(String(value));
      case 'reminders': return (value as string[]).map((a) => sayAlarm(a)).join(', ');
      case 'status': return t.calendar.statuses[value as CalendarEvent['status']];
      case 'starred': return value ? t.common.yes : t.common.no;
      default: return String(value);
    }
  };
  return { labels, show };
}

/** An all-day end is said as the last day. */
function when(value: string, shift: number): string {
  if (value.length === 10) return day(addDays(value, shift));
  return /([+-]\d\d:\d\d|Z)$/.test(value) ? stamp(value) : `${day(value)} ${value.slice(11, 16)}`;
}
