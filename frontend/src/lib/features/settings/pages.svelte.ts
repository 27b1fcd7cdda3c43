import type { Sent } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import { joined } from '$lib/state/joined';
import { live } from '$lib/state/live.svelte';

/** A list without live records of its own (the trash, the history): read in pages, and anew when anything changes. */
export class Pages<T> {
  items = $state.raw<T[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<Problem>();
  more = $state(false);
  #cursor = '';
  #run = 0;
  #reading = Promise.resolve();
  /** What is shown is not what was asked for last. */
  #other = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private page: (cursor: string) => Promise<Sent<T[]>>,
    /** What tells one from another. */
    private key: (one: T) => unknown,
  ) {}

  /** Reads the first page and follows changes; returns how to stop. */
  open(): () => void {
    void this.load();
    const stop = live.on('*', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.again(), 150);
    });
    return () => {
      this.#run++;
      clearTimeout(this.#timer);
      stop();
    };
  }

  /** Reads the first page of what may be another list. */
  load(): Promise<void> {
    this.#other = true;
    return this.#read('', [], 1);
  }

  /** Reads as much as is shown, after what is being read. */
  async again(): Promise<void> {
    await this.#reading;
    await this.#read('', [], this.items.length);
  }

  /** Reads the next page, after what is being read. */
  async next(): Promise<void> {
    await this.#reading;
    if (this.more) await this.#read(this.#cursor, this.items, 1);
  }

  #read(cursor: string, before: T[], least: number): Promise<void> {
    return (this.#reading = this.#take(++this.#run, cursor, before, least));
  }

  async #take(run: number, cursor: string, before: T[], least: number): Promise<void> {
    try {
      let read: T[] = [];
      do {
        const sent = await this.page(cursor);
        if (run !== this.#run) return;
        read = joined(read, sent.data, this.key);
        cursor = sent.next;
      } while (cursor && read.length < least);
      this.items = joined(before, read, this.key);
      this.#cursor = cursor;
      this.more = cursor !== '';
      this.state = 'ready';
      this.problem = undefined;
      this.#other = false;
    } catch (thrown) {
      if (run !== this.#run) return;
      this.problem = asProblem(thrown);
      this.state = this.items.length > 0 && !this.#other ? 'ready' : 'failed';
    }
  }
}
