import type { Person } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { stamp } from '$lib/time/format';

const fieldNames = [
  'given_name', 'family_name', 'display_name', 'nickname', 'emails', 'phones', 'addresses', 'groups', 'photo', 'birthday', 'anniversary',
  'company', 'job_title', 'category', 'relationship', 'favourite', 'notes', 'last_contacted_at', 'contact_every_days',
] as const;

/** What a form of a person holds. */
export type Fields = Pick<Person, (typeof fieldNames)[number]>;

export const blank: Fields = {
  given_name: '', family_name: '', display_name: '', nickname: '', emails: [], phones: [], addresses: [], groups: [], photo: null, birthday: null, anniversary: null,
  company: '', job_title: '', category: '', relationship: '', favourite: false, notes: '', last_contacted_at: null, contact_every_days: null,
};

/** What somebody is shown as while nothing else was given, as the server makes it. */
export function derivedName(p: Pick<Fields, 'given_name' | 'family_name' | 'nickname' | 'company'>): string {
  return `${p.given_name} ${p.family_name}`.trim() || p.nickname.trim() || p.company.trim();
}

/** The fields as they are read; a name that was derived leaves its field empty. */
export function fieldsOf(p: Person): Fields {
  const fields = Object.fromEntries(fieldNames.map((f) => [f, structuredClone(p[f])])) as Fields;
  if (p.display_name === derivedName(p)) fields.display_name = '';
  return fields;
}

/** The fields as they are stored: rows left empty are no rows. */
export function toStore(f: Fields): Fields {
  const said = (rows: Fields['emails']) => rows.filter((r) => r.value.trim() !== '');
  const places = f.addresses.filter((a) => [a.street, a.city, a.region, a.postal_code, a.country].some((part) => part?.trim()));
  return { ...f, emails: said(f.emails), phones: said(f.phones), addresses: places };
}

/** The changes to somebody: a name that follows the others is left to do so. */
export function toChange(f: Fields, was: Person): Partial<Person> {
  const { display_name, ...rest } = toStore(f);
  const before = fieldsOf(was).display_name;
  return display_name === before ? rest : { ...rest, display_name };
}

/** What the fields are called where two versions are compared. */
export const labels = (): Partial<Record<keyof Person, string>> => ({
  given_name: t.person.givenName, family_name: t.person.familyName, display_name: t.person.displayName, nickname: t.person.nickname, emails: t.person.emails,
  phones: t.person.phones, addresses: t.person.addresses, groups: t.person.groups, photo: t.person.photo, birthday: t.person.birthday, anniversary: t.person.anniversary,
  company: t.person.company, job_title: t.person.jobTitle, category: t.common.category, relationship: t.person.relationship, favourite: t.person.favourite, notes: t.person.notes,
  last_contacted_at: t.person.lastContact, contact_every_days: t.person.every,
});

/** One address in a line. */
export function addressLine(a: Person['addresses'][number]): string {
  return [a.street, [a.postal_code, a.city].filter(Boolean).join(' '), a.region, a.country].map((s) => s?.trim().replace(/\s*\n\s*/g, ', ')).filter(Boolean).join(', ');
}

/** How a field is said in words. */
export function say(field: keyof Person, value: unknown): string {
  if (value === null || value === undefined || value === '') return field === 'photo' ? t.person.photoSaid.none : '';
  const labelled = (label: string | undefined, text: string) => (label ? `${text} (${label})` : text);
  switch (field) {
    case 'emails':
    case 'phones': return (value as Fields['emails']).map((c) => labelled(c.label, c.value)).join('\n');
    case 'addresses': return (value as Fields['addresses']).map((a) => labelled(a.label, addressLine(a))).join('\n');
    case 'photo': return String(value).startsWith('data:') ? t.person.photoSaid.new : t.person.photoSaid.stored;
    case 'favourite': return value ? t.common.yes : t.common.no;
    case 'contact_every_days': return t.person.everyDays(Number(value));
    case 'last_contacted_at': return stamp(String(value));
    default: return Array.isArray(value) ? value.join(', ') : String(value);
  }
}
