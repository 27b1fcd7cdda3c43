import type { CalendarDate } from '@internationalized/date';
import type { Person } from '$lib/api/types';
import { folded } from '$lib/features/shell/rank';
import { contactDue, nextTime } from './days';
import { byName, byText } from './people';

export const sorts = ['name', 'birthday', 'contact', 'newest'] as const;
export type Sort = (typeof sorts)[number];
export type Filters = { q: string; group: string; category: string; favourite: boolean; sort: Sort };

export function filtersOf(query: URLSearchParams): Filters {
  return {
    q: query.get('q') ?? '',
    group: query.get('group') ?? '',
    category: query.get('category') ?? '',
    favourite: query.get('favourite') === 'true',
    sort: sorts.find((s) => s === query.get('sort')) ?? 'name',
  };
}

export const filtering = (f: Filters) => f.q.trim() !== '' || f.group !== '' || f.category !== '' || f.favourite;

/** What somebody is found by. Made once for each version of a person. */
const texts = new WeakMap<Person, string>();
function text(p: Person): string {
  let s = texts.get(p);
  if (s === undefined) {
    const reach = [...p.emails, ...p.phones].flatMap((c) => [c.value, c.value.replace(/\D/g, '')]);
    const where = p.addresses.flatMap((a) => [a.street ?? '', `${a.postal_code ?? ''} ${a.city ?? ''}`, a.region ?? '', a.country ?? '']);
    s = folded([p.display_name, `${p.given_name} ${p.family_name}`, p.nickname, p.company, p.job_title, p.category, p.relationship, p.notes, ...p.groups, ...reach, ...where].join('\n'));
    texts.set(p, s);
  }
  return s;
}

/** In the order wanted; favourites come first in that of names. */
export function sorted(people: readonly Person[], sort: Sort, today: CalendarDate): Person[] {
  const ranked = (key: (p: Person) => string | number | null) => {
    const keys = new Map(people.map((p) => [p, key(p)]));
    return people.toSorted((a, b) => {
      const [x, y] = [keys.get(a)!, keys.get(b)!];
      if (x === y) return byName(a, b);
      return x === null ? 1 : y === null ? -1 : x < y ? -1 : 1;
    });
  };
  switch (sort) {
    case 'birthday': return ranked((p) => nextTime(p.birthday, today)?.date.toString() ?? null);
    case 'contact': return ranked(contactDue);
    case 'newest': return people.toSorted((a, b) => b.created_at.localeCompare(a.created_at) || b.id - a.id);
    default: return people.toSorted((a, b) => Number(b.favourite) - Number(a.favourite) || byName(a, b));
  }
}

/** Those that fit, in the order given. */
export function fitting(people: readonly Person[], f: Filters): Person[] {
  const words = folded(f.q.trim()).split(/\s+/).filter(Boolean);
  const [group, category] = [folded(f.group), folded(f.category)];
  return people.filter(
    (p) =>
      (!f.favourite || p.favourite) &&
      (!group || p.groups.some((g) => folded(g) === group)) &&
      (!category || folded(p.category) === category) &&
      words.every((w) => text(p).includes(w)),
  );
}

/** The words in use in a field, each once, whatever its case. */
export function wordsOf(people: readonly Person[], of: (p: Person) => readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const p of people) for (const w of of(p)) if (w && !found.has(folded(w))) found.set(folded(w), w);
  return [...found.values()].sort(byText);
}

/** A row of the list: somebody, or what the next ones have in common. */
export type Row = { head: string; id: string } | { person: Person };

/** The first letter of a name, as a heading; # for what is no letter. */
function letter(name: string): string {
  const c = folded(name).trim().match(/./u)?.[0]?.toUpperCase() ?? '#';
  return /\p{L}/u.test(c) ? c : '#';
}

/** Puts headings between people who come by name. */
export function withHeads(people: readonly Person[], favourites: string): Row[] {
  const rows: Row[] = [];
  let last = '';
  for (const person of people) {
    const head = person.favourite ? favourites : letter(person.display_name);
    if (head !== last) rows.push({ head, id: `head ${rows.length} ${head}` });
    last = head;
    rows.push({ person });
  }
  return rows;
}
