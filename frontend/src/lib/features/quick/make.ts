// From what was understood of a line to a record.

import { parseDate } from '@internationalized/date';
import { api, newKey, send, type Sent } from '$lib/api/client';
import type { NewEvent, NewTodo, Todo } from '$lib/api/types';
import { addTodo } from '$lib/features/todo/todos';
import { folded } from '$lib/features/shell/rank';
import { hitPath } from '$lib/features/shell/hits';
import { kinds, personNames } from '$lib/state/kinds';
import { names } from '$lib/state/names.svelte';
import type { Parsed } from './parse';
import type { QuickKind } from './quick.svelte';

/** What was made: how to show it, and what undoes it. */
export type Made = { title: string; open: string; changeSets: string[] };

/** What a new to-do takes over from where it is added. */
export type Beginning = Pick<NewTodo, 'priority' | 'category' | 'tags' | 'project_id' | 'person_id' | 'parent_id'>;

/** The fields of a to-do, but for its project, which is known by name. */
export function todoFields(p: Parsed, from: Beginning = {}): NewTodo {
  const tags = [...p.tags, ...(from.tags ?? [])];
  return {
    ...from,
    title: p.title,
    ...(tags.length > 0 && { tags: tags.filter((a, i) => tags.findIndex((b) => folded(a) === folded(b)) === i) }),
    ...(p.priority && { priority: p.priority }),
    ...(p.date && { due_date: p.date }),
    ...(p.date && p.time && { due_time: p.time }),
    ...(p.date && p.repeat && { recurrence_rule: p.repeat, repeat_from: p.repeatFrom ?? 'due' }),
  };
}

/** A clock of the same day: minutes on. */
function later(date: string, time: string, minutes: number): { date: string; time: string } {
  const at = Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + minutes;
  const day = parseDate(date).add({ days: Math.floor(at / 1440) });
  const [h, m] = [Math.floor((at % 1440) / 60), at % 60];
  return { date: day.toString(), time: `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}` };
}

/** The next full hour, of a clock that says HH:MM. */
export function nextHour(today: string, now: string): { date: string; time: string } {
  return later(today, `${now.slice(0, 2)}:00`, 60);
}

/** The fields of an event. Without a time of day it takes the day; without either it begins with the next hour. */
export function eventFields(p: Parsed, here: { today: string; now: string; zone: string }): NewEvent {
  const rule = p.repeat ? { recurrence_rule: p.repeat } : {};
  if (p.duration === 0 || (p.date && !p.time && p.duration === undefined)) {
    const start = p.date ?? here.today;
    return { title: p.title, start, end: parseDate(p.endDate ?? start).add({ days: 1 }).toString(), all_day: true, ...rule };
  }
  const hour = nextHour(here.today, here.now);
  const start = p.date && p.time ? { date: p.date, time: p.time } : p.date ? { date: p.date, time: '09:00' } : hour;
  let end = later(start.date, start.time, p.duration ?? 60);
  if (p.endTime) end = { date: p.endDate ?? (p.endTime > start.time ? start.date : later(start.date, start.time, 1440).date), time: p.endTime };
  else if (p.endDate) end = { date: p.endDate, time: end.time };
  return { title: p.title, start: `${start.date}T${start.time}:00`, end: `${end.date}T${end.time}:00`, time_zone: here.zone, ...rule };
}

/** The day and time of a reminder: a day alone is its morning, nothing is the next hour. */
export function reminderMoment(p: Parsed, here: { today: string; now: string }): { date: string; time: string } {
  if (!p.date) return nextHour(here.today, here.now);
  return { date: p.date, time: p.time ?? '09:00' };
}

/** A project by the name that was typed: the one that is called so, else the only one that begins so, else a new one. */
async function projectNamed(name: string): Promise<{ id: number; changeSet: string }> {
  const { data } = await kinds.project.search(name, 20);
  const key = folded(name).replace(/[-_]/g, ' ');
  const exact = data.find((p) => folded(p.name) === key || folded(p.name) === folded(name));
  const begins = data.filter((p) => folded(p.name).startsWith(key));
  const found = exact ?? (begins.length === 1 ? begins[0] : undefined);
  if (found) return { id: found.id, changeSet: '' };
  const made = await kinds.project.add!(name);
  names.put('project', kinds.project.say(made.data));
  return { id: made.data.id, changeSet: made.changeSet };
}

/** Makes a to-do, and its project where there is none of that name. */
export async function makeTodo(p: Parsed, from: Beginning = {}, key = newKey()): Promise<{ sent: Sent<Todo>; changeSets: string[] }> {
  const project = p.project ? await projectNamed(p.project) : undefined;
  const sent = await addTodo({ ...todoFields(p, from), ...(project && { project_id: project.id }) }, key);
  return { sent, changeSets: [project?.changeSet ?? '', sent.changeSet] };
}

/** Makes a record of any kind that a line can begin. */
export async function make(kind: QuickKind, p: Parsed, here: { today: string; now: string; zone: string; instant: (date: string, time: string) => string }, key: string): Promise<Made> {
  const params = { header: { 'Idempotency-Key': key } };
  const made = (of: QuickKind, title: string, sent: Sent<{ id: number }>, open = hitPath({ kind: of, id: sent.data.id, project_id: null })): Made => ({ title, open, changeSets: [sent.changeSet] });
  switch (kind) {
    case 'todo': {
      const { sent, changeSets } = await makeTodo(p, {}, key);
      return { ...made(kind, sent.data.title, sent), changeSets };
    }
    case 'event': {
      const sent = await send(api.POST('/api/events', { params, body: eventFields(p, here) }));
      return made(kind, sent.data.title, sent);
    }
    case 'reminder': {
      const { date, time } = reminderMoment(p, here);
      const sent = await send(api.POST('/api/reminders', { params, body: { title: p.title, remind_at: here.instant(date, time), ...(p.repeat && { recurrence_rule: p.repeat }) } }));
      return made(kind, sent.data.title, sent);
    }
    case 'project': {
      const sent = await send(api.POST('/api/projects', { params, body: { name: p.title } }));
      return made(kind, sent.data.name, sent);
    }
    case 'person': {
      const sent = await send(api.POST('/api/people', { params, body: personNames(p.title) }));
      return made(kind, sent.data.display_name, sent);
    }
    case 'location': {
      const sent = await send(api.POST('/api/locations', { params, body: { name: p.title } }));
      return made(kind, sent.data.name, sent);
    }
  }
}
