import { describe, expect, test } from 'vitest';
import { moved, orderOf } from './order';

describe('the order of channels', () => {
  test('names each once, those that the setting leaves out last', () => {
    expect(orderOf('')).toEqual(['push', 'ntfy', 'mail', 'webhook']);
    expect(orderOf('mail,ntfy')).toEqual(['mail', 'ntfy', 'push', 'webhook']);
    expect(orderOf('mail,pigeon,mail')).toEqual(['mail', 'push', 'ntfy', 'webhook']);
  });
  test('changes by one place, and not at its ends', () => {
    expect(moved(['push', 'ntfy', 'mail', 'webhook'], 'mail', -1)).toEqual(['push', 'mail', 'ntfy', 'webhook']);
    expect(moved(['push', 'ntfy', 'mail', 'webhook'], 'push', 1)).toEqual(['ntfy', 'push', 'mail', 'webhook']);
    expect(moved(['push', 'ntfy', 'mail', 'webhook'], 'push', -1)).toEqual(['push', 'ntfy', 'mail', 'webhook']);
    expect(moved(['push', 'ntfy', 'mail', 'webhook'], 'webhook', 1)).toEqual(['push', 'ntfy', 'mail', 'webhook']);
  });
});
