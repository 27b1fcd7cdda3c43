import { describe, expect, test } from 'vitest';
import { eventFields, nextHour, reminderMoment, todoFields } from './make';
import { parse } from './parse';

const here = { today: '2026-11-25', now: '10:20', zone: 'Europe/Berlin' };
const read = (text: string, event = false) => parse(text, { ...here, event });

describe('to-dos', () => {
  test('take what was understood', () => {
    expect(todoFields(read('Rent tomorrow 18:00 !high #home every month'))).toEqual({
      title: 'Rent', due_date: '2026-11-26', due_time: '18:00', priority: 'high', tags: ['home'], recurrence_rule: 'FREQ=MONTHLY', repeat_from: 'due',
    });
    expect(todoFields(read('Rent'))).toEqual({ title: 'Rent' });
  });

  test('and what the list they are added to is about, unless the line says otherwise', () => {
    expect(todoFields(read('Rent !low #new'), { priority: 'high', tags: ['Home', 'NEW'], project_id: 3 })).toEqual({ title: 'Rent', priority: 'low', tags: ['new', 'Home'], project_id: 3 });
  });
});

describe('events', () => {
  test.each<[string, object]>([
    ['Lunch tomorrow 12:30', { start: '2026-11-26T12:30:00', end: '2026-11-26T13:30:00', time_zone: 'Europe/Berlin' }],
    ['Lunch tomorrow 12:30 for 45 min', { start: '2026-11-26T12:30:00', end: '2026-11-26T13:15:00', time_zone: 'Europe/Berlin' }],
    ['Lunch tomorrow 12-14 Uhr', { start: '2026-11-26T12:00:00', end: '2026-11-26T14:00:00', time_zone: 'Europe/Berlin' }],
    ['Lunch tomorrow 23:30-00:30', { start: '2026-11-26T23:30:00', end: '2026-11-27T00:30:00', time_zone: 'Europe/Berlin' }],
    ['Lunch tomorrow 23:30', { start: '2026-11-26T23:30:00', end: '2026-11-27T00:30:00', time_zone: 'Europe/Berlin' }],
    ['Lunch tomorrow', { start: '2026-11-26', end: '2026-11-27', all_day: true }],
    ['Lunch 24.12. bis 26.12.', { start: '2026-12-24', end: '2026-12-27', all_day: true }],
    ['Lunch all day', { start: '2026-11-25', end: '2026-11-26', all_day: true }],
    ['Lunch tomorrow 2h', { start: '2026-11-26T09:00:00', end: '2026-11-26T11:00:00', time_zone: 'Europe/Berlin' }],
    ['Lunch', { start: '2026-11-25T11:00:00', end: '2026-11-25T12:00:00', time_zone: 'Europe/Berlin' }],
    ['Lunch every friday 12:00', { start: '2026-11-27T12:00:00', end: '2026-11-27T13:00:00', time_zone: 'Europe/Berlin', recurrence_rule: 'FREQ=WEEKLY;BYDAY=FR' }],
  ])('%j', (text, want) => {
    expect(eventFields(read(text, true), here)).toEqual({ title: 'Lunch', ...want });
  });
});

test.each([
  ['Tea', { date: '2026-11-25', time: '11:00' }],
  ['Tea tomorrow', { date: '2026-11-26', time: '09:00' }],
  ['Tea in 30 minutes', { date: '2026-11-25', time: '10:50' }],
  ['Tea 16:00', { date: '2026-11-25', time: '16:00' }],
])('a reminder for %j', (text, want) => {
  expect(reminderMoment(read(text), here)).toEqual(want);
});

test('the next hour may be of the next day', () => {
  expect(nextHour('2026-12-31', '23:20')).toEqual({ date: '2027-01-01', time: '00:00' });
});
