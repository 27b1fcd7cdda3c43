import { parseDate } from '@internationalized/date';
import { expect, test, vi } from 'vitest';
import type { Person } from '$lib/api/types';
import { blank, derivedName, fieldsOf, toChange, toStore } from './fields';
import { filtersOf, fitting, sorted, withHeads, wordsOf } from './filter';
import { square } from './photo';

vi.stubGlobal('navigator', { languages: ['en-GB'] });

const person = (id: number, name: string, more: Partial<Person> = {}): Person => ({ ...blank, id, uid: '', given_name: name, display_name: name, created_at: `2026-01-0${id}T00:00:00Z`, updated_at: '', ...more });
const all = [
  person(1, 'Zoë', { groups: ['Choir'], birthday: '1990-03-30' }),
  person(2, 'bela', { favourite: true, category: 'Family', contact_every_days: 30, last_contacted_at: '2026-01-01T00:00:00Z' }),
  person(3, 'Änne', { groups: ['choir', 'Work'], birthday: '--01-02', contact_every_days: 7 }),
  person(4, '3M', { phones: [{ value: '+49 (30) 12-34' }] }),
];
const today = parseDate('2026-03-29');
const names = (people: Person[]) => people.map((p) => p.display_name);

test('orders', () => {
  expect(names(sorted(all, 'name', today))).toEqual(['bela', '3M', 'Änne', 'Zoë']);
  expect(names(sorted(all, 'birthday', today))).toEqual(['Zoë', 'Änne', '3M', 'bela']);
  expect(names(sorted(all, 'contact', today))).toEqual(['Änne', 'bela', '3M', 'Zoë']);
  expect(names(sorted(all, 'newest', today))).toEqual(['3M', 'Änne', 'bela', 'Zoë']);
});

test.each([
  ['q=ZOE', ['Zoë']],
  ['q=493012', ['3M']],
  ['group=CHOIR', ['Zoë', 'Änne']],
  ['group=choir&q=work', ['Änne']],
  ['category=family', ['bela']],
  ['favourite=true', ['bela']],
  ['q=nobody', []],
  ['', ['Zoë', 'bela', 'Änne', '3M']],
])('%s finds %j', (query, want) => expect(names(fitting(all, filtersOf(new URLSearchParams(query))))).toEqual(want));

test('heads stand before what they are for, and words stand once', () => {
  const rows = withHeads(sorted(all, 'name', today), 'Favourites').map((r) => ('head' in r ? `[${r.head}]` : r.person.display_name));
  expect(rows).toEqual(['[Favourites]', 'bela', '[#]', '3M', '[A]', 'Änne', '[Z]', 'Zoë']);
  expect(wordsOf(all, (p) => p.groups)).toEqual(['Choir', 'Work']);
});

test('a name that follows the others is left to do so', () => {
  const ada = person(1, 'Ada', { family_name: 'Lovelace', display_name: 'Ada Lovelace' });
  expect(fieldsOf(ada).display_name).toBe('');
  expect(toChange({ ...fieldsOf(ada), family_name: 'King' }, ada)).not.toHaveProperty('display_name');
  const countess = { ...ada, display_name: 'The Countess' };
  expect(fieldsOf(countess).display_name).toBe('The Countess');
  expect(toChange({ ...fieldsOf(countess), display_name: '' }, countess).display_name).toBe('');
  expect(derivedName({ given_name: '', family_name: '', nickname: '', company: 'Mill' })).toBe('Mill');
});

test('rows left empty are not stored', () => {
  const stored = toStore({ ...blank, emails: [{ value: ' ' }, { value: 'a@b.c' }], addresses: [{ label: 'home', street: '' }, { city: 'Oxford' }] });
  expect([stored.emails, stored.addresses]).toEqual([[{ value: 'a@b.c' }], [{ city: 'Oxford' }]]);
});

test.each([[800, 600, { x: 100, y: 0, side: 600 }], [600, 800, { x: 0, y: 70, side: 600 }], [50, 50, { x: 0, y: 0, side: 50 }]])('of %d by %d the square is %j', (w, h, want) => {
  expect(square(w, h)).toEqual(want);
});
