import { describe, expect, it } from 'vitest';
import type { CalendarEvent } from '$lib/api/types';
import { blank, draftOf, fields, lasts, setAllDay, startAt, together, wholeSeries } from './draft';

const event = (over: Partial<CalendarEvent>): CalendarEvent => ({
  id: 1, uid: 'u', calendar_id: 1, title: 'x', description: '', start: '2026-03-28T09:00:00+01:00', end: '2026-03-28T10:00:00+01:00', all_day: false, time_zone: 'Europe/Berlin',
  location_id: null, location: '', person_ids: [], color: '', starred: false, recurrence_rule: '', recurrence_text: '', rdates: [], exceptions: [], reminders: [], status: 'confirmed', url: '',
  occurrence: null, created_at: '', updated_at: '', access: 'owner', ...over,
});
const when = (d: ReturnType<typeof draftOf>) => (d.allDay ? `${d.startDay} ${d.endDay}` : `${d.startDay} ${d.startTime} ${d.endDay} ${d.endTime}`);

describe('fields', () => {
  it.each([
    event({}),
    event({ start: '2026-03-28T08:00:30Z', end: '2026-03-28T09:00:30Z', time_zone: 'UTC' }),
    event({ start: '2026-03-28T09:00:00', end: '2026-03-28T10:00:00', time_zone: null }),
    event({ start: '2026-03-28', end: '2026-03-30', all_day: true, time_zone: null, exceptions: [], reminders: ['-P1D'] }),
    event({ recurrence_rule: 'FREQ=DAILY', exceptions: ['2026-03-29T09:00:00'], color: '#123456', person_ids: [1, 2], location_id: 3 }),
  ])('says $start just as it was read', (e) => {
    const said = fields(draftOf(e), e) as Record<string, unknown>;
    for (const name of Object.keys(said)) expect(said[name], name).toEqual(e[name as keyof CalendarEvent]);
  });

  it.each([
    ['over the change of clocks', startAt(draftOf(event({})), '2026-03-29', '09:00'), '2026-03-29T09:00:00+02:00', '2026-03-29T10:00:00+02:00'],
    ['in another zone', { ...draftOf(event({})), zone: 'America/New_York' }, '2026-03-28T09:00:00-04:00', '2026-03-28T10:00:00-04:00'],
    ['floating', { ...draftOf(event({})), zone: '' }, '2026-03-28T09:00:00', '2026-03-28T10:00:00'],
    ['in UTC', { ...draftOf(event({})), zone: 'UTC' }, '2026-03-28T09:00:00Z', '2026-03-28T10:00:00Z'],
    ['whole days', setAllDay(draftOf(event({})), true, 'Europe/Berlin'), '2026-03-28', '2026-03-29'],
  ])('%s', (_, draft, start, end) => expect(fields(draft, event({}))).toMatchObject({ start, end }));

  it('sends start and end together', () => {
    const mine = fields(startAt(draftOf(event({})), '2026-03-28', '08:00'), event({}));
    expect(together({ start: mine.start }, mine)).toEqual({ start: '2026-03-28T08:00:00+01:00', end: '2026-03-28T09:00:00+01:00' });
    expect(together({ title: 'y' }, mine)).toEqual({ title: 'y' });
  });

  it.each([
    [{ title: 'y', start: 'x', location_id: null }, false],
    [{ location_id: 3 }, true],
    [{ recurrence_rule: '' }, true],
    [{ all_day: true }, true],
  ])('%j concerns the whole series: %s', (changed, want) => expect(wholeSeries(changed)).toBe(want));
});

describe('draft', () => {
  it.each([
    ['2026-03-28', '', '10:20', '2026-03-28 11:00 2026-03-28 12:00'],
    ['2026-03-28', '', '23:20', '2026-03-28 22:00 2026-03-28 23:00'],
    ['2026-03-28', '2026-03-30', '10:20', '2026-03-28 2026-03-30'],
    ['2026-03-28T23:30', '', '10:20', '2026-03-28 23:30 2026-03-29 00:30'],
    ['2026-03-28T09:00', '2026-03-28T12:15', '10:20', '2026-03-28 09:00 2026-03-28 12:15'],
  ])('begins at %s to %s', (start, end, clock, want) => expect(when(blank(start, end, 'UTC', clock, 1))).toBe(want));

  it('keeps its length when the start moves', () => {
    const night = { ...draftOf(event({})), startTime: '22:00', endDay: '2026-03-29', endTime: '02:00' };
    expect(when(startAt(night, '2026-03-30', '23:00'))).toBe('2026-03-30 23:00 2026-03-31 03:00');
    expect(lasts(night)).toBe(240);
  });

  it('becomes timed again', () => {
    const d = draftOf(event({ start: '2026-03-28', end: '2026-03-29', all_day: true, time_zone: null }));
    expect(when(setAllDay(d, false, 'Europe/Berlin'))).toBe('2026-03-28 09:00 2026-03-28 10:00');
  });
});
