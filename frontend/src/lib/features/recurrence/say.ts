import { CalendarDate } from '@internationalized/date';
import { locale, t } from '$lib/i18n/index.svelte';
import { settings } from '$lib/state/settings.svelte';
import { civil, month, shortDay, weekday } from '$lib/time/format';
import { parse, weekdayOf, weekdays, type Rule, type Weekday } from './rule';

/** Monday is the 1st of January 2024. */
const aDayOf = (d: Weekday) => new CalendarDate(2024, 1, 1 + weekdays.indexOf(d));
/** In a leap year, so that 29 February is one. */
const dayMonth = (m: number, d: number) =>
  new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, m - 1, d)));

/** The name of a weekday. */
export function dayName(d: Weekday, style: 'long' | 'short' | 'narrow' = 'long'): string {
  return weekday(aDayOf(d), style);
}

/** A day and its month, without a year. */
export function dayOfYear(date: string): string {
  const d = civil(date);
  return dayMonth(d.month, d.day);
}

/**
 * A rule in plain words, as part of a sentence: "every 2nd Tuesday until 30 June".
 * "" when there is none. `start` (YYYY-MM-DD) names the day where the rule leaves
 * it to the start.
 */
export function say(text: string, start = ''): string {
  if (!text.trim()) return '';
  const rule = parse(text, settings.zone);
  return rule ? sayRule(rule, start) : t.recurrence.say.own;
}

export function sayRule(rule: Rule, start = ''): string {
  return sayWhen(rule, start) + sayEnd(rule);
}

function sayWhen(rule: Rule, start: string): string {
  const s = t.recurrence.say;
  const n = rule.interval;
  switch (rule.frequency) {
    case 'DAILY':
      return s.day(n);
    case 'WEEKLY': {
      const days = rule.weekdays.length > 0 ? rule.weekdays : start ? [weekdayOf(start.slice(0, 10))] : [];
      if (days.length === 0) return s.week(n);
      if (days.length === 7 && n === 1) return s.day(1);
      if (n === 1 && days.join() === 'MO,TU,WE,TH,FR') return s.workdays;
      const names = new Intl.ListFormat(locale(), { type: 'conjunction' }).format(days.map((d) => dayName(d)));
      return s.weekOn(n, names, days.length === 1);
    }
    case 'MONTHLY': {
      if (rule.nth) return s.month(n) + s.monthNth(rule.nth.n, dayName(rule.nth.weekday));
      const day = rule.monthDay ?? (start ? civil(start).day : 0);
      return s.month(n) + (day ? s.monthDay(day) : '');
    }
    case 'YEARLY': {
      const m = rule.month ?? (start ? civil(start).month : 0);
      if (!m) return s.year(n);
      const name = month(new CalendarDate(2024, m, 1));
      if (rule.nth) return s.year(n) + s.yearNth(rule.nth.n, dayName(rule.nth.weekday), name);
      const day = rule.monthDay ?? (start ? civil(start).day : 0);
      return s.year(n) + (day < 0 ? s.yearLast(name) : day ? s.yearOn(dayMonth(m, day)) : '');
    }
  }
}

function sayEnd(rule: Rule): string {
  if (rule.end.kind === 'on') return t.recurrence.say.until(shortDay(rule.end.date));
  return rule.end.kind === 'after' ? t.recurrence.say.times(rule.end.count) : '';
}
