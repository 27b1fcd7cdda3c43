import { describe, expect, it } from 'vitest';
import { dates, nthOf, parse, write } from './rule';

describe('rule', () => {
  // What the form can say is written as it was read.
  it.each([
    'FREQ=DAILY',
    'FREQ=DAILY;INTERVAL=3;COUNT=5',
    'FREQ=WEEKLY',
    'FREQ=WEEKLY;INTERVAL=2;UNTIL=20260630;BYDAY=TU,FR',
    'FREQ=WEEKLY;UNTIL=20250131T093000Z;WKST=SU',
    'FREQ=MONTHLY;BYDAY=2TU',
    'FREQ=MONTHLY;COUNT=4;BYDAY=-1FR',
    'FREQ=MONTHLY;BYMONTHDAY=-1',
    'FREQ=YEARLY;BYMONTH=5;BYDAY=2SU',
    'FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29',
  ])('reads and writes %s', (text) => {
    expect(write(parse(text)!)).toBe(text);
  });

  // Other ways to say the same.
  it.each([
    ['RRULE:freq=weekly;byday=fr,mo', 'FREQ=WEEKLY;BYDAY=MO,FR'],
    ['FREQ=WEEKLY;BYDAY=TU,FR;COUNT=3', 'FREQ=WEEKLY;COUNT=3;BYDAY=TU,FR'],
    ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'],
    ['FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2', 'FREQ=MONTHLY;BYDAY=2TU'],
    ['INTERVAL=1;FREQ=MONTHLY;', 'FREQ=MONTHLY'],
  ])('reads %s as %s', (text, same) => {
    expect(write(parse(text)!)).toBe(same);
  });

  // What the form cannot say is left alone.
  it.each([
    '',
    'every day',
    'FREQ=HOURLY',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;INTERVAL=2;BYDAY=MO',
    'FREQ=DAILY;COUNT=2;UNTIL=20260101',
    'FREQ=DAILY;BYHOUR=9',
    'FREQ=WEEKLY;BYDAY=1MO',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    'FREQ=MONTHLY;BYDAY=MO',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR',
    'FREQ=YEARLY;BYDAY=20MO',
    'FREQ=YEARLY;BYMONTH=6,9',
    'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
    'FREQ=DAILY;FREQ=WEEKLY',
    'FREQ=DAILY;UNTIL=20261399',
  ])('does not read %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it('places an UNTIL in UTC on the day of the zone', () => {
    expect(parse('FREQ=DAILY;UNTIL=20260701T045959Z', 'America/New_York')!.end).toMatchObject({ date: '2026-07-01' });
    expect(parse('FREQ=DAILY;UNTIL=20260701T035959Z', 'America/New_York')!.end).toMatchObject({ date: '2026-06-30' });
  });

  it.each([
    ['2026-03-10', 2, 'TU'],
    ['2026-03-31', -1, 'TU'],
    ['2026-03-01', 1, 'SU'],
    ['2026-02-22', -1, 'SU'],
  ])('%s is the %i. %s of its month', (date, n, weekday) => {
    expect(nthOf(date)).toEqual({ n, weekday });
  });
});

describe('dates', () => {
  it.each([
    ['FREQ=DAILY;INTERVAL=2;COUNT=3', '2026-02-27', ['2026-02-27', '2026-03-01', '2026-03-03']],
    ['FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20260313', '2026-03-04', ['2026-03-04', '2026-03-06', '2026-03-09', '2026-03-13']],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4', '1997-08-05', ['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24']], // RFC 5545, WKST=MO
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4;WKST=SU', '1997-08-05', ['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31']],
    ['FREQ=MONTHLY', '2026-01-31', ['2026-01-31', '2026-03-31', '2026-05-31', '2026-07-31']],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', '2026-01-31', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']],
    ['FREQ=MONTHLY;BYDAY=2TU;COUNT=3', '2026-03-01', ['2026-03-01', '2026-03-10', '2026-04-14']],
    ['FREQ=MONTHLY;BYDAY=5MO;COUNT=3', '2026-03-01', ['2026-03-01', '2026-03-30', '2026-06-29']],
    ['FREQ=YEARLY', '2024-02-29', ['2024-02-29', '2028-02-29', '2032-02-29', '2036-02-29']],
    ['FREQ=YEARLY;BYMONTH=5;BYDAY=2SU;COUNT=3', '2026-05-10', ['2026-05-10', '2027-05-09', '2028-05-14']],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31', '2026-01-01', ['2026-01-01']],
  ])('%s from %s', (text, start, want) => {
    expect(dates(parse(text)!, start, start, 4)).toEqual(want);
  });

  it('counts what lies before the days asked for', () => {
    expect(dates(parse('FREQ=DAILY;COUNT=5')!, '2026-03-01', '2026-03-04', 9)).toEqual(['2026-03-04', '2026-03-05']);
  });
});
