import { untrack } from 'svelte';

export type Toast = {
  id: number;
  text: string;
  bad: boolean;
  /** A label and what it does: "Undo". */
  action?: { label: string; run: () => void | Promise<void> };
  /** Where what it speaks of is shown. */
  open?: string;
};

const stay = 8000; // ms; longer than reading takes, and hovering stops the clock

/** Messages that come and go. */
class Toasts {
  all = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #places = $state.raw<symbol[]>([]);

  /** Where they are shown: in the page, or in the dialog that was opened last, since a modal dialog lets nothing outside of it be pressed. */
  get place(): symbol | undefined {
    return this.#places.at(-1);
  }

  /** A place to show them has come; returns how it goes. For use in $effect. */
  enter(place: symbol): () => void {
    untrack(() => (this.#places = [...this.#places, place]));
    return () => (this.#places = untrack(() => this.#places.filter((p) => p !== place)));
  }

  say(text: string, action?: Toast['action'], open?: string): number {
    return this.#show({ id: this.#next++, text, bad: false, ...(action && { action }), ...(open && { open }) });
  }

  /** Something went wrong. It stays twice as long. */
  fail(text: string, action?: Toast['action']): number {
    return this.#show({ id: this.#next++, text, bad: true, ...(action && { action }) });
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.all = this.all.filter((x) => x.id !== id);
  }

  /** Stops the clock of all while a person looks at one. */
  hold(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  release(): void {
    for (const toast of this.all) this.#start(toast);
  }

  #show(toast: Toast): number {
    this.all = [...this.all.slice(-2), toast];
    this.#start(toast);
    return toast.id;
  }

  #start(toast: Toast): void {
    if (!this.#timers.has(toast.id)) this.#timers.set(toast.id, setTimeout(() => this.close(toast.id), toast.bad ? stay * 2 : stay));
  }
}

export const toasts = new Toasts();
