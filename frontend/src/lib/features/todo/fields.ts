import { say as sayRule } from '$lib/features/recurrence/say';
import { t } from '$lib/i18n/index.svelte';
import { names } from '$lib/state/names.svelte';
import { day } from '$lib/time/format';
import type { NewTodo, Todo } from './todos';

/** A to-do as a form holds it: text fields are never null. */
export type Fields = {
  title: string;
  description: string;
  priority: Todo['priority'];
  due_date: string;
  due_time: string;
  category: string;
  tags: string[];
  recurrence_rule: string;
  repeat_from: Todo['repeat_from'];
  project_id: number | null;
  person_id: number | null;
  location_id: number | null;
  parent_id: number | null;
  reminders: string[];
};

export const blank: Fields = {
  title: '', description: '', priority: 'none', due_date: '', due_time: '', category: '', tags: [], recurrence_rule: '', repeat_from: 'due',
  project_id: null, person_id: null, location_id: null, parent_id: null, reminders: [],
};

export function fieldsOf(x: Partial<Todo> | Partial<NewTodo>): Fields {
  const out: Record<string, unknown> = { ...blank };
  for (const key of Object.keys(blank)) {
    const value = (x as Record<string, unknown>)[key];
    if (value !== undefined && value !== null) out[key] = Array.isArray(value) ? [...value] : value;
  }
  return out as Fields;
}

/** What is sent: without a day there is no time and nothing to repeat from. */
export function toStore(f: Fields): Pick<Todo, keyof Fields> {
  const dated = f.due_date !== '';
  return { ...f, due_date: f.due_date || null, due_time: (dated && f.due_time) || null, recurrence_rule: dated ? f.recurrence_rule : '' };
}

export function labels(): Partial<Record<keyof Todo & string, string>> {
  const c = t.common;
  return {
    title: c.title, description: c.description, priority: c.priority, due_date: t.todo.due, due_time: c.time, category: c.category, tags: c.tags,
    recurrence_rule: t.todo.repeats, repeat_from: t.todo.repeatFrom, project_id: c.kinds.project, person_id: c.kinds.person, location_id: c.kinds.location,
    parent_id: t.todo.partOf, reminders: t.todo.reminders,
  };
}

/** How a field is said where two versions stand side by side. */
export function say(field: keyof Todo & string, value: unknown): string {
  if (value === null || value === undefined) return '';
  switch (field) {
    case 'priority': return t.common.priorities[value as Todo['priority']];
    case 'due_date': return day(String(value));
    case 'recurrence_rule': return sayRule(String(value));
    case 'repeat_from': return value === 'completion' ? t.todo.fromCompletion : t.todo.fromDue;
    case 'project_id': return names.of('project', value as number)?.name ?? '';
    case 'person_id': return names.of('person', value as number)?.name ?? '';
    case 'location_id': return names.of('location', value as number)?.name ?? '';
    case 'parent_id': return names.of('todo', value as number)?.name ?? '';
    default: return Array.isArray(value) ? value.join(', ') : String(value);
  }
}
