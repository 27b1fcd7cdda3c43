import { api, newKey, send, type Sent } from '$lib/api/client';
import { asProblem } from '$lib/api/problem';
import type { NewReminder, Reminder, ReminderUpdate } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { act, complain, offerUndo } from '$lib/state/act';
import { List } from '$lib/state/list.svelte';
import { moment } from '$lib/time/format';

const one = (id: number) => ({ path: { id } });

export const readReminder = (id: number) => send(api.GET('/api/reminders/{id}', { params: one(id) }));
export const saveReminder = (id: number, body: ReminderUpdate, etag = '') => 
  send(api.PATCH('/api/reminders/{id}', { params: { ...one(id), ...(etag && { header: { 'If-Match': etag } }) }, body }));
export const makeReminder = (body: NewReminder, key = newKey()) => send(api.POST('/api/reminders', { params: { header: { 'Idempotency-Key': key } }, body }));

const byDue = (a: Reminder, b: Reminder) => Date.parse(a.due_at) - Date.parse(b.due_at) || a.id - b.id;

/** What waits, was put off or is switched off: all that was not dismissed. */
export function openReminders(): List<Reminder> {
  return new List<Reminder>({
    kind: 'reminder',
    whole: true,
    page: (cursor) => send(api.GET('/api/reminders', { params: { query: { dismissed: 'false', limit: 500, ...(cursor && { cursor }) } } })),
    find: async (id) => (await readReminder(id)).data,
    accept: (r) => !r.dismissed,
    order: byDue,
  });
}

/** What was dismissed, last first. */
export function dismissedReminders(): List<Reminder> {
  return new List<Reminder>({
    kind: 'reminder',
    page: (cursor) => send(api.GET('/api/reminders', { params: { query: { dismissed: 'true', sort: '-updated_at', limit: 100, ...(cursor && { cursor }) } } })),
    find: async (id) => (await readReminder(id)).data,
    accept: (r) => r.dismissed,
    order: (a, b) => b.updated_at.localeCompare(a.updated_at) || b.id - a.id,
  });
}

/** Shows a reminder wherever it is listed. */
type Show = (r: Reminder) => void;

/** Dismisses one; a repeating one goes on to its next time. */
export async function dismiss(r: Reminder, show: Show): Promise<void> {
  if (!r.recurrence_rule) show({ ...r, dismissed: true, active: false });
  try {
    const sent = await send(api.PATCH('/api/reminders/{id}/dismiss', { params: one(r.id) }));
    show(sent.data);
    offerUndo(sent.data.dismissed ? t.reminder.dismissed(r.title) : t.reminder.goesOn(r.title, moment(sent.data.due_at)), sent.changeSet);
  } catch (thrown) {
    show(r);
    complain(asProblem(thrown), () => void dismiss(r, show));
  }
}

/** Leaves one alone for so many minutes, or until a moment (RFC 3339). */
export async function snooze(r: Reminder, body: { minutes: number } | { until: string }, show: Show): Promise<Sent<Reminder> | undefined> {
  const until = 'until' in body ? body.until : new Date(Date.now() + body.minutes * 60_000).toISOString();
  show({ ...r, snoozed_until: until, due_at: until, active: true, dismissed: false });
  const sent = await act(t.reminder.snoozed(r.title, moment(until)), () => send(api.PATCH('/api/reminders/{id}/snooze', { params: one(r.id), body })), () => show(r));
  if (sent) show(sent.data);
  return sent;
}

/** Changes fields at once, ahead of the answer. */
export async function change(r: Reminder, fields: Partial<Pick<Reminder, 'active' | 'dismissed' | 'snoozed_until'>>, text: string, show: Show): Promise<void> {
  const sent = await act(text, () => saveReminder(r.id, fields));
  if (sent) show(sent.data);
}

export async function remove(r: Reminder, drop: (id: number) => void, show: Show): Promise<void> {
  drop(r.id);
  await act(t.reminder.deleted(r.title), () => send(api.DELETE('/api/reminders/{id}', { params: one(r.id) })), () => show(r));
}
