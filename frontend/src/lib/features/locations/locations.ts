import { api, newKey, send } from '$lib/api/client';
import type { Location, LocationUpdate, NewLocation } from '$lib/api/types';
import { byText } from '$lib/features/people/people';
import { folded } from '$lib/features/shell/rank';
import { t } from '$lib/i18n/index.svelte';
import { act } from '$lib/state/act';
import { kinds } from '$lib/state/kinds';
import { List } from '$lib/state/list.svelte';
import { between, type Point } from './map/mercator';
import { pointOf } from './map/view.svelte';

export const readPlace = kinds.location.find;

export const savePlace = (id: number, body: LocationUpdate, etag = '') =>
  send(api.PATCH('/api/locations/{id}', { params: { path: { id }, ...(etag && { header: { 'If-Match': etag } }) }, body }));

export const makePlace = (body: NewLocation, key = newKey()) => send(api.POST('/api/locations', { params: { header: { 'Idempotency-Key': key } }, body }));

const byName = (a: Location, b: Location) => byText(a.name, b.name) || a.id - b.id;

export function placeList(): List<Location> {
  return new List<Location>({ kind: 'location', whole: true, page: (cursor) => kinds.location.list(500, cursor), find: async (id) => (await readPlace(id)).data, order: byName });
}

export async function setFavourite(list: List<Location>, place: Location, favourite: boolean): Promise<void> {
  list.put({ ...place, favourite });
  const text = favourite ? t.location.favouriteNow(place.name) : t.location.favouriteNoMore(place.name);
  const sent = await act(text, () => savePlace(place.id, { favourite }), () => list.put(place));
  if (sent) list.put(sent.data);
}

export async function deletePlace(list: List<Location>, place: Location): Promise<void> {
  list.drop(place.id);
  await act(t.location.deleted(place.name), () => send(api.DELETE('/api/locations/{id}', { params: { path: { id: place.id } } })), () => list.put(place));
}

// What is shown, and in which order.

export const sorts = ['name', 'near', 'newest'] as const;
export type Filters = { q: string; category: string; favourite: boolean; sort: (typeof sorts)[number] };

export function filtersOf(query: URLSearchParams): Filters {
  return { q: query.get('q') ?? '', category: query.get('category') ?? '', favourite: query.get('favourite') === 'true', sort: sorts.find((s) => s === query.get('sort')) ?? 'name' };
}

const texts = new WeakMap<Location, string>();
function text(l: Location): string {
  let s = texts.get(l);
  if (s === undefined) texts.set(l, (s = folded([l.name, l.address, l.category, l.phone, l.phone.replace(/\D/g, ''), l.email, l.website, l.notes].join('\n'))));
  return s;
}

/** The places that fit, in the order wanted; favourites come first in that of names. */
export function fitting(places: readonly Location[], f: Filters, middle?: Point): Location[] {
  const words = folded(f.q.trim()).split(/\s+/).filter(Boolean);
  const category = folded(f.category);
  const found = places.filter((l) => (!f.favourite || l.favourite) && (!category || folded(l.category) === category) && words.every((w) => text(l).includes(w)));
  if (f.sort === 'newest') return found.sort((a, b) => b.created_at.localeCompare(a.created_at) || b.id - a.id);
  if (f.sort === 'near' && middle) {
    const far = new Map(found.map((l) => [l, distance(pointOf(l), middle)]));
    return found.sort((a, b) => far.get(a)! - far.get(b)! || byName(a, b));
  }
  return found.sort((a, b) => Number(b.favourite) - Number(a.favourite) || byName(a, b));
}

const distance = (p: Point | undefined, middle: Point) => (p ? Math.hypot(between(middle.x, p.x), p.y - middle.y) : Infinity);

export function categoriesOf(places: readonly Location[]): string[] {
  const found = new Map<string, string>();
  for (const l of places) if (l.category && !found.has(folded(l.category))) found.set(folded(l.category), l.category);
  return [...found.values()].sort(byText);
}
