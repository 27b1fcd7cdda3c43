// What can be done to what stands on the grid.

import { api, send, type Sent } from '$lib/api/client';
import type { EventUpdate } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { act } from '$lib/state/act';
import { settings } from '$lib/state/settings.svelte';
import type { Agenda } from './agenda.svelte';
import { addDays, clockOf, instant, type Item, type Span } from './item';
import { scopeQuestion, type Scope } from './scope.svelte';

/** Whether it can be put elsewhere in time. */
export const movable = (i: Item): boolean => i.kind !== 'birthday' && i.kind !== 'anniversary' && !i.fixed;
/** Whether it lasts, and can last longer. */
export const resizable = (i: Item): boolean => i.kind === 'event' && !i.fixed;
/** Whether it can be ticked off. */
export const tickable = (i: Item): boolean => (i.kind === 'todo' || i.kind === 'task') && !i.fixed;

/** The part of a series that a request is about. */
export function part(occurrence: string | null | undefined, scope: Scope | undefined): { occurrence?: string; scope?: Scope } {
  return occurrence && scope ? { occurrence, scope } : {};
}

/** What an event's new times are to the API: in its zone where it has one, floating where it floats. */
export function times(span: Span, was: { all_day: boolean; time_zone: string | null }): EventUpdate {
  if (span.allDay) return { start: span.first, end: addDays(span.last, 1), ...(!was.all_day && { all_day: true }) };
  if (!was.all_day && was.time_zone === null) {
    const end = span.to === 1440 ? `${addDays(span.last, 1)}T00:00:00` : `${span.last}T${clockOf(span.to)}:00`;
    return { start: `${span.first}T${clockOf(span.from)}:00`, end };
  }
  const zone = settings.zone;
  return {
    start: instant(span.first, span.from, zone),
    end: instant(span.last, span.to, zone),
    ...(was.all_day && { all_day: false, time_zone: zone }),
  };
}

/** Puts an item at another time: at once on the screen, then on the server. */
export async function put(agenda: Agenda, item: Item, span: Span): Promise<void> {
  const shown = { ...item, ...span };
  const back = agenda.ahead(item.key, shown);
  const e = item.event;
  let scope: Scope | undefined;
  if (e?.occurrence) {
    scope = await scopeQuestion.ask('move', item.title, e.all_day !== span.allDay);
    if (!scope) return back();
  }
  const sent = await act(t.calendar.moved(item.title || t.common.untitled), () => store(item, span, scope), back);
  if (sent) {
    await agenda.refresh();
    back();
  }
}

function store(item: Item, span: Span, scope: Scope | undefined): Promise<Sent<unknown>> {
  const path = { id: item.id };
  const clock = span.allDay ? null : clockOf(span.from);
  switch (item.kind) {
    case 'event': {
      const e = item.event!;
      return send(api.PATCH('/api/events/{id}', { params: { path, query: part(e.occurrence, scope) }, body: times(span, e) }));
    }
    case 'todo':
      return send(api.PATCH('/api/todos/{id}', { params: { path }, body: { due_date: span.first, ...(span.allDay !== item.allDay || clock ? { due_time: clock } : {}) } }));
    case 'task':
      return send(api.PATCH('/api/projects/{id}/tasks/{task_id}', { params: { path: { id: item.project!, task_id: item.id } }, body: { due_date: span.first } }));
    case 'reminder':
      return send(api.PATCH('/api/reminders/{id}', { params: { path }, body: { remind_at: instant(span.first, span.allDay ? item.from : span.from, settings.zone) } }));
    default:
      throw new Error(`${item.kind} stays where it is`);
  }
}

/** Takes an item away, with Undo; of a series, the part that is chosen. True when it is gone. */
export async function remove(agenda: Agenda, item: Item): Promise<boolean> {
  const e = item.event;
  let scope: Scope | undefined;
  if (e?.occurrence) {
    scope = await scopeQuestion.ask('delete', item.title);
    if (!scope) return false;
  }
  const back = agenda.ahead(item.key, null);
  const path = { id: item.id };
  const sent = await act(
    t.calendar.deleted(item.title || t.common.untitled),
    (): Promise<Sent<unknown>> => {
      if (item.kind === 'event') return send(api.DELETE('/api/events/{id}', { params: { path, query: part(e!.occurrence, scope) } }));
      if (item.kind === 'todo') return send(api.DELETE('/api/todos/{id}', { params: { path } }));
      if (item.kind === 'task') return send(api.DELETE('/api/projects/{id}/tasks/{task_id}', { params: { path: { id: item.project!, task_id: item.id } } }));
      return send(api.DELETE('/api/reminders/{id}', { params: { path } }));
    },
    back,
  );
  if (sent) {
    await agenda.refresh();
    back();
  }
  return sent !== undefined;
}

export const deletable = (i: Item): boolean => movable(i);

/** Ticks a to-do or task off. */
export async function tick(agenda: Agenda, item: Item): Promise<void> {
  const back = agenda.ahead(item.key, { ...item, done: true });
  const sent = await act(
    t.calendar.ticked(item.title || t.common.untitled),
    (): Promise<Sent<unknown>> =>
      item.kind === 'todo'
        ? send(api.PATCH('/api/todos/{id}', { params: { path: { id: item.id } }, body: { completed: true } }))
        : send(api.PATCH('/api/projects/{id}/tasks/{task_id}', { params: { path: { id: item.project!, task_id: item.id } }, body: { status: 'done' } })),
    back,
  );
  if (sent) {
    await agenda.refresh();
    back();
  }
}

/** Marks an event with a star, or takes it away; of a series, the occurrence alone. */
export async function star(agenda: Agenda, item: Item): Promise<void> {
  const e = item.event!;
  const starred = !e.starred;
  const sent = await act(starred ? t.calendar.starred : t.calendar.unstarred, () =>
    send(api.PATCH('/api/events/{id}', { params: { path: { id: e.id }, query: part(e.occurrence, 'this') }, body: { starred } })),
  );
  if (sent) await agenda.refresh();
}

/** Where one goes to see all of an item. */
export function pathOf(item: Item): string {
  switch (item.kind) {
    case 'event': return `/calendar?open=${item.id}`;
    case 'todo': return `/todos?open=${item.id}`;
    case 'task': return `/projects/${item.project}?open=${item.id}`;
    case 'reminder': return `/reminders?open=${item.id}`;
    default: return `/people/${item.id}`;
  }
}

