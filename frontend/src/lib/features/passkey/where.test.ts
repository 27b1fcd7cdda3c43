import { expect, test } from 'vitest';
import { whyNot } from './where';

test('says why there can be no passkeys', () => {
  const good = { secure: true, able: true, origin: 'https://umbra.example.org', server: { origin: 'https://umbra.example.org' } };
  expect(whyNot(good)).toBe('');
  expect(whyNot({ ...good, able: false })).toBe('browser');
  expect(whyNot({ ...good, origin: 'http://localhost:8000' })).toBe('elsewhere');
  expect(whyNot({ ...good, server: { reason: 'not_a_name' } })).toBe('not_a_name');
  expect(whyNot({ ...good, server: {} })).toBe('elsewhere');
  expect(whyNot({ ...good, secure: false, able: false, server: { reason: 'no_public_url' } })).toBe('insecure');
});
