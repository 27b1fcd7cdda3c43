import { expect, test } from 'vitest';
import { audit } from '$lib/i18n/en/audit';
import { about, groups, whence, worries } from './words';
import type { AuditEvent } from '$lib/api/types';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const event = (e: Partial<AuditEvent>): AuditEvent => ({ id: 1, at: '2025-01-31T09:00:00Z', kind: 'log_in', user_id: 2, username: 'ada', actor: '', address: '192.0.2.7', user_agent: firefox, detail: '', ...e });

test('each kind can be looked for, in one group', () => {
  const all = Object.values(groups).flat();
  expect([...all].sort()).toEqual(Object.keys(audit.kinds).sort());
});

test.each([
  [{}, 'Firefox on Linux · 192.0.2.7'],
  [{ actor: 'ada' }, 'Firefox on Linux · 192.0.2.7'],
  [{ actor: 'keeper' }, 'by keeper · Firefox on Linux · 192.0.2.7'],
  [{ user_agent: '' }, 'An unknown client · 192.0.2.7'],
  [{ address: '', user_agent: '' }, 'on the server itself'],
])('%j comes from %s', (e, said) => {
  expect(whence(event(e))).toBe(said);
});

test('details are in plain words', () => {
  expect(about(event({ kind: 'role_changed', detail: 'admin' }))).toBe('Administrator');
  expect(about(event({ kind: 'session_revoked', detail: firefox }))).toBe('Firefox on Linux');
  expect(about(event({ kind: 'token_created', detail: 'Phone' }))).toBe('Phone');
});

test('what somebody should look at twice stands out', () => {
  expect(worries(event({ kind: 'log_in_failed' }))).toBe(true);
  expect(worries(event({}))).toBe(false);
});
