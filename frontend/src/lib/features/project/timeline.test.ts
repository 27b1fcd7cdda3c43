import { parseDate } from '@internationalized/date';
import { expect, test } from 'vitest';
import type { Task } from '$lib/api/types';
import { tree } from './order';
import { barOf, monthsOf, schedule, spanOf, weeksOf } from './timeline';

const today = parseDate('2026-03-15');
const task = (id: number, due_date: string | null, parent: number | null = null) => ({ id, due_date, parent_task_id: parent, position: id }) as Task;

test('the span holds today and every due date, in whole months', () => {
  expect(spanOf([], today)).toEqual({ from: parseDate('2026-03-01'), days: 61 });
  const span = spanOf([task(1, '2026-01-03'), task(2, '2026-05-20')], today);
  expect([span.from.toString(), span.days]).toEqual(['2025-12-01', 31 + 31 + 28 + 31 + 30 + 31 + 30]);
});

test('what is due in another age is cut, not shown', () => {
  const span = spanOf([task(1, '0001-01-01'), task(2, '9999-12-31')], today);
  expect(span.days).toBeLessThan(1200);
});

const span = { from: parseDate('2026-03-01'), days: 31 };
test.each([
  ['2026-03-10', '2026-03-05', { from: 4, days: 6, cut: false }],
  ['2026-03-10', '2025-01-01', { from: 0, days: 10, cut: true }],
  ['2026-03-10', '2026-03-20', { from: 9, days: 1, cut: false }],
  ['2026-05-01', '2026-03-31', { from: 30, days: 1, cut: false }],
  [null, '2026-03-05', undefined],
])('due %s, made %s', (due, made, want) => {
  expect(barOf(due, parseDate(made), span)).toEqual(want);
});

test('months and weeks fill the span, and weeks begin where the user says', () => {
  const two = { from: parseDate('2026-02-01'), days: 59 };
  expect(monthsOf(two).map((m) => [m.text.toString(), m.from, m.days])).toEqual([['2026-02-01', 0, 28], ['2026-03-01', 28, 31]]);
  expect(weeksOf(two, 1).slice(0, 3).map((w) => [w.text.toString(), w.days])).toEqual([['2026-02-01', 1], ['2026-02-02', 7], ['2026-02-09', 7]]);
  expect(weeksOf(two, 0)[0]!.days).toBe(7);
  for (const labels of [monthsOf(two), weeksOf(two, 1)]) expect(labels.reduce((n, l) => n + l.days, 0)).toBe(59);
});

test('tasks stand by what is due first, and parts with their whole', () => {
  const all = [task(1, null), task(2, '2026-05-01'), task(3, '2026-04-01', 1), task(4, null), task(5, null, 1)];
  const { dated, undated } = schedule(tree(all));
  expect(dated.map((n) => n.task.id)).toEqual([1, 3, 2]);
  expect(undated.map((n) => n.task.id)).toEqual([5, 4]);
});
