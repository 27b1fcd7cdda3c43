import { api, send } from '$lib/api/client';
import { live } from './live.svelte';

/** The tags and categories in use, for fields that offer them. */
class Tags {
  all = $state.raw<readonly string[]>([]);
  categories = $state.raw<readonly string[]>([]);
  #following = false;
  #stale = true;

  /** Reads them, if they are not there or a to-do has changed since. */
  load = (): void => {
    if (!this.#following) live.on('todo', () => (this.#stale = true));
    this.#following = true;
    if (!this.#stale) return;
    this.#stale = false;
    send(api.GET('/api/tags')).then(
      ({ data }) => {
        this.all = data.filter((x) => x.kind === 'tag').map((x) => x.name);
        this.categories = data.filter((x) => x.kind === 'category').map((x) => x.name);
      },
      () => (this.#stale = true), // without them one types
    );
  };
}

export const tags = new Tags();
