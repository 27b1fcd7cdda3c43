import { parseDate } from '@internationalized/date';
import { describe, expect, test } from 'vitest';
import { age, contactDue, nextTime, parseDay, writeDay } from './days';

const on = parseDate;

test.each(['1815-12-10', '--02-29', '0985-01-01'])('%s is read and written', (text) => {
  expect(writeDay(parseDay(text)!)).toBe(text);
});

test.each([null, undefined, '', '12-10', '--1-2', '1815-12-10T00:00:00Z', 'tomorrow'])('%j is no day', (text) => {
  expect(parseDay(text)).toBeNull();
});

describe('the next time', () => {
  test.each([
    ['1990-03-29', '2026-03-29', '2026-03-29', 36], // today counts
    ['1990-03-29', '2026-03-30', '2027-03-29', 37],
    ['1990-12-31', '2026-01-01', '2026-12-31', 36],
    ['--07-08', '2026-07-09', '2027-07-08', null],
    ['2000-02-29', '2026-01-01', '2026-02-28', 26], // a common year
    ['2000-02-29', '2026-03-01', '2027-02-28', 27],
    ['2000-02-29', '2028-01-01', '2028-02-29', 28], // a leap year
    ['--02-29', '2100-01-01', '2100-02-28', null],
    ['2027-05-01', '2026-01-01', '2027-05-01', 0], // not born yet
  ])('of %s, seen from %s, is %s', (day, today, date, years) => {
    const next = nextTime(day, on(today))!;
    expect([next.date.toString(), next.years]).toEqual([date, years]);
  });
  test('of no day is none', () => expect(nextTime(null, on('2026-01-01'))).toBeNull());
});

test.each([
  ['1990-03-29', '2026-03-28', 35],
  ['1990-03-29', '2026-03-29', 36],
  ['2000-02-29', '2025-02-28', 25],
  ['2000-02-29', '2025-02-27', 24],
  ['--03-29', '2026-03-29', null],
  ['2027-01-01', '2026-03-29', null],
  [null, '2026-03-29', null],
])('who was born %s is on %s of age %s', (birthday, today, want) => expect(age(birthday, on(today))).toBe(want));

test.each([
  [null, '2026-01-31T12:00:00Z', null],
  [30, '2026-01-01T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  [30, null, '2025-12-31T00:00:00.000Z'], // since they became known
])('every %s days, last %s: due %s', (contact_every_days, last_contacted_at, want) => {
  const due = contactDue({ contact_every_days, last_contacted_at, created_at: '2025-12-01T00:00:00Z' });
  expect(due === null ? null : new Date(due).toISOString()).toBe(want);
});
