import type { Sent } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import { live } from '$lib/state/live.svelte';

/** A list without live records of its own (the trash, the history): read in pages, and anew when anything changes. */
export class Pages<T> {
  items = $state.raw<T[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<Problem>();
  more = $state(false);
  #cursor = '';
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private read: (cursor: string) => Promise<Sent<T[]>>) {}

  /** Reads the first page and follows changes; returns how to stop. */
  open(): () => void {
    void this.load();
    const stop = live.on('*', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.load(), 150);
    });
    return () => {
      this.#run++;
      clearTimeout(this.#timer);
      stop();
    };
  }

  async load(): Promise<void> {
    await this.#take('', []);
  }

  async next(): Promise<void> {
    if (this.more) await this.#take(this.#cursor, this.items);
  }

  async #take(cursor: string, before: T[]): Promise<void> {
    const run = ++this.#run;
    try {
      const sent = await this.read(cursor);
      if (run !== this.#run) return;
      this.items = [...before, ...sent.data];
      this.#cursor = sent.next;
      this.more = sent.next !== '';
      this.state = 'ready';
      this.problem = undefined;
    } catch (thrown) {
      if (run !== this.#run) return;
      this.problem = asProblem(thrown);
      this.state = this.items.length > 0 ? 'ready' : 'failed';
    }
  }
}
