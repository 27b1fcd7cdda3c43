// The days of a timeline: where they begin and end, and where a task lies among them.

import { CalendarDate, endOfMonth, endOfWeek, parseDate, startOfMonth, startOfWeek } from '@internationalized/date';
import type { Task } from '$lib/api/types';
import type { Node } from './order';

export type Zoom = 'weeks' | 'months';

/** How wide a day is, in rem. */
export const dayWidth: Record<Zoom, number> = { weeks: 1.75, months: 0.5 };

export type Span = { from: CalendarDate; days: number };
/** Counted in days from the beginning of a span. */
export type Bar = { from: number; days: number; /** It began before the span does. */ cut: boolean };
export type Label = { text: CalendarDate; from: number; days: number };

/** Days from a to b. */
export function daysBetween(a: CalendarDate, b: CalendarDate): number {
  return Math.round((Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day)) / 86_400_000);
}

const aYear = 370; // days; what lies further off is cut

/** The days to show: all due dates and today with some room, in whole months; at most a year back and two ahead. */
export function spanOf(tasks: Task[], today: CalendarDate): Span {
  let first = today;
  let last = today;
  for (const { due_date } of tasks) {
    if (!due_date) continue;
    const due = parseDate(due_date);
    if (due.compare(first) < 0) first = due;
    if (due.compare(last) > 0) last = due;
  }
  const from = startOfMonth(max(first.subtract({ days: 7 }), today.subtract({ days: aYear })));
  const to = endOfMonth(min(last.add({ days: 28 }), today.add({ days: 2 * aYear })));
  return { from, days: daysBetween(from, to) + 1 };
}

const max = (a: CalendarDate, b: CalendarDate) => (a.compare(b) > 0 ? a : b);
const min = (a: CalendarDate, b: CalendarDate) => (a.compare(b) < 0 ? a : b);

/** Where a task lies: from the day it was made to the day it is due, that day included. Undefined without a due date. */
export function barOf(due: string | null, made: CalendarDate, span: Span): Bar | undefined {
  if (!due) return undefined;
  const to = Math.max(0, Math.min(span.days - 1, daysBetween(span.from, parseDate(due))));
  const from = Math.min(to, daysBetween(span.from, made));
  return { from: Math.max(0, from), days: to - Math.max(0, from) + 1, cut: from < 0 };
}

/** The months of a span. */
export function monthsOf(span: Span): Label[] {
  const out: Label[] = [];
  for (let at = 0; at < span.days; ) {
    const day = span.from.add({ days: at });
    const days = Math.min(span.days - at, daysBetween(day, endOfMonth(day)) + 1);
    out.push({ text: day, from: at, days });
    at += days;
  }
  return out;
}

/** The weeks of a span, each from the day on which the user's weeks begin (0 is Sunday). */
export function weeksOf(span: Span, weekStart: number): Label[] {
  const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
  const out: Label[] = [];
  for (let at = 0; at < span.days; ) {
    const day = span.from.add({ days: at });
    const days = Math.min(span.days - at, daysBetween(day, endOfWeek(day, 'en', names[weekStart])) + 1);
    out.push({ text: at === 0 ? day : startOfWeek(day, 'en', names[weekStart]), from: at, days });
    at += days;
  }
  return out;
}

/** Rows in the order in which they are due, each whole before its parts; and what has no date, nor any part with one. */
export function schedule(nodes: Node[]): { dated: Node[]; undated: Node[] } {
  const due = (n: Node): string => [n.task.due_date ?? '~', ...n.parts.map(due)].sort()[0]!;
  const dated: Node[] = [];
  const undated: Node[] = [];
  const walk = (all: Node[]) => {
    for (const { n } of all.map((n) => ({ n, at: due(n) })).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
      if (due(n) === '~') undated.push(n, ...flat(n.parts));
      else {
        dated.push(n);
        walk(n.parts);
      }
    }
  };
  const flat = (all: Node[]): Node[] => all.flatMap((n) => [n, ...flat(n.parts)]);
  walk(nodes);
  return { dated, undated };
}
