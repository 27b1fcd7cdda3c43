import { beforeAll, describe, expect, it, vi } from 'vitest';
import { sayLength, sayWhen } from './templates';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-US'] }));

describe('a template', () => {
  it.each([
    [0, '0 min'],
    [45, '45 min'],
    [90, '1 hr 30 min'],
    [1440, '1 day'],
    [3000, '2 days 2 hr'],
  ])('lasts %i minutes', (minutes, want) => expect(sayLength(minutes)).toBe(want));

  it.each([
    [{ all_day: true, start_time: null, duration_minutes: 1440 }, 'All day'],
    [{ all_day: true, start_time: null, duration_minutes: 2880 }, 'All day, 2 days'],
    [{ all_day: false, start_time: '18:00', duration_minutes: 60 }, '18:00, 1 hr'],
    [{ all_day: false, start_time: null, duration_minutes: 30 }, '30 min'],
  ])('%j', (x, want) => expect(sayWhen(x)).toBe(want));
});
