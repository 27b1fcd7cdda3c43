import { parseDateTime, toZoned } from '@internationalized/date';
import { api, newKey, send } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { CalendarEvent, Reminder, Task, Todo } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { act } from '$lib/state/act';
import { connection } from '$lib/state/connection.svelte';
import { live } from '$lib/state/live.svelte';
import { now } from '$lib/time/now.svelte';

/** Whom or what the records belong to. */
export type About = { person: number } | { location: number };

const names = ['todo', 'event', 'reminder', 'task'] as const;
type Name = (typeof names)[number];

const year = 365; // days that are looked ahead and back
const most = 500;

/** What other records say about a person or a place, kept current. */
export class Related {
  todos = $state.raw<Todo[]>();
  ahead = $state.raw<CalendarEvent[]>();
  past = $state.raw<CalendarEvent[]>();
  reminders = $state.raw<Reminder[]>();
  tasks = $state.raw<Task[]>();
  problem = $state.raw<Problem>();
  #about: About;
  #runs = { todo: 0, event: 0, reminder: 0, task: 0 };

  constructor(about: About) {
    this.#about = about;
  }

  /** Reads and follows; returns how to stop. */
  open(): () => void {
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const later = (name: Name) => () => {
      clearTimeout(timers.get(name));
      timers.set(name, setTimeout(() => void this.#read(name), 150));
    };
    void this.reload();
    const stops = [
      live.on('todo', later('todo')),
      live.on('event', later('event')),
      live.on('reminder', later('reminder')),
      live.on('task', later('task')),
      connection.onBack(() => void this.reload()),
    ];
    return () => {
      for (const name of names) this.#runs[name]++;
      for (const timer of timers.values()) clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }

  async reload(): Promise<void> {
    this.problem = undefined;
    await Promise.all(names.map((name) => this.#read(name)));
  }

  async #read(what: Name): Promise<void> {
    const run = ++this.#runs[what];
    try {
      const set = await { todo: this.#readTodos, event: this.#readEvents, reminder: this.#readReminders, task: this.#readTasks }[what]();
      if (run === this.#runs[what]) set();
    } catch (thrown) {
      if (run === this.#runs[what]) this.problem = asProblem(thrown);
    }
  }

  #readTodos = async () => {
    const { data } = await send(api.GET('/api/todos', { params: { query: { ...this.#query(), completed: 'false', limit: most } } }));
    return () => (this.todos = data);
  };

  #readEvents = async () => {
    const query = { ...this.#query(), limit: most };
    const today = now.today;
    const ask = async (start: string, end: string) => (await send(api.GET('/api/events', { params: { query: { ...query, start, end } } }))).data;
    const [back, forth] = await Promise.all([ask(today.subtract({ days: year }).toString(), today.toString()), ask(today.toString(), today.add({ days: year }).toString())]);
    return () => {
      // What goes on since yesterday touches both times.
      const key = (e: CalendarEvent) => `${e.id} ${e.occurrence ?? ''}`;
      const coming = new Set(forth.map(key));
      this.ahead = forth;
      this.past = back.filter((e) => !coming.has(key(e))).reverse();
    };
  };

  #readReminders = async () => {
    const { data } = await send(api.GET('/api/reminders', { params: { query: { ...this.#query(), active: 'true', limit: most } } }));
    return () => (this.reminders = data);
  };

  #readTasks = async () => {
    const about = this.#about;
    if (!('person' in about)) return () => (this.tasks = []);
    const { data } = await send(api.GET('/api/tasks', { params: { query: { person_id: about.person, limit: most } } }));
    return () => (this.tasks = data);
  };

  #query(): { person_id: number } | { location_id: number } {
    return 'person' in this.#about ? { person_id: this.#about.person } : { location_id: this.#about.location };
  }

  /** Ticks a to-do off, ahead of the answer. */
  async tick(todo: Todo): Promise<void> {
    const was = this.todos;
    const body = { completed: true };
    this.todos = was?.filter((x) => x.id !== todo.id);
    this.#runs.todo++; // what is being read still has it
    await act(t.related.ticked(todo.title), () => send(api.PATCH('/api/todos/{id}', { params: { path: { id: todo.id } }, body })), () => (this.todos = was));
  }

  /** Makes a to-do, an event or a reminder that belongs here. */
  async add(kind: 'todo' | 'event' | 'reminder', title: string, day: string, time: string, zone: string, key = newKey()) {
    const header = { 'Idempotency-Key': key };
    if (kind === 'todo') {
      return send(api.POST('/api/todos', { params: { header }, body: { title, ...this.#query(), ...(day && { due_date: day }), ...(day && time && { due_time: time }) } }));
    }
    if (kind === 'event') {
      const whose = 'person' in this.#about ? { person_ids: [this.#about.person] } : { location_id: this.#about.location };
      const when = time ? { start: `${day}T${time}:00`, time_zone: zone, all_day: false } : { start: day, all_day: true };
      return send(api.POST('/api/events', { params: { header }, body: { title, ...whose, ...when } }));
    }
    const remind_at = toInstant(day, time || '09:00', zone);
    return send(api.POST('/api/reminders', { params: { header }, body: { title, ...this.#query(), remind_at, time_zone: zone } }));
  }
}

function toInstant(day: string, time: string, zone: string): string {
  return toZoned(parseDateTime(`${day}T${time}`), zone).toAbsoluteString();
}
