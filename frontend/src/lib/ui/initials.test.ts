import { expect, test } from 'vitest';
import { hue, initials } from './initials';

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Jean-Luc van der Berg', 'JB'],
  ['Änne Öz', 'ÄÖ'],
  ['Mum (Anna)', 'M'],
  ['  ', ''],
  ['🙂 Zoe', 'Z'],
  ['山田 太郎', '山太'],
  ['3M, Inc.', '3I'],
])('the initials of %j are %j', (name, want) => expect(initials(name)).toBe(want));

test('neighbours have hues apart, and each keeps its own', () => {
  for (let id = 1; id < 500; id++) {
    const apart = Math.abs(hue(id) - hue(id + 1));
    expect(Math.min(apart, 360 - apart)).toBeGreaterThan(60);
    expect(hue(id)).toBe(hue(id));
  }
  expect(hue('family')).toBe(hue('family'));
  expect(hue('family')).toBeLessThan(360);
});
