import { beforeEach, expect, test, vi } from 'vitest';

const undone: string[] = [];
vi.mock('./toasts.svelte', () => ({ toasts: { say: () => {}, fail: () => {} } }));
vi.mock('$lib/api/client', () => ({
  api: { POST: (_: string, { params }: { params: { path: { change_set: string } } }) => undone.push(params.path.change_set) },
  send: () => Promise.resolve({}),
  writesAnswered: () => Promise.resolve(),
}));

const { offerUndo, undoLast } = await import('./act');

beforeEach(() => void undone.splice(0));

/** What is taken back, one after another, of what was answered in this order. */
async function takenBack(...answered: string[][]): Promise<string[]> {
  for (const sets of answered) offerUndo('', ...sets);
  for (const _ of answered) await undoLast();
  return undone;
}

test('what was done last is taken back first, whichever was answered last', async () => {
  expect(await takenBack(['7'], ['9'], ['8'], ['12'], ['10'])).toEqual(['12', '10', '9', '8', '7']);
});

test('an act of several change-sets is taken back as one, the last of them first', async () => {
  expect(await takenBack(['20', '22'], ['21'])).toEqual(['21', '22', '20']);
});

test('in journals of others the order is that of the answers', async () => {
  expect(await takenBack(['30'], ['3-2'], ['31'])).toEqual(['31', '3-2', '30']);
  undone.splice(0);
  expect(await takenBack(['3-9'], ['3-8'])).toEqual(['3-9', '3-8']);
});
