import type { SyncReach } from '$lib/api/types';

/** What can be set up to sync. */
export const kinds = ['iphone', 'mac', 'davx5', 'tasks', 'thunderbird', 'evolution', 'gnome', 'kde'] as const;
export type DeviceKind = (typeof kinds)[number];

/** The kind that the page is probably asked for, by the system that it is open on. */
export function likely(system: string | undefined): DeviceKind {
  if (system === 'Android') return 'davx5';
  if (system === 'macOS') return 'mac';
  return 'iphone';
}

/** Whether a configuration profile sets it up. */
export const takesProfile = (kind: DeviceKind): boolean => kind === 'iphone' || kind === 'mac';

/** The server's name as Apple's forms take it: with its port where that is not the usual one. */
function server(s: SyncReach): string {
  return s.url.replace(/^https?:\/\//, '');
}

/** What is typed into the device's form, beside the user name and the app password. */
export function typed(kind: DeviceKind, s: SyncReach): { what: 'address' | 'path' | 'port'; value: string }[] {
  if (kind === 'iphone') return [{ what: 'address', value: server(s) }];
  if (kind === 'mac') return [{ what: 'address', value: s.host }, { what: 'path', value: s.principal }, { what: 'port', value: String(s.port) }];
  return [{ what: 'address', value: kind === 'tasks' || kind === 'kde' ? s.dav_url : s.url + '/' }];
}

/**
 * The link that opens DAVx⁵ with everything filled in (its manual, "Integration"): davx5: stands for
 * https, caldav: for http.
 */
export function davx5Link(s: SyncReach, password: string): string {
  const who = `${encodeURIComponent(s.username)}:${encodeURIComponent(password)}@`;
  return `${s.https ? 'davx5' : 'caldav'}://${who}${server(s)}/dav/`;
}
