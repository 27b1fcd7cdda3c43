import { expect, test } from 'vitest';
import { fromGateway } from './gateway';

test.each([
  [200, 'application/json', false],
  [404, 'text/html', false],
  [500, 'text/plain', false],
  [502, 'text/html', true],
  [502, '', true],
  [503, 'text/html', true],
  [503, '', true],
  [503, 'application/problem+json', false],
  [504, 'application/problem+json', true],
  [521, 'text/html', true],
  [530, '', true],
])('%i of type %s', (status, type, want) => {
  expect(fromGateway(new Response('', { status, headers: type ? { 'Content-Type': type } : {} }))).toBe(want);
});
