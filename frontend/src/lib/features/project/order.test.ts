import { expect, test } from 'vitest';
import type { Task } from '$lib/api/types';
import { byPosition, placing, reordered, rows, stepped, tree, withParts } from './order';

const task = (id: number, position: number, parent: number | null = null) => ({ id, position, parent_task_id: parent }) as Task;

test('parts stand under their whole, and those without one for themselves', () => {
  const all = [task(1, 1), task(2, 2, 1), task(3, 3, 2), task(4, 4, 99)];
  expect(rows(tree(all)).map((n) => [n.task.id, n.depth])).toEqual([[1, 0], [2, 1], [3, 2], [4, 0]]);
  expect(rows(tree(all), new Set([2])).map((n) => n.task.id)).toEqual([1, 2, 4]);
  expect(withParts(all, 2).map((x) => x.id)).toEqual([2, 3]);
  expect(withParts(all, 7)).toEqual([]);
});

test.each([
  [[1, 2, 3], 1, 1, { after: 2, before: 3 }],
  [[1, 2, 3], 2, 1, { after: 3, before: undefined }],
  [[1, 2, 3], 2, -1, { after: undefined, before: 1 }],
  [[1, 2, 3], 3, 1, undefined],
  [[1, 2, 3], 1, -1, undefined],
  [[1, 2, 3], 9, 1, undefined],
] as const)('%j: %d moves by %d', (ids, id, step, want) => {
  expect(stepped([...ids], id, step)).toEqual(want);
});

const four = [task(1, 1000), task(2, 2000), task(3, 3000), task(4, 4000)];
test.each([
  ['between two with room', four, 4, { after: 1, before: 2 }, { position: 1500 }],
  ['first', four, 4, { after: undefined, before: 1 }, { position: -24 }],
  ['last', four, 1, { after: 4, before: undefined }, { position: 5024 }],
  ['where it is', four, 2, { after: 1, before: 3 }, undefined],
  ['into nothing', [four[0]!], 1, { after: undefined, before: undefined }, undefined],
  ['between ties', [task(1, 7), task(2, 7), task(3, 7), task(4, 7)], 4, { after: 1, before: 2 }, { order: [4, 2, 3] }],
  ['down between ties', [task(1, 7), task(2, 7), task(3, 7), task(4, 7)], 1, { after: 3, before: 4 }, { order: [2, 3, 1] }],
] as const)('a task is put %s', (_, peers, id, between, want) => {
  expect(placing([...peers], peers.find((p) => p.id === id)!, between)).toEqual(want);
});

test('a task of another column is put where it was dropped', () => {
  expect(placing([task(1, 7), task(3, 7)], task(2, 7), { after: 3, before: undefined })).toEqual({ position: 1031 });
  expect(placing([task(1, 7), task(3, 7)], task(4, 7), { after: 1, before: 3 })).toEqual({ order: [4, 3] });
});

test('what shares out positions comes to stand in the order asked for', () => {
  const tied = [task(1, 7), task(2, 7), task(3, 7)];
  const after = reordered(tied, [3, 1, 2]);
  expect([...after].sort(byPosition).map((x) => x.id)).toEqual([3, 1, 2]);
  expect(reordered(four, [4, 2, 3]).map((x) => x.position)).toEqual([2000, 3000, 4000]);
});
