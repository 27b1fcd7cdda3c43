import { expect, test } from 'vitest';
import { everyPage, joined } from './joined';

type One = { id: number; at: string };
const id = (one: One) => one.id;

test.each<[string, One[], One[], One[]]>([
  ['what follows', [{ id: 1, at: 'a' }], [{ id: 2, at: 'b' }], [{ id: 1, at: 'a' }, { id: 2, at: 'b' }]],
  ['what moved meanwhile, once', [{ id: 1, at: 'a' }, { id: 2, at: 'b' }], [{ id: 1, at: 'c' }], [{ id: 2, at: 'b' }, { id: 1, at: 'c' }]],
  ['nothing', [], [], []],
])('joins %s', (_, before, coming, all) => expect(joined(before, coming, id)).toEqual(all));

test('every page is read, and what moved between two counts once', async () => {
  const pages: Record<string, { data: One[]; next: string }> = {
    '': { data: [{ id: 1, at: 'a' }, { id: 2, at: 'b' }], next: 'two' },
    two: { data: [{ id: 1, at: 'c' }], next: 'three' },
    three: { data: [{ id: 3, at: 'd' }], next: '' },
  };
  expect(await everyPage((cursor) => Promise.resolve(pages[cursor] as never), id)).toEqual([{ id: 2, at: 'b' }, { id: 1, at: 'c' }, { id: 3, at: 'd' }]);
});
