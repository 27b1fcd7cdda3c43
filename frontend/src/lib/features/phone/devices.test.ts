import { describe, expect, it } from 'vitest';
import { davx5Link, likely, typed } from './devices';

const home = { url: 'http://192.168.1.20:8000', dav_url: 'http://192.168.1.20:8000/dav/', host: '192.168.1.20', port: 8000, https: false, principal: '/dav/principals/7/', username: 'ada', missing: [] };
const away = { ...home, url: 'https://umbra.example.org', dav_url: 'https://umbra.example.org/dav/', host: 'umbra.example.org', port: 443, https: true };

describe('what is typed into a device', () => {
  it('is what its form asks for', () => {
    expect(typed('iphone', away)).toEqual([{ what: 'address', value: 'umbra.example.org' }]);
    expect(typed('iphone', home)).toEqual([{ what: 'address', value: '192.168.1.20:8000' }]);
    expect(typed('mac', away).map((x) => x.value)).toEqual(['umbra.example.org', '/dav/principals/7/', '443']);
    expect(typed('tasks', away)[0]!.value).toBe('https://umbra.example.org/dav/');
    expect(typed('thunderbird', away)[0]!.value).toBe('https://umbra.example.org/');
  });
  it('is in the link for DAVx⁵, whatever is in the name', () => {
    expect(davx5Link({ ...away, username: 'a:b/ü@c' }, 'umbra_pat_1')).toBe('davx5://a%3Ab%2F%C3%BC%40c:umbra_pat_1@umbra.example.org/dav/');
    expect(davx5Link(home, 'x')).toBe('caldav://ada:x@192.168.1.20:8000/dav/');
  });
  it('is guessed from the system', () => {
    expect([likely('Android'), likely('macOS'), likely('iPad'), likely(undefined)]).toEqual(['davx5', 'mac', 'iphone', 'iphone']);
  });
});
