import { api, send } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Calendar, CalendarEvent, UpcomingItem } from '$lib/api/types';
import { connection } from '$lib/state/connection.svelte';
import { everyPage } from '$lib/state/joined';
import { List } from '$lib/state/list.svelte';
import { live, type Heard } from '$lib/state/live.svelte';
import { addDays, agendaItem, agendaKey, compare, eventItem, eventKey, type Item, type ItemKind } from './item';
import type { Range } from './range';

/** What a person may leave out, one switch each; events have their calendars'. */
export const layers = ['todo', 'task', 'reminder', 'birthday'] as const;
export type Layer = (typeof layers)[number];
const layerOf = (kind: ItemKind): Layer | undefined => (kind === 'anniversary' ? 'birthday' : kind === 'event' ? undefined : kind);

type Page = { events: CalendarEvent[]; others: UpcomingItem[] };
const stored = 'umbra.calendar.hidden';

/** What is on the calendar within the days that are looked at, kept current by the stream of changes. */
export class Agenda {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<Problem>();
  calendars = new List<Calendar>({
    kind: 'calendar',
    page: (cursor) => send(api.GET('/api/calendars', { params: { query: { limit: 500, sort: 'created_at', ...(cursor && { cursor }) } } })),
    find: async (id) => (await send(api.GET('/api/calendars/{id}', { params: { path: { id } } }))).data,
    order: (a, b) => a.created_at.localeCompare(b.created_at) || a.id - b.id,
    whole: true,
  });
  hidden = $state.raw<ReadonlySet<string>>(new Set(read()));
  /** What is shown ahead of the answer, by key; null is gone. */
  #ahead = $state.raw<ReadonlyMap<string, Item | null>>(new Map());
  #page = $state.raw<Page>({ events: [], others: [] });
  /** Pages read before, for going back and forth; forgotten when anything changes. */
  #kept = new Map<string, Page>();
  #range: Range | undefined;
  #run = 0;
  #latest: { run: number; done: Promise<void> } = { run: 0, done: Promise.resolve() };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = 0;

  #colors = $derived(new Map(this.calendars.items.map((c) => [c.id, c.color])));
  #fixed = $derived(new Set(this.calendars.items.filter((c) => c.access === 'read').map((c) => c.id)));
  #visible = $derived(new Set(this.calendars.items.filter((c) => c.visible).map((c) => c.id)));

  items: Item[] = $derived.by(() => {
    const { events, others } = this.#page;
    const all = [
      ...events.filter((e) => this.#visible.has(e.calendar_id)).map((e) => eventItem(e, this.#colors.get(e.calendar_id) ?? '', this.#fixed.has(e.calendar_id))),
      ...others.map(agendaItem).filter((i) => !this.hidden.has(layerOf(i.kind) ?? '')),
    ];
    const out: Item[] = [];
    for (const item of all) {
      const ahead = this.#ahead.get(item.key);
      if (ahead !== null) out.push(ahead ?? item);
    }
    return out.sort(compare);
  });

  /** Follows changes; returns how to stop. */
  open(): () => void {
    const stops = [this.calendars.open(), live.on('*', this.#hear), connection.onBack(() => void this.#read())];
    return () => {
      this.#run++;
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  /** Looks at other days. What of them is known already is shown at once. */
  look(range: Range): void {
    if (this.#range && key(this.#range) === key(range)) return;
    this.#range = range;
    const kept = this.#kept.get(key(range));
    if (kept) this.#page = kept;
    void this.#read();
  }

  find(itemKey: string): Item | undefined {
    return this.items.find((i) => i.key === itemKey);
  }

  color(calendar: number): string {
    return this.#colors.get(calendar) ?? '';
  }

  /** Shows or hides a layer, on this device. */
  toggle(layer: Layer): void {
    const next = new Set(this.hidden);
    if (!next.delete(layer)) next.add(layer);
    this.hidden = next;
    localStorage.setItem(stored, JSON.stringify([...next]));
  }

  /** Shows an item as it is about to be; returns how to put back what was. */
  ahead(itemKey: string, item: Item | null): () => void {
    this.#ahead = new Map(this.#ahead).set(itemKey, item);
    return () => {
      const rest = new Map(this.#ahead);
      if (rest.get(itemKey) === item) rest.delete(itemKey);
      this.#ahead = rest;
    };
  }

  /** Reads again, for what this window itself has changed. */
  async refresh(): Promise<void> {
    this.#kept.clear();
    await this.#read();
  }

  retry = (): void => {
    void this.calendars.reload();
    void this.#read();
  };

  #hear = (heard: Heard): void => {
    if (heard !== 'reset' && !['event', 'todo', 'task', 'project', 'reminder', 'person', 'calendar', 'settings'].includes(heard.kind)) return;
    this.#kept.clear();
    clearTimeout(this.#timer);
    // A first change is read at once; of many in a row, the last ones together.
    const at = Date.now();
    this.#timer = setTimeout(() => void this.#read(), at - this.#heard > 1000 ? 10 : 200);
    this.#heard = at;
  };

  #read(): Promise<void> {
    const range = this.#range;
    if (!range) return Promise.resolve();
    const run = ++this.#run;
    return (this.#latest = { run, done: this.#readRange(range, run) }).done;
  }

  /** A reading that a later one has overtaken ends with that one: who waited for it sees what is new. */
  #overtaken(run: number): Promise<void> | undefined {
    return this.#latest.run > run ? this.#latest.done : undefined;
  }

  async #readRange(range: Range, run: number): Promise<void> {
    const start = range.first;
    const end = addDays(range.first, range.count);
    try {
      const [events, others] = await Promise.all([
        everyPage((cursor) => send(api.GET('/api/events', { params: { query: { start, end, limit: 500, ...(cursor && { cursor }) } } })), eventKey),
        everyPage((cursor) => send(api.GET('/api/upcoming', { params: { query: { from: start, days: range.count, limit: 500, ...(cursor && { cursor }) } } })), agendaKey),
      ]);
      if (run !== this.#run) return await this.#overtaken(run);
      this.#page = { events, others: others.filter((o) => o.kind !== 'event') };
      this.#kept.set(key(range), this.#page);
      this.state = 'ready';
      this.problem = undefined;
    } catch (thrown) {
      if (run !== this.#run) return await this.#overtaken(run);
      this.problem = asProblem(thrown);
      if (this.state === 'loading') this.state = 'failed';
    }
  }
}

const key = (r: Range) => `${r.first} ${r.count}`;

function read(): string[] {
  try {
    return JSON.parse(localStorage.getItem(stored) ?? '[]') as string[];
  } catch {
    return [];
  }
}
