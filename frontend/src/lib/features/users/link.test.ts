import { expect, test } from 'vitest';
import { isHereAlone, whole } from './link';

test.each([
  ['/join#abc', 'http://192.168.1.5:8000', 'http://192.168.1.5:8000/join#abc'],
  ['https://umbra.example.org/join#abc', 'http://192.168.1.5:8000', 'https://umbra.example.org/join#abc'],
])('%s on a page of %s is %s', (url, origin, want) => {
  expect(whole(url, origin)).toBe(want);
});

test.each([
  ['http://localhost:8000/join#a', true],
  ['http://127.0.0.1:8000/join#a', true],
  ['http://[::1]:8000/join#a', true],
  ['http://umbra.localhost/join#a', true],
  ['http://192.168.1.5:8000/join#127.0.0.1', false],
  ['https://umbra.example.org/join#a', false],
  ['http://localhost.example.org/join#a', false],
])('%s is good here alone: %s', (url, here) => {
  expect(isHereAlone(url)).toBe(here);
});
