import { goto } from '$app/navigation';
import { page } from '$app/state';

/**
 * Sets what the address says after its question mark, and leaves the rest;
 * undefined and "" take a name out. With `replace`, Back does not stop here.
 */
export function setQuery(changes: Record<string, string | undefined>, { replace = false } = {}): Promise<void> {
  const url = new URL(page.url);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return url.search === page.url.search ? Promise.resolve() : goto(url, { keepFocus: true, noScroll: true, replaceState: replace });
}
