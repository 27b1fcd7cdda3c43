import { describe, expect, it } from 'vitest';
import { clockOf, moved, resized, spanOf, type Item } from './item';
import { columns, fit, lanes, squeeze } from './layout';
import { rangeOf, step } from './range';

/** "a 03-02 03-04" takes whole days; "b 03-02 09:00-10:30" has times; an end below the start is on the next day. */
function item(text: string): Item {
  const [key = '', first = '', rest = ''] = text.split(' ');
  const base = { key, kind: 'event' as const, id: 1, title: key, color: '' };
  if (!rest.includes(':')) return { ...base, allDay: true, first: `2026-${first}`, last: `2026-${rest || first}`, from: 0, to: 1440 };
  const [from, to] = rest.split('-').map((c) => Number(c.slice(0, 2)) * 60 + Number(c.slice(3))) as [number, number];
  const next = to < from ? String(Number(first.slice(3)) + 1).padStart(2, '0') : first.slice(3);
  return { ...base, allDay: false, first: `2026-${first}`, last: `2026-${first.slice(0, 3)}${next}`, from, to };
}

describe('lanes', () => {
  it.each([
    ['one under the other', ['a 03-02', 'b 03-02'], ['a 0+1 @0', 'b 0+1 @1']],
    ['long ones first', ['a 03-02 09:00-10:00', 'b 03-02 03-04'], ['b 0+3 @0', 'a 0+1 @1']],
    ['into what is free', ['a 03-02 03-03', 'b 03-03', 'c 03-04'], ['a 0+2 @0', 'b 1+1 @1', 'c 2+1 @0']],
    ['over both edges', ['a 02-20 03-20'], ['<a 0+7 @0>']],
    ['a night out stays on its evening', ['a 03-03 22:00-02:00'], ['a 1+1 @0']],
    ['nothing of another week', ['a 03-09', 'b 03-01'], []],
  ])('%s', (_, given, want) => {
    const bars = lanes(given.map(item), '2026-03-02', 7);
    expect(bars.map((b) => `${b.before ? '<' : ''}${b.item.key} ${b.column}+${b.span} @${b.lane}${b.after ? '>' : ''}`)).toEqual(want);
  });
});

describe('fit', () => {
  const bars = lanes(['a 03-02 03-08', 'b 03-02', 'c 03-02', 'd 03-03', 'e 03-02'].map(item), '2026-03-02', 7);
  it.each([
    [4, 'abcde', [0, 0, 0, 0, 0, 0, 0]],
    [3, 'abd', [2, 0, 0, 0, 0, 0, 0]],
    [2, 'ad', [3, 0, 0, 0, 0, 0, 0]],
    [1, '', [4, 2, 1, 1, 1, 1, 1]],
  ])('with room for %i', (room, keys, hidden) => {
    const got = fit(bars, 7, room);
    expect(got.shown.map((b) => b.item.key).sort().join('')).toBe(keys);
    expect(got.hidden).toEqual(hidden);
  });
});

describe('columns', () => {
  it.each([
    ['after each other', ['a 03-02 09:00-10:00', 'b 03-02 10:00-11:00'], ['a 1/1', 'b 1/1']],
    ['beside each other', ['a 03-02 09:00-11:00', 'b 03-02 10:00-12:00', 'c 03-02 11:00-13:00'], ['a 1/2', 'b 2/2', 'c 1/2']],
    ['wider where there is room', ['a 03-02 09:00-12:00', 'b 03-02 09:00-10:00', 'c 03-02 09:30-10:00', 'd 03-02 10:30-11:00'], ['a 1/3', 'b 2/3', 'c 3/3', 'd 2/3+2']],
    ['short ones are as tall as a name', ['a 03-02 09:00-09:00', 'b 03-02 09:10-09:20'], ['a 1/2', 'b 2/2']],
    ['not what takes the day', ['a 03-02', 'b 03-02 00:00-24:00'], []],
    ['over midnight', ['a 03-01 22:00-02:00', 'b 03-02 23:00-01:00'], ['<a 1/1', 'b 1/1>']],
  ])('%s', (_, given, want) => {
    const blocks = columns(given.map(item), '2026-03-02');
    expect(blocks.map((b) => `${b.before ? '<' : ''}${b.item.key} ${b.column + 1}/${b.columns}${b.span > 1 ? `+${b.span}` : ''}${b.after ? '>' : ''}`)).toEqual(want);
  });
});

describe('squeeze', () => {
  const day = ['a 03-02 09:00-12:00', 'b 03-02 09:00-10:00', 'c 03-02 09:00-10:00', 'd 03-02 09:30-11:00', 'e 03-02 11:00-12:00', 'f 03-02 14:00-15:00', 'ghost 03-02 09:45-10:15'];
  it.each([
    [5, ['a 1/5', 'b 2/5', 'c 3/5', 'd 4/5', 'ghost 5/5', 'e 2/5+4', 'f 1/1'], []],
    [4, ['a 1/4', 'b 2/4', 'c 3/4', 'ghost 4/4', 'e 2/4+2', 'f 1/1'], ['570-660 +1']],
    [3, ['a 1/3', 'b 2/3', 'ghost 3/3', 'e 2/3', 'f 1/1'], ['540-660 +2']],
    [2, ['a 1/2', 'ghost 2/2', 'f 1/1'], ['540-660 +3', '660-720 +1']],
  ])('with room for %i', (room, want, more) => {
    const { shown, rest } = squeeze(columns(day.map(item), '2026-03-02'), room);
    expect(shown.map((b) => `${b.item.key} ${b.column + 1}/${b.columns}${b.span > 1 ? `+${b.span}` : ''}`)).toEqual(want);
    expect(rest.map((r) => `${r.top}-${r.bottom} +${r.count}`)).toEqual(more);
  });
});

describe('spans', () => {
  const text = (s: ReturnType<typeof spanOf>) => (s.allDay ? `${s.first} ${s.last}` : `${s.first} ${clockOf(s.from)} ${s.last} ${clockOf(s.to)}`);
  it.each([
    ['2026-03-02', '2026-03-03', true, '2026-03-02 2026-03-02'],
    ['2026-03-02T09:00:00', '2026-03-02T10:30:00', false, '2026-03-02 09:00 2026-03-02 10:30'],
    ['2026-03-02T22:00:00', '2026-03-03T00:00:00', false, '2026-03-02 22:00 2026-03-02 24:00'],
    ['2026-03-02T00:00:00', '2026-03-02T00:00:00', false, '2026-03-02 00:00 2026-03-02 00:00'],
  ])('%s to %s', (start, end, allDay, want) => expect(text(spanOf(start, end, allDay))).toBe(want));

  it.each([
    ['a 03-02 09:00-10:00', 1, 0, '2026-03-03 09:00 2026-03-03 10:00'],
    ['a 03-02 09:00-10:00', 0, -600, '2026-03-01 23:00 2026-03-01 24:00'],
    ['a 03-02 22:00-23:00', 0, 90, '2026-03-02 23:30 2026-03-03 00:30'],
    ['a 03-02 22:00-02:00', -1, 0, '2026-03-01 22:00 2026-03-02 02:00'],
    ['a 03-02 03-04', 7, 15, '2026-03-09 2026-03-11'],
  ])('%s moved by %i days and %i minutes', (s, d, m, want) => expect(text(moved(item(s), d, m))).toBe(want));

  it.each([
    ['a 03-02 09:00-10:00', 0, 30, '2026-03-02 09:00 2026-03-02 10:30'],
    ['a 03-02 09:00-10:00', 0, -90, '2026-03-02 09:00 2026-03-02 09:15'],
    ['a 03-02 09:00-10:00', 1, 0, '2026-03-02 09:00 2026-03-03 10:00'],
    ['a 03-02 03-04', -9, 0, '2026-03-02 2026-03-02'],
  ])('%s resized by %i days and %i minutes', (s, d, m, want) => expect(text(resized(item(s), d, m))).toBe(want));
});

describe('range', () => {
  it.each([
    ['month', '2026-03-15', 1, false, '2026-02-23 42'],
    ['month', '2026-02-15', 1, false, '2026-01-26 35'],
    ['month', '2027-02-10', 1, false, '2027-02-01 28'],
    ['month', '2026-03-15', 0, false, '2026-03-01 35'],
    ['week', '2026-03-15', 1, false, '2026-03-09 7'],
    ['week', '2026-03-15', 6, false, '2026-03-14 7'],
    ['week', '2026-03-15', 1, true, '2026-03-15 3'],
    ['day', '2026-03-15', 1, false, '2026-03-15 1'],
    ['agenda', '2026-03-15', 1, false, '2026-03-15 30'],
  ] as const)('%s of %s', (view, date, start, narrow, want) => {
    const r = rangeOf(view, date, start, narrow);
    expect(`${r.first} ${r.count}`).toBe(want);
  });

  it.each([
    ['month', '2026-01-31', 1, '2026-02-28'],
    ['week', '2026-03-02', -1, '2026-02-23'],
    ['day', '2026-12-31', 1, '2027-01-01'],
  ] as const)('%s from %s by %i', (view, date, by, want) => expect(step(view, date, by, false)).toBe(want));
});
