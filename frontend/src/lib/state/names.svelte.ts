import { SvelteMap } from 'svelte/reactivity';
import { asProblem } from '$lib/api/problem';
import { connection } from './connection.svelte';
import { kinds, type Named, type PickKind } from './kinds';
import { live } from './live.svelte';

const few = 12; // up to here each is read by itself; beyond, lists are
const pages = 20;

/** The names of records that others point to: read when they are asked for, and kept current. */
class Names {
  #known = new SvelteMap<string, Named | null>();
  #wanted = new Map<PickKind, Set<number>>();
  /** What is being read, and by which reading: the last one asked counts. */
  #pending = new Map<string, number>();
  #asked = 0;
  #following = new Set<PickKind>();
  #scheduled = false;

  /** What a record is called: undefined while that is read, null when there is no such record any more. */
  of(kind: PickKind, id: number): Named | null | undefined {
    const key = `${kind} ${id}`;
    const known = this.#known.get(key);
    if (known === undefined && !this.#pending.has(key)) this.#want(kind, id);
    return known;
  }

  /** Tells it of a record that was read or made anyway. */
  put(kind: PickKind, ...records: Named[]): void {
    this.#follow(kind);
    for (const r of records) this.#known.set(`${kind} ${r.id}`, r);
  }

  #want(kind: PickKind, id: number): void {
    this.#follow(kind);
    this.#pending.set(`${kind} ${id}`, ++this.#asked);
    this.#wanted.set(kind, (this.#wanted.get(kind) ?? new Set()).add(id));
    if (this.#scheduled) return;
    this.#scheduled = true;
    // What is asked for in one go (a list that is drawn) is read in one go.
    setTimeout(() => {
      this.#scheduled = false;
      const wanted = this.#wanted;
      this.#wanted = new Map();
      for (const [of, ids] of wanted) void this.#read(of, ids);
    });
  }

  async #read(kind: PickKind, ids: Set<number>): Promise<void> {
    const left = new Set(ids);
    const mine = new Map([...ids].map((id) => [id, this.#pending.get(`${kind} ${id}`)]));
    const got = (named: Named | null, id: number) => {
      left.delete(id);
      const key = `${kind} ${id}`;
      if (this.#pending.get(key) !== mine.get(id)) return;
      this.#pending.delete(key);
      this.#known.set(key, named);
    };
    try {
      if (ids.size > few) await this.#readLists(kind, left, got);
      await Promise.all([...left].map((id) => this.#readOne(kind, id, got)));
    } catch {
      // Not to be had now: asked again once the server answers.
      const off = connection.onBack(() => {
        off();
        for (const id of left) this.#want(kind, id);
      });
    }
  }

  async #readOne(kind: PickKind, id: number, got: (named: Named | null, id: number) => void): Promise<void> {
    const { find, say } = kinds[kind] as (typeof kinds)['person'];
    try {
      got(say((await find(id)).data), id);
    } catch (thrown) {
      if (asProblem(thrown).status !== 404) throw thrown;
      got(null, id);
    }
  }

  async #readLists(kind: PickKind, left: Set<number>, got: (named: Named, id: number) => void): Promise<void> {
    const { list, say } = kinds[kind] as (typeof kinds)['person'];
    let cursor = '';
    for (let page = 0; page < pages && left.size > few; page++) {
      const { data, next } = await list(500, cursor);
      for (const record of data) if (left.has(record.id)) got(say(record), record.id);
      if (!next) return;
      cursor = next;
    }
  }

  #follow(kind: PickKind): void {
    if (this.#following.has(kind)) return;
    this.#following.add(kind);
    live.on(kind, (heard) => {
      if (heard === 'reset') {
        for (const key of [...this.#known.keys()]) if (key.startsWith(`${kind} `)) this.#want(kind, Number(key.slice(kind.length + 1)));
        return;
      }
      const key = `${kind} ${heard.id}`;
      if (!this.#known.has(key)) return;
      if (heard.operation === 'delete') this.#known.set(key, null);
      else this.#want(kind, heard.id);
    });
  }
}

export const names = new Names();
