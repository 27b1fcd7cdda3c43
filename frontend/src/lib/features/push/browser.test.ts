import { expect, it } from 'vitest';
import { decode, same } from './browser.svelte';

it('reads the server’s key and knows it again', () => {
  const key = decode('BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8');
  expect([key.length, key[0], key[64]]).toEqual([65, 4, 0x0f]);
  expect(same(key.slice().buffer, key)).toBe(true);
  expect(same(key.slice(1).buffer, key)).toBe(false);
  expect(same(null, key)).toBe(false);
  const other = key.slice();
  other[64] = 0;
  expect(same(other.buffer, key)).toBe(false);
});
