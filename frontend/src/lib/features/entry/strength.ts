/** How strong a password looks; the server has the last word (it knows the common ones). */
export type Strength = { level: 0 | 1 | 2 | 3 | 4; rule: 'empty' | 'short' | 'plain' | 'name' | 'weak' | 'fair' | 'good' | 'strong'; missing: number };

const least = 12; // characters, as the server counts them: code points after NFC

/** Says which rule is broken first, or how strong it is by length, kinds of characters and repetition. */
export function strength(password: string, username: string): Strength {
  const characters = [...password.normalize('NFC')];
  const different = new Set(characters).size;
  if (characters.length === 0) return { level: 0, rule: 'empty', missing: least };
  if (characters.length < least) return { level: 1, rule: 'short', missing: least - characters.length };
  if (different < 5) return { level: 1, rule: 'plain', missing: 0 };
  if (username !== '' && password.normalize('NFC').toLowerCase() === username.normalize('NFC').toLowerCase()) return { level: 1, rule: 'name', missing: 0 };
  const bits = Math.min(characters.length, different * 1.6) * Math.log2(alphabet(password)) * (runs(characters) ? 0.7 : 1);
  if (bits < 52) return { level: 1, rule: 'weak', missing: 0 };
  if (bits < 68) return { level: 2, rule: 'fair', missing: 0 };
  if (bits < 90) return { level: 3, rule: 'good', missing: 0 };
  return { level: 4, rule: 'strong', missing: 0 };
}

function alphabet(password: string): number {
  const kinds: [RegExp, number][] = [[/[a-z]/, 26], [/[A-Z]/, 26], [/\d/, 10], [/[ -/:-@[-`{-~]/, 20], [/[^\x20-\x7e]/, 60]];
  return kinds.reduce((sum, [has, size]) => sum + (has.test(password) ? size : 0), 0);
}

/** Much of it is one character after its neighbour: 12345, abcdef, aaaa. */
function runs(characters: string[]): boolean {
  let close = 0;
  for (let i = 1; i < characters.length; i++) if (Math.abs(characters[i]!.codePointAt(0)! - characters[i - 1]!.codePointAt(0)!) <= 1) close++;
  return close > characters.length / 3;
}
