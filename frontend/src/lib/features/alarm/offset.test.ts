import { beforeAll, describe, expect, it, vi } from 'vitest';
import { minutesOf, offsetOf, sayAlarm } from './offset';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

describe('offset', () => {
  it.each([
    ['PT0M', 0, 'At the start'],
    ['-PT30M', -30, '30 minutes before'],
    ['-PT1H30M', -90, '90 minutes before'],
    ['-PT2H', -120, '2 hours before'],
    ['-P1D', -1440, '1 day before'],
    ['-P2W', -20_160, '2 weeks before'],
    ['PT15M', 15, '15 minutes after'],
  ])('%s is %i minutes', (text, minutes, said) => {
    expect(minutesOf(text)).toBe(minutes);
    expect(offsetOf(minutes)).toBe(text);
    expect(sayAlarm(text)).toBe(said);
  });

  it.each([
    ['-P1DT12H', -2160],
    ['-PT60M', -60],
    ['P7D', 10_080],
  ])('reads %s', (text, minutes) => expect(minutesOf(text)).toBe(minutes));

  it.each(['', 'P', 'PT', '2026-03-01T09:00:00Z', '30M'])('%j is no offset', (text) => expect(minutesOf(text)).toBeUndefined());

  it.each([
    ['PT9H', 'On the day at 09:00'],
    ['-PT15H', 'The day before at 09:00'],
    ['-P1DT15H', '2 days before at 09:00'],
    ['-P1D', 'The day before at 00:00'],
  ])('%s of an all-day event', (text, said) => expect(sayAlarm(text, true)).toBe(said));
});
