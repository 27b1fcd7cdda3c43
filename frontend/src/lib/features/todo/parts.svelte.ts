import { SvelteMap } from 'svelte/reactivity';
import { countDoneParts, type Todo } from './todos';

/** How many parts of a to-do are done; the open ones are in the list. Read for rows that are looked at. */
export class Parts {
  #done = new SvelteMap<number, number>();
  #asked = new Set<number>();

  /** Undefined until it is known. */
  doneOf(id: number): number | undefined {
    return this.#done.get(id);
  }

  /** Reads it for a to-do that is shown. */
  want(id: number): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    countDoneParts(id).then(
      (n) => this.#done.set(id, n),
      () => this.#asked.delete(id), // it is only a figure
    );
  }

  /** A to-do is as it is now: the figure of its whole may have changed. */
  heard(todo: Todo): void {
    if (todo.parent_id === null || !this.#asked.has(todo.parent_id)) return;
    this.#asked.delete(todo.parent_id);
    this.want(todo.parent_id);
  }
}
