import { beforeAll, describe, expect, it, vi } from 'vitest';
import { speak } from '$lib/i18n/index.svelte';
import { say } from './say';

beforeAll(() => {
  vi.stubGlobal('navigator', { languages: ['en-GB', 'de-DE'] });
  vi.stubGlobal('document', { documentElement: {} });
  vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z'), toFake: ['Date'] });
});

const table: [rule: string, start: string, en: string, de: string][] = [
  ['', '', '', ''],
  ['FREQ=DAILY', '', 'every day', 'jeden Tag'],
  ['FREQ=DAILY;INTERVAL=3;COUNT=5', '', 'every 3 days, 5 times', 'alle 3 Tage, 5-mal'],
  ['FREQ=WEEKLY', '', 'every week', 'jede Woche'],
  ['FREQ=WEEKLY', '2026-03-10', 'every Tuesday', 'jeden Dienstag'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', '', 'Monday to Friday', 'Montag bis Freitag'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260630', '', 'every 2nd Tuesday until 30 Jun', 'jeden 2. Dienstag bis 30. Juni'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR', '', 'every 2 weeks on Tuesday and Friday', 'alle 2 Wochen am Dienstag und Freitag'],
  ['FREQ=MONTHLY', '', 'every month', 'jeden Monat'],
  ['FREQ=MONTHLY', '2026-03-03', 'every month on the 3rd', 'jeden Monat am 3.'],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', '', 'every month on the last day', 'jeden Monat am letzten Tag'],
  ['FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU', '', 'every 2 months on the 2nd Tuesday', 'alle 2 Monate am 2. Dienstag'],
  ['FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270101', '', 'every month on the last Friday until 1 Jan 2027', 'jeden Monat am letzten Freitag bis 1. Jan. 2027'],
  ['FREQ=YEARLY', '2024-02-29', 'every year on 29 February', 'jedes Jahr am 29. Februar'],
  ['FREQ=YEARLY;BYMONTH=5;BYDAY=2SU', '', 'every year on the 2nd Sunday of May', 'jedes Jahr am 2. Sonntag im Mai'],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=1', '', 'every year on the last day of February, once', 'jedes Jahr am letzten Tag im Februar, 1-mal'],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '', 'by a rule of its own', 'nach einer eigenen Regel'],
];

describe('say', () => {
  it.each(table)('%s from %s', async (rule, start, en, de) => {
    await speak('en');
    expect(say(rule, start)).toBe(en);
    await speak('de');
    expect(say(rule, start)).toBe(de);
  });
});
