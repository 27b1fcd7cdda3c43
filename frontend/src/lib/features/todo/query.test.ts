import { expect, test } from 'vitest';
import { asked, toServer } from './query';

test.each<[string, object]>([
  ['', { filter: {}, sort: 'due_date', done: false }],
  ['q=fern&priority=high&category=home&tag=plants&project=3&person=5&sort=title&done=1', { filter: { q: 'fern', priority: 'high', category: 'home', tag: 'plants', project: 3, person: 5 }, sort: 'title', done: true }],
  ['priority=urgent&project=x&person=-1&sort=random&done=yes&q=', { filter: {}, sort: 'due_date', done: false }],
  ['project=0', { filter: {}, sort: 'due_date', done: false }],
  ['q=%22a%20b%22&tag=%23x', { filter: { q: '"a b"', tag: '#x' }, sort: 'due_date', done: false }],
])('?%s', (query, want) => {
  expect(asked(new URLSearchParams(query))).toEqual(want);
});

test('the server is asked the same', () => {
  expect(toServer({ q: 'fern', project: 3, person: 5, tag: 'x' })).toEqual({ q: 'fern', project_id: 3, person_id: 5, tag: 'x' });
  expect(toServer({})).toEqual({});
});
