import { api, newKey, send, type Sent } from '$lib/api/client';
import type { Housemate, Share } from '$lib/api/types';

/** What can be shared, as its path says it. */
export type Shareable = 'calendars' | 'projects';
export type Access = Share['access'];

/** With whom one could share: everybody else who uses this Umbra. */
export async function household(): Promise<Housemate[]> {
  return (await send(api.GET('/api/household', { params: { query: { limit: 500 } } }))).data;
}

export async function sharesOf(of: Shareable, id: number): Promise<Share[]> {
  const params = { path: { id }, query: { limit: 100 } };
  return (await (of === 'calendars' ? send(api.GET('/api/calendars/{id}/shares', { params })) : send(api.GET('/api/projects/{id}/shares', { params })))).data;
}

export function give(of: Shareable, id: number, user_id: number, access: Access, key = newKey()): Promise<Sent<Share>> {
  const request = { params: { path: { id }, header: { 'Idempotency-Key': key } }, body: { user_id, access } };
  return of === 'calendars' ? send(api.POST('/api/calendars/{id}/shares', request)) : send(api.POST('/api/projects/{id}/shares', request));
}

export function change(of: Shareable, id: number, share_id: number, access: Access): Promise<Sent<Share>> {
  const request = { params: { path: { id, share_id } }, body: { access } };
  return of === 'calendars' ? send(api.PATCH('/api/calendars/{id}/shares/{share_id}', request)) : send(api.PATCH('/api/projects/{id}/shares/{share_id}', request));
}

/** Takes it back; a guest leaves. */
export function end(of: Shareable, id: number, share_id: number): Promise<Sent<unknown>> {
  const params = { path: { id, share_id } };
  return of === 'calendars' ? send(api.DELETE('/api/calendars/{id}/shares/{share_id}', { params })) : send(api.DELETE('/api/projects/{id}/shares/{share_id}', { params }));
}
