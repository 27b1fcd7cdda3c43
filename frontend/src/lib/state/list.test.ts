import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HistoryEntry } from '$lib/api/types';
import type { Heard } from './live.svelte';

let hear: (heard: Heard) => void;
vi.mock('./live.svelte', () => ({ live: { on: (_: string, fn: typeof hear) => ((hear = fn), () => {}) } }));
vi.mock('./connection.svelte', () => ({ connection: { onBack: () => () => {} } }));

const { List } = await import('./list.svelte');

type Rec = { id: number; updated_at: string };
const rec = (id: number): Rec => ({ id, updated_at: '' });
const change = (operation: HistoryEntry['operation'], id: number) => hear({ operation, id } as HistoryEntry);

let asked: number[];
let list: InstanceType<typeof List<Rec>>;

beforeEach(async () => {
  vi.useFakeTimers();
  asked = [];
  list = new List<Rec>({
    kind: 'todo',
    page: () => Promise.resolve({ data: [rec(1), rec(2)], next: '' } as never),
    find: (id) => (asked.push(id), new Promise((done) => setTimeout(() => done(rec(id)), 20))),
    order: (a, b) => a.id - b.id,
  });
  list.open();
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => vi.useRealTimers());

const ids = () => list.items.map((x) => x.id);
const pause = (ms = 100) => vi.advanceTimersByTimeAsync(ms);

test('what changes is read again, once for several changes', async () => {
  change('update', 1);
  change('update', 1);
  change('create', 3);
  await pause();
  expect(asked).toEqual([1, 3]);
  expect(ids()).toEqual([1, 2, 3]);
});

test('nothing is asked about what was deleted, before or after word of its last change', async () => {
  change('update', 1);
  list.drop(1);
  list.drop(2);
  change('update', 2);
  await pause();
  expect(asked).toEqual([]);
  expect(ids()).toEqual([]);
});

test('what was deleted is there again when it is restored, put back, or changed later', async () => {
  list.drop(1, 2);
  change('restore', 1);
  list.put(rec(2));
  change('update', 2);
  await pause();
  expect(asked).toEqual([1, 2]);
  list.drop(1);
  await pause(3000);
  change('update', 1); // it came back from elsewhere
  await pause();
  expect(asked).toEqual([1, 2, 1]);
  expect(ids()).toEqual([1, 2]);
});

test('what went elsewhere comes back by a change at once', async () => {
  list.leave(1);
  change('update', 1); // Undo
  await pause();
  expect(asked).toEqual([1]);
  expect(ids()).toEqual([1, 2]);
});

test('an answer that was on its way brings back nothing that was deleted', async () => {
  change('update', 1);
  await pause(70);
  list.drop(1);
  await pause();
  expect(asked).toEqual([1]);
  expect(ids()).toEqual([2]);
});
