import { api, send } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Dashboard } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { act } from '$lib/state/act';
import { connection } from '$lib/state/connection.svelte';
import { live } from '$lib/state/live.svelte';
import { now } from '$lib/time/now.svelte';

/** The dashboard, read anew when anything changes or the day does. */
export class DashboardView {
  data = $state.raw<Dashboard>();
  problem = $state.raw<Problem>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run = 0;

  /** Reads it and follows changes; returns how to stop. */
  open(): () => void {
    void this.load();
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.load(), 150);
    };
    const stops = [live.on('*', later), connection.onBack(later)];
    return () => {
      this.#run++;
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  async load(): Promise<void> {
    const run = ++this.#run;
    try {
      const { data } = await send(api.GET('/api/dashboard'));
      if (run !== this.#run) return;
      this.data = data;
      this.problem = undefined;
    } catch (thrown) {
      if (run === this.#run) this.problem = asProblem(thrown);
    }
  }

  /** Ticks a to-do off. It leaves the page at once. */
  async complete(todo: { id: number; title: string }): Promise<void> {
    const before = this.data;
    if (before) {
      const rest = <T extends { id: number }>(list: T[]) => list.filter((x) => x.id !== todo.id);
      this.data = { ...before, overdue_todos: rest(before.overdue_todos), upcoming_todos: rest(before.upcoming_todos) };
    }
    this.#run++; // what is being read still has it
    await act(
      t.today.completed(todo.title),
      () => send(api.PATCH('/api/todos/{id}', { params: { path: { id: todo.id } }, body: { completed: true } })),
      () => {
        this.data = before;
        void this.load();
      },
    );
  }

  async dismiss(reminder: { id: number; title: string }): Promise<void> {
    await act(t.today.dismissed(reminder.title), () => send(api.PATCH('/api/reminders/{id}/dismiss', { params: { path: { id: reminder.id } } })));
  }

  /** There was contact with a person just now. */
  async inTouch(contact: { person_id: number; name: string }): Promise<void> {
    await act(t.today.talkedDone(contact.name), () =>
      send(api.PATCH('/api/people/{id}', { params: { path: { id: contact.person_id } }, body: { last_contacted_at: new Date(now.at).toISOString() } })),
    );
  }
}
