import { api, newKey, send } from '$lib/api/client';
import type { NewPerson, Person, PersonUpdate } from '$lib/api/types';
import { locale, t } from '$lib/i18n/index.svelte';
import { act, complain, offerUndo } from '$lib/state/act';
import { asProblem } from '$lib/api/problem';
import { kinds } from '$lib/state/kinds';
import { List } from '$lib/state/list.svelte';

export const readPerson = kinds.person.find;

export const savePerson = (id: number, body: PersonUpdate, etag = '') =>
  send(api.PATCH('/api/people/{id}', { params: { path: { id }, ...(etag && { header: { 'If-Match': etag } }) }, body }));

export const makePerson = (body: NewPerson, key = newKey()) => send(api.POST('/api/people', { params: { header: { 'Idempotency-Key': key } }, body }));

const collators = new Map<string, Intl.Collator>();

/** Compares names as the language does. */
export function byText(a: string, b: string): number {
  let c = collators.get(locale());
  if (!c) collators.set(locale(), (c = new Intl.Collator(locale(), { numeric: true })));
  return c.compare(a, b);
}

export const byName = (a: Person, b: Person) => byText(a.display_name, b.display_name) || a.id - b.id;

/** Everybody. */
export function personList(): List<Person> {
  return new List<Person>({ kind: 'person', whole: true, page: (cursor) => kinds.person.list(500, cursor), find: async (id) => (await readPerson(id)).data, order: byName });
}

/** One person, as a list of one: gone when they are deleted. */
export function personOf(id: number): List<Person> {
  return new List<Person>({
    kind: 'person',
    page: async () => {
      const sent = await readPerson(id);
      return { ...sent, data: [sent.data] };
    },
    find: async (other) => (await readPerson(other)).data,
    accept: (p) => p.id === id,
    order: byName,
  });
}

/** Changes a person, ahead of the answer. */
export async function changePerson(list: List<Person>, person: Person, fields: Partial<Person>, text: string): Promise<void> {
  list.put({ ...person, ...fields });
  const sent = await act(text, () => savePerson(person.id, fields as PersonUpdate), () => list.put(person));
  if (sent) list.put(sent.data);
}

export const talkedNow = (list: List<Person>, person: Person) => changePerson(list, person, { last_contacted_at: new Date().toISOString() }, t.person.talkedNow(person.display_name));

export const setFavourite = (list: List<Person>, person: Person, favourite: boolean) =>
  changePerson(list, person, { favourite }, favourite ? t.person.favouriteNow(person.display_name) : t.person.favouriteNoMore(person.display_name));

export async function deletePerson(list: List<Person>, person: Person): Promise<boolean> {
  list.drop(person.id);
  const sent = await act(t.person.deleted(person.display_name), () => send(api.DELETE('/api/people/{id}', { params: { path: { id: person.id } } })), () => list.put(person));
  return sent !== undefined;
}

/** One change to many, which is taken back as one. */
export async function changeMany(list: List<Person>, people: Person[], text: string, fields: (p: Person) => Partial<Person> | 'delete'): Promise<void> {
  const sets: string[] = [];
  for (const p of people) {
    const f = fields(p);
    try {
      if (f === 'delete') {
        list.drop(p.id);
        sets.push((await send(api.DELETE('/api/people/{id}', { params: { path: { id: p.id } } }))).changeSet);
      } else {
        list.put({ ...p, ...f });
        const sent = await savePerson(p.id, f as PersonUpdate);
        list.put(sent.data);
        sets.push(sent.changeSet);
      }
    } catch (thrown) {
      list.put(p);
      complain(asProblem(thrown));
      break; // what goes wrong with one goes wrong with the rest
    }
  }
  offerUndo(text, ...sets);
}
