import { describe, expect, it } from 'vitest';
import { wordIn } from './returned';

describe('what came of a sign-in elsewhere', () => {
  it('is one of our words', () => {
    expect(wordIn('#sign-in=unknown')).toBe('unknown');
    expect(wordIn('#sign-in=second-step')).toBe('second-step');
  });
  it('is nothing else that an address may hold', () => {
    for (const hash of ['', '#', '#sign-in=', '#sign-in=<b>', '#sign-in=constructor', '#sign-in=unknown&x', '#x', '#sign-in=Unknown', '#sign-in=toString']) {
      expect(wordIn(hash), hash).toBe('');
    }
  });
});
