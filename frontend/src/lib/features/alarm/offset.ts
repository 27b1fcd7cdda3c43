// When a record reminds: an offset from its time (RFC 5545 section 3.3.6), or an instant.

import { t } from '$lib/i18n/index.svelte';
import { stamp } from '$lib/time/format';

/** Minutes from the record's time, below 0 before it; undefined for what is no offset. */
export function minutesOf(alarm: string): number | undefined {
  const found = /^(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(alarm);
  if (!found || !/\d/.test(alarm)) return undefined;
  const [, sign, w, d, h, m] = found;
  const n = Number(w ?? 0) * 10_080 + Number(d ?? 0) * 1440 + Number(h ?? 0) * 60 + Number(m ?? 0);
  return sign && n > 0 ? -n : n;
}

/** The offset of so many minutes, in the largest units that fit. */
export function offsetOf(minutes: number): string {
  const n = Math.abs(Math.round(minutes));
  const sign = minutes < 0 ? '-' : '';
  if (n > 0 && n % 10_080 === 0 && n / 10_080 < 1000) return `${sign}P${n / 10_080}W`;
  const d = Math.floor(n / 1440);
  const h = Math.floor((n % 1440) / 60);
  const m = n % 60;
  if (n === 0) return 'PT0M';
  return `${sign}P${d ? `${d}D` : ''}${h || m ? 'T' : ''}${h ? `${h}H` : ''}${m ? `${m}M` : ''}`;
}

/** An alarm in words: "30 minutes before". For what lasts all day an offset counts from its midnight. */
export function sayAlarm(alarm: string, allDay = false): string {
  const n = minutesOf(alarm);
  if (n === undefined) return Number.isNaN(Date.parse(alarm)) ? alarm : t.alarm.at(stamp(alarm));
  if (allDay) {
    const days = Math.floor(n / 1440);
    return t.alarm.day(-days, clock(n - days * 1440));
  }
  return n === 0 ? t.alarm.start : n < 0 ? t.alarm.before(amount(-n)) : t.alarm.after(amount(n));
}

const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function amount(n: number): string {
  const of = (size: number, say: (n: number) => string) => (n % size === 0 ? say(n / size) : undefined);
  return of(10_080, t.alarm.weeks) ?? of(1440, t.alarm.days) ?? of(60, t.alarm.hours) ?? t.alarm.minutes(n);
}

export const timedChoices = [0, -5, -10, -15, -30, -60, -120, -1440, -2880, -10_080];
/** 9:00 on the day, the evening before, and mornings before. */
export const allDayChoices = [540, 480, -360, -900, -2340, -9540];
