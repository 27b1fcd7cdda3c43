// A recurrence rule (RFC 5545 section 3.3.10) as the few things a form asks for.
// What the form cannot say is no Rule: its text stays as it is.

import { CalendarDate, endOfMonth, getDayOfWeek, parseDate, startOfMonth, toCalendarDate, fromAbsolute } from '@internationalized/date';

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof weekdays)[number];
export type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

export type End =
  | { kind: 'never' }
  /** The last day, inclusive. `text` is how the rule said it, while the day is that one. */
  | { kind: 'on'; date: string; text?: string }
  | { kind: 'after'; count: number };

export type Rule = {
  frequency: Frequency;
  interval: number;
  /** WEEKLY: on these days; none is the weekday of the start. */
  weekdays: Weekday[];
  /** MONTHLY and YEARLY: on the nth such weekday of the month; -1 is the last. */
  nth?: { n: number; weekday: Weekday };
  /** MONTHLY and YEARLY: on this day of the month, -1 the last; none is the day of the start. */
  monthDay?: number;
  /** YEARLY: in this month, 1 to 12; none is the month of the start. */
  month?: number;
  end: End;
  /** What changes no day here and is kept word for word: WKST=SU. */
  rest: string[];
};

const daily: Rule = { frequency: 'DAILY', interval: 1, weekdays: [], end: { kind: 'never' }, rest: [] };

/** A rule that recurs at the frequency, on the start's own day, without end. */
export function plain(frequency: Frequency): Rule {
  return { ...daily, frequency };
}

/**
 * Reads a rule; undefined for one that the model cannot say, and for what is no
 * rule. The zone says on which day an UNTIL in UTC falls.
 */
export function parse(text: string, zone = 'UTC'): Rule | undefined {
  const parts = new Map<string, string>();
  for (const part of text.trim().replace(/^RRULE:/i, '').split(';').filter(Boolean)) {
    const [name = '', value = ''] = part.toUpperCase().split('=');
    if (parts.has(name) || value === '') return undefined;
    parts.set(name, value);
  }
  const take = (name: string) => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const frequency = take('FREQ') as Frequency | undefined;
  const interval = positive(take('INTERVAL') ?? '1');
  const end = readEnd(take('UNTIL'), take('COUNT'), zone);
  const wkst = take('WKST');
  if (!frequency || !['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(frequency) || !interval || !end) return undefined;
  const rule: Rule = { frequency, interval, weekdays: [], end, rest: wkst ? [`WKST=${wkst}`] : [] };

  const days = readDays(take('BYDAY'));
  const monthDay = take('BYMONTHDAY');
  const month = take('BYMONTH');
  const position = take('BYSETPOS');
  if (!days || parts.size > 0) return undefined;
  const plainDays = days.every((d) => d.n === 0);

  if (frequency === 'DAILY' || frequency === 'WEEKLY') {
    if (monthDay || month || position || !plainDays) return undefined;
    if (days.length > 0 && frequency === 'DAILY') {
      if (interval !== 1) return undefined;
      rule.frequency = 'WEEKLY'; // "daily, on weekdays" is weekly on those days
    }
    rule.weekdays = inOrder(days.map((d) => d.weekday));
    return rule;
  }
  if (month) {
    const m = positive(month);
    if (frequency !== 'YEARLY' || !m || m > 12) return undefined;
    rule.month = m;
  }
  if (frequency === 'YEARLY' && !rule.month && (days.length > 0 || monthDay)) return undefined;
  if (monthDay) {
    const d = Number(monthDay);
    if (days.length > 0 || position || !/^-?\d+$/.test(monthDay) || d === 0 || d < -1 || d > 31) return undefined;
    rule.monthDay = d;
  }
  if (days.length > 0) {
    const [only] = days;
    const n = position ? Number(position) : only!.n; // TU;BYSETPOS=2 is 2TU
    if (days.length > 1 || (position && only!.n !== 0) || !Number.isInteger(n) || n === 0 || n < -1 || n > 5) return undefined;
    rule.nth = { n, weekday: only!.weekday };
  } else if (position) return undefined;
  return rule;
}

/** The rule's text, without RRULE:, its parts in the order in which the server writes them. */
export function write(rule: Rule): string {
  const out = [`FREQ=${rule.frequency}`];
  if (rule.interval > 1) out.push(`INTERVAL=${rule.interval}`);
  if (rule.end.kind === 'after') out.push(`COUNT=${rule.end.count}`);
  if (rule.end.kind === 'on') out.push(`UNTIL=${rule.end.text ?? rule.end.date.replaceAll('-', '')}`);
  if (rule.frequency === 'YEARLY' && rule.month) out.push(`BYMONTH=${rule.month}`);
  if (rule.frequency === 'WEEKLY' && rule.weekdays.length > 0) out.push(`BYDAY=${inOrder(rule.weekdays).join(',')}`);
  if (rule.frequency === 'MONTHLY' || rule.frequency === 'YEARLY') {
    if (rule.nth) out.push(`BYDAY=${rule.nth.n}${rule.nth.weekday}`);
    else if (rule.monthDay) out.push(`BYMONTHDAY=${rule.monthDay}`);
  }
  return [...out, ...rule.rest].join(';');
}

/** The weekday of a date. */
export function weekdayOf(date: string | CalendarDate): Weekday {
  const d = typeof date === 'string' ? parseDate(date) : date;
  return weekdays[getDayOfWeek(d, 'en-US', 'mon')]!;
}

/** Which of its weekdays in its month a date is: the 2nd Tuesday; -1 where it is the last one. */
export function nthOf(date: string): { n: number; weekday: Weekday } {
  const d = parseDate(date);
  const last = d.add({ days: 7 }).month !== d.month;
  return { n: last ? -1 : Math.ceil(d.day / 7), weekday: weekdayOf(d) };
}

const patience = 800; // intervals without an occurrence: 30 February never comes

/**
 * The first days of a series that begins on start: those from `from` on, at most
 * n. As on the server, the start is always one of them and counts.
 */
export function dates(rule: Rule, start: string, from: string, n: number): string[] {
  const first = parseDate(start);
  const out: string[] = start >= from ? [start] : [];
  let counted = 1;
  for (let k = 0, idle = 0; idle < patience && k < 20_000; k++, idle++) {
    for (const d of period(rule, first, k)) {
      if (d.compare(first) <= 0) continue;
      const date = d.toString();
      if (rule.end.kind === 'on' && date > rule.end.date) return out;
      if (rule.end.kind === 'after' && ++counted > rule.end.count) return out;
      if (date >= from) out.push(date);
      if (out.length >= n) return out;
      idle = 0;
    }
  }
  return out;
}

/** The days of the kth interval, in order. */
function period(rule: Rule, first: CalendarDate, k: number): CalendarDate[] {
  const step = k * rule.interval;
  switch (rule.frequency) {
    case 'DAILY':
      return [first.add({ days: step })];
    case 'WEEKLY': {
      const begins = rule.rest.find((r) => r.startsWith('WKST='))?.slice(5) ?? 'MO';
      const shift = weekdays.indexOf(begins as Weekday);
      const back = (weekdays.indexOf(weekdayOf(first)) - shift + 7) % 7;
      const week = first.subtract({ days: back }).add({ weeks: step });
      const days = rule.weekdays.length > 0 ? rule.weekdays : [weekdayOf(first)];
      return days.map((d) => (weekdays.indexOf(d) - shift + 7) % 7).sort((a, b) => a - b).map((n) => week.add({ days: n }));
    }
    case 'MONTHLY':
      return inMonth(rule, startOfMonth(first).add({ months: step }), first.day);
    case 'YEARLY':
      return inMonth(rule, new CalendarDate(first.year + step, rule.month ?? first.month, 1), first.day);
  }
}

function inMonth(rule: Rule, month: CalendarDate, startDay: number): CalendarDate[] {
  const last = endOfMonth(month);
  if (rule.nth) {
    const { n, weekday } = rule.nth;
    const at = weekdays.indexOf(weekday);
    const d = n > 0
      ? month.add({ days: ((at - weekdays.indexOf(weekdayOf(month)) + 7) % 7) + 7 * (n - 1) })
      : last.subtract({ days: (weekdays.indexOf(weekdayOf(last)) - at + 7) % 7 });
    return d.month === month.month ? [d] : [];
  }
  const wanted = rule.monthDay ?? startDay;
  if (wanted < 0) return [last];
  return wanted <= last.day ? [month.set({ day: wanted })] : [];
}

function inOrder(days: Weekday[]): Weekday[] {
  return weekdays.filter((d) => days.includes(d));
}

function positive(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

function readDays(text: string | undefined): { n: number; weekday: Weekday }[] | undefined {
  const out: { n: number; weekday: Weekday }[] = [];
  for (const part of text ? text.split(',') : []) {
    const found = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(part);
    if (!found) return undefined;
    out.push({ n: Number(found[1] ?? 0), weekday: found[2] as Weekday });
  }
  return out;
}

function readEnd(until: string | undefined, count: string | undefined, zone: string): End | undefined {
  if (until && count) return undefined;
  if (count) {
    const n = positive(count);
    return n ? { kind: 'after', count: n } : undefined;
  }
  if (!until) return { kind: 'never' };
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(until);
  if (!found) return undefined;
  const [, y, m, d, hh, mm, ss, utc] = found;
  let date = `${y}-${m}-${d}`;
  const at = Date.parse(`${date}T${hh ?? '00'}:${mm ?? '00'}:${ss ?? '00'}Z`);
  if (Number.isNaN(at)) return undefined;
  if (utc) date = toCalendarDate(fromAbsolute(at, zone)).toString();
  return { kind: 'on', date, text: until };
}
