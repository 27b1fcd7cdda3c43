import { api, send } from '$lib/api/client';
import type { Reminder } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { connection } from '$lib/state/connection.svelte';
import { live } from '$lib/state/live.svelte';
import { settings } from '$lib/state/settings.svelte';
import { groupOf } from './snooze';

const ahead = 60 * 60_000; // ms that are looked ahead at a time
const longest = 10 * 60_000; // ms of one sleep: clocks are set, and laptops sleep
const mark = 'umbra.said';

/** Tells of reminders that fall due while a page is open. What was due before it was opened is not told again. */
class Due {
  /** Those to be told now, oldest first. */
  all = $state.raw<Reminder[]>([]);
  #waiting: Reminder[] = [];
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #run = 0;
  #notified = new Set<string>();

  /** Watches; returns how to stop. */
  start(): () => void {
    this.#since = Date.now();
    void this.#read();
    const again = () => {
      clearTimeout(this.#later);
      this.#later = setTimeout(() => void this.#read(), 100);
    };
    const stops = [live.on('reminder', again), connection.onBack(again)];
    document.addEventListener('visibilitychange', this.#look);
    return () => {
      this.#run++;
      clearTimeout(this.#timer);
      clearTimeout(this.#later);
      document.removeEventListener('visibilitychange', this.#look);
      for (const stop of stops) stop();
    };
  }

  /** Takes one out of sight: something was done about it. */
  close(id: number): void {
    this.all = this.all.filter((r) => r.id !== id);
  }

  /** Reads what fell due since the page was opened and what soon will. */
  async #read(): Promise<void> {
    const run = ++this.#run;
    const query = { active: 'true', from: new Date(this.#since).toISOString(), to: new Date(Date.now() + ahead).toISOString(), limit: 100 } as const;
    try {
      const { data } = await send(api.GET('/api/reminders', { params: { query } }));
      if (run !== this.#run) return;
      this.#waiting = data;
      // Dismissed, snoozed or moved elsewhere: no longer told here.
      this.all = this.all.flatMap((old) => data.filter((r) => r.id === old.id && r.due_at === old.due_at));
    } catch {
      if (run !== this.#run) return; // asked again when the server is back, or by the timer
    }
    this.#look();
  }

  /** Tells of what is due now, in a window that is looked at; sleeps until the next. */
  #look = (): void => {
    clearTimeout(this.#timer);
    const now = Date.now();
    const told = new Set(this.all.map((r) => r.id));
    const due = this.#waiting.filter((r) => !told.has(r.id) && groupOf(r, now) === 'due');
    if (document.hidden) for (const r of due) this.#notify(r);
    if (!document.hidden) {
      this.#waiting = this.#waiting.filter((r) => !due.includes(r));
      for (const r of due) void claim(r).then((mine) => mine && (this.all = [...this.all, r]));
    }
    const next = Math.min(...this.#waiting.map((r) => Date.parse(r.due_at)).filter((at) => at > now), now + longest);
    this.#timer = setTimeout(() => (next >= now + longest ? void this.#read() : this.#look()), next - now + 20);
  };

  /** Where the browser was allowed to notify already, it does so for a page that is out of sight. Windows share one tag, and so one notice. */
  #notify(r: Reminder): void {
    const key = saidKey(r);
    // Where the server's messages come to this browser, its service worker tells of it.
    if (settings.value?.push_enabled && localStorage.getItem('umbra.push')) return;
    if (this.#notified.has(key) || said().includes(key) || !('Notification' in window) || Notification.permission !== 'granted') return;
    this.#notified.add(key);
    const notice = new Notification(r.title, { tag: key, body: t.reminder.due });
    notice.onclick = () => window.focus();
  }
}

const saidKey = (r: Reminder) => `${r.id}@${r.due_at}`;

/** What was told in any window, the last of it. */
const said = () => JSON.parse(localStorage.getItem(mark) ?? '[]') as string[];

/** Whether this window is the one to tell: no other that was looked at has told it. */
async function claim(r: Reminder): Promise<boolean> {
  if (said().includes(saidKey(r)) || !(await first(saidKey(r)))) return false;
  const before = said();
  if (before.includes(saidKey(r))) return false;
  localStorage.setItem(mark, JSON.stringify([...before.slice(-49), saidKey(r)]));
  return true;
}

/** Of windows that ask at once, one is the first. It stays that for as long as it is open. */
function first(key: string): Promise<boolean> {
  // There are locks on https alone; elsewhere windows seldom ask in the same moment.
  if (!navigator.locks) return new Promise((resolve) => setTimeout(() => resolve(true), Math.random() * 400));
  return new Promise((resolve) => {
    void navigator.locks.request(`umbra due ${key}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

export const due = new Due();
