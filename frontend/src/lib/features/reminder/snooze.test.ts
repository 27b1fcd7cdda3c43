import { parseZonedDateTime } from '@internationalized/date';
import { describe, expect, test } from 'vitest';
import { choices, groupOf } from './snooze';

const said = (now: string, weekStart = 1) =>
  Object.fromEntries(choices(parseZonedDateTime(now), weekStart).map((c) => [c.name, c.until.toString().slice(0, 16)]));

describe('choices', () => {
  test('on a Wednesday morning there are all of them', () => {
    expect(said('2026-03-18T10:07:33[Europe/Berlin]')).toEqual({
      minutes10: '2026-03-18T10:17', hour: '2026-03-18T11:07', evening: '2026-03-18T18:00', tomorrow: '2026-03-19T09:00', week: '2026-03-23T09:00',
    });
  });
  test.each([
    ['2026-03-18T17:29:00[Europe/Berlin]', true],
    ['2026-03-18T17:30:00[Europe/Berlin]', false],
    ['2026-03-18T23:00:00[Europe/Berlin]', false],
  ])('this evening at %s: %s', (now, there) => {
    expect('evening' in said(now)).toBe(there);
  });
  test.each([
    ['2026-03-22T10:00:00[Europe/Berlin]', 1, '2026-03-30T09:00'], // a Sunday: tomorrow is offered already
    ['2026-03-23T10:00:00[Europe/Berlin]', 1, '2026-03-30T09:00'],
    ['2026-03-20T10:00:00[Europe/Berlin]', 0, '2026-03-22T09:00'],
    ['2026-03-20T10:00:00[Europe/Berlin]', 6, '2026-03-28T09:00'],
  ])('next week after %s, weeks from %d', (now, weekStart, want) => {
    expect(said(now, weekStart).week).toBe(want);
  });
  test('tomorrow at nine is nine on the clock, over a change of the clocks too', () => {
    const c = choices(parseZonedDateTime('2026-03-28T20:00:00[Europe/Berlin]'), 1).find((x) => x.name === 'tomorrow')!;
    expect(c.until.toAbsoluteString()).toBe('2026-03-29T07:00:00.000Z');
  });
});

const at = Date.parse('2026-03-18T10:00:00Z');
test.each([
  ['due', { due_at: '2026-03-18T10:00:00Z' }],
  ['upcoming', { due_at: '2026-03-18T10:00:01Z' }],
  ['snoozed', { due_at: '2026-03-18T11:00:00Z', snoozed_until: '2026-03-18T11:00:00Z' }],
  ['due', { due_at: '2026-03-18T09:00:00Z', snoozed_until: '2026-03-18T09:00:00Z' }],
  ['off', { due_at: '2026-03-18T09:00:00Z', active: false }],
  ['dismissed', { due_at: '2026-03-18T09:00:00Z', active: false, dismissed: true }],
] as const)('%s: %j', (want, r) => {
  expect(groupOf({ active: true, dismissed: false, snoozed_until: null, ...r }, at)).toBe(want);
});
