import { untrack } from 'svelte';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Kind } from '$lib/api/types';
import type { Sent } from '$lib/api/client';
import { connection } from './connection.svelte';
import { joined } from './joined';
import { live, type Heard } from './live.svelte';

type Rec = { id: number; updated_at: string };

type Options<T extends Rec> = {
  kind: Kind;
  /** Reads the page that a cursor names; "" is the first. */
  page: (cursor: string) => Promise<Sent<T[]>>;
  /** Reads one record; it rejects with 404 when that is gone. */
  find: (id: number) => Promise<T>;
  /** Whether a record belongs into this list. */
  accept?: (t: T) => boolean;
  /** The order of the list, for what changes while it is shown. */
  order: (a: T, b: T) => number;
  /** Reads on to the end by itself: for kinds of which there are few. */
  whole?: boolean;
};

/** How long word of a change may be on its way, in milliseconds. */
const late = 2000;

/**
 * A list of records as the server pages it, kept current by the stream of
 * changes. Make it in a component: it stops when that goes.
 *
 *   const people = new List<Person>({ kind: 'person', page: …, find: …, order: … });
 *   $effect(() => people.open());
 */
export class List<T extends Rec> {
  items = $state.raw<T[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<Problem>();
  total = $state<number>();
  /** There are more pages to read. */
  more = $state(false);
  #options: Options<T>;
  #cursor = '';
  #run = 0;
  #reading = false;
  #due = new Set<number>();
  /** What was deleted, and when. */
  #gone = new Map<number, number>();
  /** For each reading that is on its way, what was put or taken out since it began. */
  #touched = new Set<Set<number>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options<T>) {
    this.#options = options;
  }

  /** Reads the first page and follows changes; returns how to stop. */
  open(): () => void {
    untrack(() => void this.reload()); // the effect that opens it does not depend on what it holds
    const stops = [
      live.on(this.#options.kind, this.#hear),
      connection.onBack(() => void this.reload()),
    ];
    return () => {
      this.#run++;
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  /** Reads from the start. What is shown stays until the answer is there. */
  async reload(): Promise<void> {
    const run = ++this.#run;
    if (this.items.length === 0) this.state = 'loading';
    const touched = this.#begin();
    try {
      let read: T[] = [];
      const wanted = this.items.length;
      let cursor = '';
      do {
        const sent = await this.#options.page(cursor);
        if (run !== this.#run) return;
        read = joined(read, sent.data, (x) => x.id);
        cursor = sent.next;
        if (sent.total !== undefined) this.total = sent.total;
        if (this.#options.whole && read.length > wanted) this.items = this.#with(read, touched);
      } while (cursor && (this.#options.whole || read.length < wanted));
      const shown = this.#with(read, touched);
      if (this.total !== undefined) this.total += shown.length - read.length;
      this.items = shown;
      this.#cursor = cursor;
      this.more = cursor !== '';
      this.state = 'ready';
      this.problem = undefined;
    } catch (thrown) {
      if (run !== this.#run) return;
      this.problem = asProblem(thrown);
      this.state = this.items.length > 0 ? 'ready' : 'failed';
    } finally {
      this.#touched.delete(touched);
    }
  }

  /** Reads the next page, if there is one. */
  async next(): Promise<void> {
    if (!this.more || this.#reading) return;
    this.#reading = true;
    const run = this.#run;
    const touched = this.#begin();
    try {
      const sent = await this.#options.page(this.#cursor);
      if (run !== this.#run) return;
      const coming = sent.data.filter((x) => this.#counts(x, touched));
      const ids = new Set(coming.map((x) => x.id));
      this.items = merge(this.items.filter((x) => !ids.has(x.id)), coming, this.#options.order);
      this.#cursor = sent.next;
      this.more = sent.next !== '';
    } catch (thrown) {
      this.problem = asProblem(thrown);
    } finally {
      this.#touched.delete(touched);
      this.#reading = false;
    }
  }

  find(id: number): T | undefined {
    return this.items.find((x) => x.id === id);
  }

  /** Shows a record as it is now: what the server answered, or what it is about to. */
  put(...records: T[]): void {
    const ids = new Set(records.map((r) => r.id));
    for (const id of ids) this.#gone.delete(id);
    this.#touch(ids);
    const { accept, order } = this.#options;
    const kept = this.items.filter((x) => !ids.has(x.id));
    const coming = records.filter((r) => !accept || accept(r)).sort(order);
    this.total = this.total === undefined ? undefined : this.total + kept.length + coming.length - this.items.length;
    this.items = merge(kept, coming, order);
  }

  /** Takes out what is being deleted. */
  drop(...ids: number[]): void {
    this.leave(...ids);
    for (const id of ids) this.#gone.set(id, Date.now());
  }

  /** Takes out what belongs elsewhere now, and may come back. */
  leave(...ids: number[]): void {
    const left = new Set(ids);
    for (const id of ids) this.#due.delete(id); // nothing is asked about it
    this.#touch(left);
    const kept = this.items.filter((x) => !left.has(x.id));
    if (this.total !== undefined) this.total -= this.items.length - kept.length;
    this.items = kept;
  }

  #hear = (heard: Heard): void => {
    if (heard === 'reset') {
      void this.reload();
      return;
    }
    if (heard.operation === 'delete') {
      this.drop(heard.id);
      return;
    }
    // What happened to it before it was deleted may be told after.
    if (heard.operation === 'update' && this.#going(heard.id)) return;
    this.#gone.delete(heard.id);
    this.#due.add(heard.id);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#refresh(), 60);
  };

  #going(id: number): boolean {
    return Date.now() - (this.#gone.get(id) ?? -Infinity) < late;
  }

  #begin(): Set<number> {
    const touched = new Set<number>();
    this.#touched.add(touched);
    return touched;
  }

  #touch(ids: Set<number>): void {
    for (const touched of this.#touched) for (const id of ids) touched.add(id);
  }

  /**
   * Whether what a reading found is newer than what came while it was on its
   * way: an answer to a change, word of one, or what is shown ahead of either.
   */
  #counts(found: T, touched: Set<number>): boolean {
    if (!touched.has(found.id)) return true;
    const shown = this.find(found.id);
    return shown !== undefined && Date.parse(found.updated_at) > Date.parse(shown.updated_at);
  }

  /** What a reading from the start found, and what has come since it began. */
  #with(read: T[], touched: Set<number>): T[] {
    if (touched.size === 0) return read;
    const kept = read.filter((x) => this.#counts(x, touched));
    const known = new Set(kept.map((x) => x.id));
    return merge(kept, this.items.filter((x) => touched.has(x.id) && !known.has(x.id)), this.#options.order);
  }

  /** Reads what has changed: one by one when it is little, from the start when it is much. */
  async #refresh(): Promise<void> {
    const ids = [...this.#due];
    this.#due.clear();
    if (ids.length > 20) {
      await this.reload();
      return;
    }
    const run = this.#run;
    const touched = this.#begin();
    const read = await Promise.allSettled(ids.map((id) => this.#options.find(id)));
    this.#touched.delete(touched);
    if (run !== this.#run) return;
    const there: T[] = [];
    const gone: number[] = [];
    read.forEach((r, i) => {
      if (r.status === 'fulfilled') this.#counts(r.value, touched) && there.push(r.value);
      else if (asProblem(r.reason).status === 404 && !touched.has(ids[i]!)) gone.push(ids[i]!);
    });
    if (gone.length > 0) this.drop(...gone);
    if (there.length > 0) this.put(...there);
  }
}

/** Both are in order; so is the result. */
function merge<T>(a: T[], b: T[], order: (x: T, y: T) => number): T[] {
  if (b.length === 0) return a;
  const out: T[] = [];
  let i = 0;
  for (const x of b) {
    while (i < a.length && order(a[i]!, x) <= 0) out.push(a[i++]!);
    out.push(x);
  }
  while (i < a.length) out.push(a[i++]!);
  return out;
}
