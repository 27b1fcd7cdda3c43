import { beforeEach, expect, test, vi } from 'vitest';

type Asked = { path: string; keepalive: boolean | undefined; answer: (r: Response) => void; fail: (e: Error) => void };
let asked: Asked[];
let leave: () => void;
let inOrder: typeof import('./order').inOrder;

beforeEach(async () => {
  asked = [];
  vi.resetModules();
  vi.stubGlobal('window', { addEventListener: (_: 'pagehide', fn: () => void) => (leave = fn) });
  ({ inOrder } = await import('./order'));
});

const send = (method: string, path: string, body?: string) =>
  inOrder(new Request(`http://umbra.test${path}`, { method, ...(body && { body }) }), (request, init) =>
    new Promise((answer, fail) => asked.push({ path: new URL(request.url).pathname, keepalive: init?.keepalive, answer, fail })),
  );
const paths = () => asked.map((a) => a.path);
const settle = () => new Promise((next) => setTimeout(next, 5));

test('a change waits for the one before it, and goes on when that has failed', async () => {
  const one = send('PATCH', '/api/todos/1', '{}');
  const two = send('POST', '/api/projects/7/tasks?x=1', '{}');
  const three = send('DELETE', '/api/people/2');
  await settle();
  expect(paths()).toEqual(['/api/todos/1']);
  asked[0]!.fail(new Error('down'));
  await expect(one).rejects.toThrow('down');
  await settle();
  expect(paths()).toEqual(['/api/todos/1', '/api/projects/7/tasks']);
  const answer = new Response();
  asked[1]!.answer(answer);
  expect(await two).toBe(answer);
  await settle();
  asked[2]!.answer(answer);
  await three;
  void send('PATCH', '/api/todos/4', '{}');
  await settle();
  expect(paths()).toEqual(['/api/todos/1', '/api/projects/7/tasks', '/api/people/2', '/api/todos/4']);
});

test.each([
  ['GET', '/api/todos'],
  ['POST', '/api/imports'],
  ['POST', '/api/settings/ntfy/test'],
  ['POST', '/api/auth/logout'],
])('%s %s waits for nothing', async (method, path) => {
  void send('PATCH', '/api/todos/1', '{}');
  await settle();
  void send(method, path);
  expect(paths()).toEqual(['/api/todos/1', path]);
});

test('what waits when the page is left is sent at once, to be seen through', async () => {
  void send('PATCH', '/api/todos/1', '{}');
  void send('PATCH', '/api/todos/2', '{}');
  void send('PATCH', '/api/todos/3', '{}');
  await settle();
  leave();
  expect(paths()).toEqual(['/api/todos/1', '/api/todos/2', '/api/todos/3']);
  expect(asked.map((a) => a.keepalive)).toEqual([true, true, true]);
  for (const a of asked) a.answer(new Response());
  await settle();
  void send('PATCH', '/api/todos/4', '{}');
  await settle();
  expect(paths().at(-1)).toBe('/api/todos/4');
});

test('what is too large to be seen through is not asked to be', async () => {
  void send('PATCH', '/api/todos/1', 'x'.repeat(64 * 1024 + 1));
  await settle();
  expect(asked[0]!.keepalive).toBe(false);
});
