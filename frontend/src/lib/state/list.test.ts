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

/** A list whose readings are answered when the test says so. */
function slow(...first: Rec[]) {
  const answers: ((data: Rec[]) => void)[] = [];
  const found: ((one: Rec) => void)[] = [];
  const of = new List<Rec>({
    kind: 'todo',
    page: () => new Promise((done) => answers.push((data) => done({ data, next: '', total: data.length } as never))),
    find: () => new Promise((done) => found.push(done)),
    order: (a, b) => a.id - b.id,
  });
  of.open();
  answers.shift()!(first);
  return { of, answers, found };
}
const at = (id: number, second: number): Rec => ({ id, updated_at: `2025-03-12T18:00:0${second}Z` });

test('an answer from before something was made, changed or deleted takes none of that back', async () => {
  const { of, answers } = slow(at(1, 0), at(2, 0), at(4, 0));
  await pause();
  void of.reload();
  of.put(at(3, 1)); // made here
  of.put(at(2, 5)); // changed here
  const ahead = { ...at(4, 0), title: 'ahead of the answer' };
  of.put(ahead);
  of.drop(1);
  answers.shift()!([at(1, 0), at(2, 0), at(4, 0)]);
  await pause();
  expect(of.items).toEqual([at(2, 5), at(3, 1), ahead]);
  expect(of.total).toBe(3);
});

test('an answer that is newer than what came since it was asked for counts', async () => {
  const { of, answers } = slow(at(1, 0));
  await pause();
  void of.reload();
  of.put(at(1, 1));
  answers.shift()!([at(1, 2)]);
  await pause();
  expect(of.items).toEqual([at(1, 2)]);
});

test('of two answers about one record the newer counts, whichever comes last', async () => {
  const { of, found } = slow(at(1, 0));
  await pause();
  change('update', 1);
  await pause();
  change('update', 1);
  await pause();
  found[1]!(at(1, 2));
  await pause();
  found[0]!(at(1, 1));
  await pause();
  expect(of.items).toEqual([at(1, 2)]);
});

test('a next page from before something was deleted does not show it again', async () => {
  const answers: ((data: Rec[]) => void)[] = [];
  const of = new List<Rec>({
    kind: 'todo',
    page: () => new Promise((done) => answers.push((data) => done({ data, next: 'on' } as never))),
    find: () => Promise.reject(new Error('not asked')),
    order: (a, b) => a.id - b.id,
  });
  of.open();
  answers.shift()!([at(1, 0)]);
  await pause();
  void of.next();
  of.drop(2);
  of.put(at(4, 1));
  answers.shift()!([at(2, 0), at(3, 0)]);
  await pause();
  expect(of.items.map((x) => x.id)).toEqual([1, 3, 4]);
});
