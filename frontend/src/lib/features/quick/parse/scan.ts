/** A stretch of the typed text and what it was understood to mean. */
export type Found<V> = { from: number; to: number; value: V };

// Letters and digits on either side make it part of another word.
const before = '(?<![\\p{L}\\p{N}])';
const after = '(?![\\p{L}\\p{N}])';

/** Makes a pattern of whole words, in any case. */
export function words(source: string): RegExp {
  return new RegExp(`${before}(?:${source})${after}`, 'giu');
}

/** What a match means; undefined when it means nothing after all. */
export type Reading<V> = { pattern: RegExp; read: (m: RegExpExecArray) => V | undefined };

/** What stands for a piece that was taken out; a time may follow a day. */
const taken = '\u0000';
export const takenDay = '\u0001';

/** The text, of which pieces are taken out as they are understood. */
export class Scan {
  /** The text with what was taken blanked out, so that places stay what they are. */
  rest: string;
  #plain: { from: number; to: number }[] = [];

  /** Pieces in `plain` mean nothing, a person said: they stay words. */
  constructor(
    readonly text: string,
    plain: Iterable<string> = [],
  ) {
    this.rest = text;
    const lower = text.toLowerCase();
    for (const piece of plain) {
      for (let at = lower.indexOf(piece); piece && at >= 0; at = lower.indexOf(piece, at + 1)) this.#plain.push({ from: at, to: at + piece.length });
    }
  }

  /** Every place where one of the readings fits, in the order of the text; longer ones win where they overlap. */
  all<V>(readings: readonly Reading<V>[]): Found<V>[] {
    const found: Found<V>[] = [];
    for (const { pattern, read } of readings) {
      for (const m of this.rest.matchAll(pattern)) {
        const [from, to] = [m.index, m.index + m[0].trimEnd().length];
        if (this.#plain.some((p) => p.from < to && from < p.to)) continue;
        const value = read(m);
        if (value !== undefined && to > from) found.push({ from, to, value });
      }
    }
    found.sort((a, b) => a.from - b.from || b.to - a.to);
    return found.filter((f, i) => !found.some((g, j) => j !== i && g.from < f.to && f.from < g.to && longer(g, f, j < i)));
  }

  /** Takes a piece out; answers it as it was typed. */
  take({ from, to }: { from: number; to: number }, mark = taken): string {
    this.rest = this.rest.slice(0, from) + mark.repeat(to - from) + this.rest.slice(to);
    return this.text.slice(from, to).trim();
  }

  /** What was not understood: the title. A comma or dash that led to a piece goes with it. */
  left(): string {
    return this.rest
      .replaceAll(takenDay, taken)
      .replace(/^\s*\u0000[\s\u0000,;:–-]*|[\s\u0000,;–-]*\u0000\s*$/g, '')
      .replace(/\u0000+/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  }
}

function longer(a: Found<unknown>, b: Found<unknown>, first: boolean): boolean {
  const [x, y] = [a.to - a.from, b.to - b.from];
  return x > y || (x === y && first);
}
