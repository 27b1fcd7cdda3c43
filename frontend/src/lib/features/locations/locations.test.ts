import { describe, expect, test, vi } from 'vitest';
import type { Location } from '$lib/api/types';
import { fitting, type Filters } from './locations';
import { project } from './map/mercator';
import { geoLink, readDegrees, readPair, sayPosition } from './position';

test.each([
  ['52.52', 52.52],
  [' 52,52 ', 52.52],
  ['-1.29', -1.29],
  ['−1.29', -1.29],
  ['52°31\'12"N', 52.52],
  ['52° 31′ 12″ S', -52.52],
  ['13.405° W', -13.405],
  ['13° 24′', 13.4],
  ['', undefined],
  ['north', undefined],
  ['1.2.3', undefined],
])('%j are %s degrees', (text, want) => {
  const got = readDegrees(text);
  if (want === undefined) expect(got).toBeUndefined();
  else expect(got).toBeCloseTo(want, 6);
});

test.each([
  ['52.52, 13.405', 52.52, 13.405],
  ['52.52,13.405', 52.52, 13.405],
  ['52,52 13,405', 52.52, 13.405],
  ['geo:48.2010,16.3695,183', undefined, undefined],
  ['geo:48.2010,16.3695?z=12', 48.201, 16.3695],
  ['-33.9, 18.4', -33.9, 18.4],
  ['52°31\'12"N 13°24\'18"E', 52.52, 13.405],
  ['95, 10', undefined, undefined],
  ['52.52', undefined, undefined],
])('%j is %s, %s', (text, latitude, longitude) => {
  const got = readPair(text);
  if (latitude === undefined) expect(got).toBeUndefined();
  else {
    expect(got!.latitude).toBeCloseTo(latitude, 5);
    expect(got!.longitude).toBeCloseTo(longitude!, 5);
  }
});

test('a position is said and linked', () => {
  expect(sayPosition(-33.9, 18.4)).toBe('33.90000° S, 18.40000° E');
  expect(geoLink({ latitude: 52.52, longitude: -13.4050001, name: 'Café & Co' })).toBe('geo:52.52,-13.405?q=52.52,-13.405(Caf%C3%A9%20%26%20Co)');
});

vi.stubGlobal('navigator', { languages: ['en-GB'] });

describe('the places that fit', () => {
  const place = (id: number, name: string, more: Partial<Location> = {}): Location => ({
    id, name, uid: '', address: '', category: '', latitude: null, longitude: null, phone: '', email: '', website: '', notes: '', favourite: false,
    created_at: `2026-01-0${id}T00:00:00Z`, updated_at: '', ...more,
  });
  const all = [
    place(1, 'Zoo', { favourite: true, latitude: 52.5, longitude: 13.33 }),
    place(2, 'Bäckerei', { category: 'Food', latitude: 48.1, longitude: 11.5 }),
    place(3, 'Allotment', { phone: '+49 30 123', notes: 'the key is at the zoo' }),
    place(4, 'Bar', { category: 'food', latitude: -33.9, longitude: 18.4 }),
  ];
  const none: Filters = { q: '', category: '', favourite: false, sort: 'name' };
  test.each<[string, Partial<Filters>, string[]]>([
    ['all by name, favourites first', {}, ['Zoo', 'Allotment', 'Bäckerei', 'Bar']],
    ['text, whatever its accents', { q: 'BACK' }, ['Bäckerei']],
    ['all words, anywhere', { q: 'zoo key' }, ['Allotment']],
    ['digits of a number', { q: '4930123' }, ['Allotment']],
    ['a category, whatever its case', { category: 'FOOD' }, ['Bäckerei', 'Bar']],
    ['favourites', { favourite: true }, ['Zoo']],
    ['newest first', { sort: 'newest' }, ['Bar', 'Allotment', 'Bäckerei', 'Zoo']],
    ['nearest to Cape Town, those without position last', { sort: 'near' }, ['Bar', 'Bäckerei', 'Zoo', 'Allotment']],
  ])('%s', (_, f, want) => {

    expect(fitting(all, { ...none, ...f }, project(-33.9, 18.4)).map((l) => l.name)).toEqual(want);
  });
});
