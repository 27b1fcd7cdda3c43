// For how long a reminder can be left alone, and what state it is in.

import { type CalendarDate, type ZonedDateTime, toCalendarDate } from '@internationalized/date';
import type { Reminder } from '$lib/api/types';

export type ChoiceName = 'minutes10' | 'hour' | 'evening' | 'tomorrow' | 'week';
export type Choice = { name: ChoiceName; until: ZonedDateTime; /** In minutes from the moment it is sent. */ minutes?: number };

const morning = { hour: 9, minute: 0, second: 0, millisecond: 0 };
const evening = { hour: 18, minute: 0, second: 0, millisecond: 0 };
const latest = 17.5; // hours; after that there is no "this evening" worth waiting for

/** The choices there are at a moment; weeks begin on weekStart (0 is Sunday). */
export function choices(now: ZonedDateTime, weekStart: number): Choice[] {
  const clock = now.hour + now.minute / 60;
  const days = (weekStart - weekdayOf(toCalendarDate(now)) + 6) % 7 + 1;
  return [
    { name: 'minutes10', until: now.add({ minutes: 10 }), minutes: 10 },
    { name: 'hour', until: now.add({ hours: 1 }), minutes: 60 },
    ...(clock < latest ? [{ name: 'evening' as const, until: now.set(evening) }] : []),
    { name: 'tomorrow', until: now.add({ days: 1 }).set(morning) },
    // On the eve of a week "next week" is tomorrow; then it is the week after that which is meant.
    { name: 'week', until: now.add({ days: days === 1 ? 8 : days }).set(morning) },
  ];
}

function weekdayOf(d: CalendarDate): number {
  return new Date(Date.UTC(d.year, d.month - 1, d.day)).getUTCDay();
}

export const groups = ['due', 'upcoming', 'snoozed', 'off', 'dismissed'] as const;
export type Group = (typeof groups)[number];

/** The state of a reminder at a moment (ms since 1970). */
export function groupOf(r: Pick<Reminder, 'dismissed' | 'active' | 'snoozed_until' | 'due_at'>, at: number): Group {
  if (r.dismissed) return 'dismissed';
  if (!r.active) return 'off';
  if (Date.parse(r.due_at) <= at) return 'due';
  return r.snoozed_until ? 'snoozed' : 'upcoming';
}
