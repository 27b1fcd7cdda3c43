import { api, send } from '$lib/api/client';
import { live } from './live.svelte';

/** The tags in use, most used first, for fields that offer them. */
class Tags {
  all = $state.raw<readonly string[]>([]);
  #asked = false;
  #stale = true;

  /** Reads them, if they are not there or something has changed since. */
  load = (): void => {
    if (!this.#asked) {
      this.#asked = true;
      for (const kind of ['todo', 'event', 'task', 'project', 'person'] as const) live.on(kind, () => (this.#stale = true));
    }
    if (!this.#stale) return;
    this.#stale = false;
    send<{ tag: string }[]>(api.GET('/api/tags' as never)).then(
      ({ data }) => (this.all = data.map((x) => x.tag)),
      () => (this.#stale = true), // without them one types
    );
  };
}

export const tags = new Tags();
