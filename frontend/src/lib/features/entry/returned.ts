// What came of a sign-in by an identity elsewhere stands in the fragment of the
// address that the server sent the browser to (app/api/callback.go).

const failed = ['stale', 'cancelled', 'unavailable', 'rejected', 'unknown', 'taken', 'many', 'session', 'limited', 'failed'] as const;
const words = [...failed, 'linked', 'second-step'] as const;

export type Failed = (typeof failed)[number];
export type Word = (typeof words)[number] | '';

/** The word in a fragment, where it is one of ours. */
export function wordIn(hash: string): Word {
  return words.find((w) => hash === `#sign-in=${w}`) ?? '';
}

export const isFailure = (word: Word): word is Failed => (failed as readonly string[]).includes(word);

// Read before the router starts, and taken out of the address: a reload is no second try.
let word: Word = typeof location === 'undefined' ? '' : wordIn(location.hash);
if (word) history.replaceState(history.state, '', location.pathname + location.search);

/** What came of it, once. */
export function takeWord(): Word {
  const taken = word;
  word = '';
  return taken;
}
