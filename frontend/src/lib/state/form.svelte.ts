import type { Sent } from '$lib/api/client';
import { asProblem, Problem } from '$lib/api/problem';
import { conflict, type Difference } from './conflict.svelte';

/** A record as it was read, for a form that changes it. */
export type Read<T> = { data: T; etag: string };

type Saving<T extends object> = {
  /** Stores the fields under a condition ("" is none). */
  save: (fields: Partial<T>, etag: string) => Promise<Sent<T>>;
  /** Reads the record again, after a conflict. */
  read: () => Promise<Read<T>>;
  /** What a field is called, for the table of a conflict; fields without a name are not compared. */
  labels: Partial<Record<keyof T & string, string>>;
  /** How a field is said. */
  show?: (field: keyof T & string, value: unknown) => string;
};

/** The state of a form that is being sent: what is wrong with which field. */
export class Form {
  busy = $state(false);
  problem = $state.raw<Problem>();

  /** What is said beside a field. */
  error(path: string): string {
    return this.problem?.field(path) ?? '';
  }

  /** What is said above the form: what belongs to no field of it. */
  get message(): string {
    const p = this.problem;
    if (!p || p.stale) return '';
    return p.fields.length > 0 ? '' : p.message;
  }

  /** Sends; returns the answer, or undefined with `problem` set. What was typed stays. */
  async send<T>(request: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    try {
      const answer = await request();
      this.problem = undefined;
      return answer;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  /**
   * Stores the fields that differ from what was read, under its ETag. Where the
   * record has changed meanwhile, both versions are shown and a person chooses.
   * Returns what is stored now, with changeSet "" when nothing had to be.
   */
  async change<T extends object>(was: Read<T>, mine: Partial<T>, how: Saving<T>): Promise<Sent<T> | undefined> {
    const fields = changes(was.data, mine);
    if (Object.keys(fields).length === 0) return { data: was.data, etag: was.etag, changeSet: '', next: '', total: undefined };
    const sent = await this.send(() => how.save(fields, was.etag));
    if (sent || !this.problem?.stale) return sent;
    const stored = await this.send(how.read);
    if (!stored) return undefined;
    const differences = differ(fields, stored.data, how);
    const choice = differences.length === 0 ? 'mine' : await conflict.ask(differences);
    if (choice === 'neither') {
      this.problem = undefined;
      return undefined;
    }
    if (choice === 'theirs') return { ...stored, changeSet: '', next: '', total: undefined };
    return this.change(stored, fields, how); // what I did not touch stays as stored
  }
}

/** The fields of b that differ from a's. */
export function changes<T extends object>(a: T, b: Partial<T>): Partial<T> {
  const out: Partial<T> = {};
  for (const key of Object.keys(b) as (keyof T)[]) if (JSON.stringify(a[key] ?? null) !== JSON.stringify(b[key] ?? null)) out[key] = b[key];
  return out;
}

function differ<T extends object>(mine: Partial<T>, theirs: T, how: Saving<T>): Difference[] {
  const show = how.show ?? ((_, v) => (v === null || v === undefined ? '' : Array.isArray(v) ? v.join(', ') : String(v)));
  return (Object.keys(changes(theirs, mine)) as (keyof T & string)[])
    .filter((key) => how.labels[key])
    .map((key) => ({ label: how.labels[key]!, mine: show(key, mine[key]), theirs: show(key, theirs[key]) }));
}
