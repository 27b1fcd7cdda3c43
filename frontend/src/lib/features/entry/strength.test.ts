import { expect, test } from 'vitest';
import { strength } from './strength';

test.each([
  ['', '', 'empty'],
  ['short', '', 'short'],
  ['elevenchars', '', 'short'],
  ['aaaaaaaaaaaaaaaa', '', 'plain'],
  ['margaretatwood', 'MargaretAtwood', 'name'],
  ['123456789012', '', 'weak'],
  ['abcdefghijkl', '', 'weak'],
  ['an umbrella for every day', '', 'strong'],
  ['häuser und gärten im mai', '', 'strong'],
])('%j of %j is %s', (password, username, rule) => {
  expect(strength(password, username).rule).toBe(rule);
});

test('says how many characters are missing', () => {
  expect(strength('12 🦊', '').missing).toBe(8);
});
