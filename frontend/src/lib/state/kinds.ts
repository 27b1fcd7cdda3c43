import { api, newKey, send, type Sent } from '$lib/api/client';
import type { CalendarEvent, Location, Person, Project, Todo } from '$lib/api/types';
import { shortDay } from '$lib/time/format';
import { now } from '$lib/time/now.svelte';

/** The kinds that other records point to. */
export type PickKind = 'person' | 'location' | 'project' | 'todo' | 'event';
type Records = { person: Person; location: Location; project: Project; todo: Todo; event: CalendarEvent };

/** A record as it is said in a line: its name, and what tells it from another of that name. */
export type Named = { id: number; name: string; note: string; photo: string | null };

type Rules<R> = {
  find: (id: number) => Promise<Sent<R>>;
  /** Those that fit what was typed, best first; all in their order when nothing was. */
  search: (q: string, limit: number, signal?: AbortSignal) => Promise<Sent<R[]>>;
  /** A page of all of them. */
  list: (limit: number, cursor: string) => Promise<Sent<R[]>>;
  /** Makes one of which the name alone is known; kinds that need more have none. */
  add?: (name: string) => Promise<Sent<R>>;
  say: (record: R) => Named;
};

const keyed = () => ({ header: { 'Idempotency-Key': newKey() } });
const paged = (limit: number, cursor: string) => ({ limit, ...(cursor && { cursor }) });
const asked = (q: string, limit: number) => ({ limit, ...(q && { q }) });

/** Other records point to one's own alone, not to what somebody shares. */
const own = <R extends { access: string }>(sent: Sent<R[]>): Sent<R[]> => ({ ...sent, data: sent.data.filter((r) => r.access === 'owner') });

/** How each kind is read, found, made and said. */
export const kinds: { [K in PickKind]: Rules<Records[K]> } = {
  person: {
    find: (id) => send(api.GET('/api/people/{id}', { params: { path: { id } } })),
    search: (q, limit, signal) => send(api.GET('/api/people', { params: { query: asked(q, limit) }, signal })),
    list: (limit, cursor) => send(api.GET('/api/people', { params: { query: paged(limit, cursor) } })),
    add: (name) => send(api.POST('/api/people', { params: keyed(), body: personNames(name) })),
    say: (p) => ({ id: p.id, name: p.display_name, note: p.company || p.relationship || p.category, photo: p.photo }),
  },
  location: {
    find: (id) => send(api.GET('/api/locations/{id}', { params: { path: { id } } })),
    search: (q, limit, signal) => send(api.GET('/api/locations', { params: { query: asked(q, limit) }, signal })),
    list: (limit, cursor) => send(api.GET('/api/locations', { params: { query: paged(limit, cursor) } })),
    add: (name) => send(api.POST('/api/locations', { params: keyed(), body: { name } })),
    say: (l) => ({ id: l.id, name: l.name, note: l.address.replace(/\s*\n\s*/g, ', ') || l.category, photo: null }),
  },
  project: {
    find: (id) => send(api.GET('/api/projects/{id}', { params: { path: { id } } })),
    search: async (q, limit, signal) => own(await send(api.GET('/api/projects', { params: { query: asked(q, limit) }, signal }))),
    list: (limit, cursor) => send(api.GET('/api/projects', { params: { query: paged(limit, cursor) } })),
    add: (name) => send(api.POST('/api/projects', { params: keyed(), body: { name } })),
    say: (p) => ({ id: p.id, name: p.name, note: p.due_date ? shortDay(p.due_date) : '', photo: null }),
  },
  todo: {
    find: (id) => send(api.GET('/api/todos/{id}', { params: { path: { id } } })),
    search: (q, limit, signal) => send(api.GET('/api/todos', { params: { query: { ...asked(q, limit), completed: 'false' } }, signal })),
    list: (limit, cursor) => send(api.GET('/api/todos', { params: { query: paged(limit, cursor) } })),
    add: (title) => send(api.POST('/api/todos', { params: keyed(), body: { title } })),
    say: (x) => ({ id: x.id, name: x.title, note: x.due_date ? shortDay(x.due_date) : '', photo: null }),
  },
  event: {
    find: (id) => send(api.GET('/api/events/{id}', { params: { path: { id } } })),
    // Before anything is typed, what comes next is likelier meant than what lies furthest ahead.
    search: async (q, limit, signal) => own(await (q ? send(api.GET('/api/events', { params: { query: { ...asked(q, limit), sort: '-start' } }, signal })) : coming(limit, signal))),
    list: (limit, cursor) => send(api.GET('/api/events', { params: { query: paged(limit, cursor) } })),
    say: (e) => ({ id: e.id, name: e.title, note: shortDay(e.start), photo: null }),
  },
};

async function coming(limit: number, signal?: AbortSignal): Promise<Sent<CalendarEvent[]>> {
  const query = { start: now.today.toString(), end: now.today.add({ days: 60 }).toString(), limit: limit * 2 };
  const sent = await send(api.GET('/api/events', { params: { query }, signal }));
  const series = new Set<number>();
  return { ...sent, data: sent.data.filter((e) => !series.has(e.id) && series.add(e.id)).slice(0, limit) };
}

/** Given and family name from what one types in one go: the last word is the family's. */
export function personNames(name: string): { given_name: string; family_name?: string } {
  const words = name.trim().split(/\s+/);
  const family = words.length > 1 ? words.pop() : undefined;
  return { given_name: words.join(' '), ...(family && { family_name: family }) };
}
