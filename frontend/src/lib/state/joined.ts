import type { Sent } from '$lib/api/client';

/** Two pages as one list. What moved while they were read is in both: it counts where it was found last. */
export function joined<T>(before: T[], coming: T[], key: (one: T) => unknown): T[] {
  const fresh = new Map(coming.map((one) => [key(one), one]));
  return [...before.filter((one) => !fresh.has(key(one))), ...fresh.values()];
}

/** Reads page after page to the end. */
export async function everyPage<T>(page: (cursor: string) => Promise<Sent<T[]>>, key: (one: T) => unknown): Promise<T[]> {
  let all: T[] = [];
  let cursor = '';
  do {
    const sent = await page(cursor);
    all = joined(all, sent.data, key);
    cursor = sent.next;
  } while (cursor);
  return all;
}
