import { goto } from '$app/navigation';
import { getContext, setContext, tick } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';
import { settings } from '$lib/state/settings.svelte';
import { now } from '$lib/time/now.svelte';
import { Agenda } from './agenda.svelte';
import { put, remove, resizable } from './change';
import type { EventDraft } from './draft';
import { addDays, begin, clockOf, moved, resized, type Item, type Span } from './item';
import { rangeOf, step, views, type Range, type View } from './range';

/** A time that is pointed at: a day, and on a grid of hours the minute. */
export type Spot = { day: string; minute?: number };

const patience = 700; // ms between two presses of a key that move one thing

/** The calendar page: where it is, what has the focus, what is being carried. */
export class Desk {
  agenda = new Agenda();
  narrow = new MediaQuery('(max-width: 56rem)');
  #params = $state.raw(new URLSearchParams());
  /** The day that the keyboard is on. */
  cursor = $state('');
  /** What is being carried, and where it would come to lie. */
  carried = $state('');
  ghost = $state.raw<Item>();
  /** What is looked at more closely, beside what was pressed. */
  peek = $state.raw<{ item: Item; anchor: HTMLElement }>();
  /** The day whose items did not fit. */
  crowded = $state.raw<{ day: string; anchor: HTMLElement }>();
  /** What a new event begins with, when it is a copy. */
  seed: EventDraft | undefined;
  root: HTMLElement | undefined;
  #kept: { key: string; until: number } | undefined;
  #nudged: { was: Item; span: Span; back: () => void; timer: ReturnType<typeof setTimeout> } | undefined;

  view: View = $derived.by(() => {
    const asked = this.#params.get('view') ?? localStorage.getItem('umbra.calendar.view');
    return views.find((v) => v === asked) ?? 'month';
  });
  date: string = $derived.by(() => {
    const asked = this.#params.get('date') ?? '';
    return /^\d{4}-\d\d-\d\d$/.test(asked) && !Number.isNaN(Date.parse(asked)) ? asked : now.today.toString();
  });
  range: Range = $derived(rangeOf(this.view, this.date, settings.weekStart, this.narrow.current));

  /** Takes the page's address. */
  at(params: URLSearchParams): void {
    const before = this.#params.get('date');
    this.#params = params;
    if (!this.cursor || params.get('date') !== before) this.cursor = this.date;
  }

  /** Goes to an address with these parameters changed; null takes one away. */
  go(change: Record<string, string | null>, replace = false): Promise<void> {
    const params = new URLSearchParams(this.#params);
    for (const [name, value] of Object.entries(change)) {
      if (value === null) params.delete(name);
      else params.set(name, value);
    }
    const query = params.toString().replaceAll('%3A', ':');
    return goto(query ? `/calendar?${query}` : '/calendar', { keepFocus: true, noScroll: true, replaceState: replace });
  }

  show(view: View): void {
    localStorage.setItem('umbra.calendar.view', view);
    void this.go({ view, date: this.cursor || this.date });
  }

  /** One page on or back. */
  turn(by: 1 | -1): void {
    void this.go({ date: step(this.view, this.date, by, this.narrow.current) }, true);
  }

  today(): void {
    void this.go({ date: null }, true);
    this.cursor = now.today.toString();
  }

  /** Puts the keyboard on a day, and turns the page where it lies beyond. */
  async toDay(day: string, focus = true): Promise<void> {
    this.cursor = day;
    const { first, count } = this.range;
    const last = addDays(first, count - 1);
    const beyond = this.view === 'month' ? day.slice(0, 7) !== this.date.slice(0, 7) : day < first || day > last;
    if (beyond) await this.go({ date: day }, true);
    await tick();
    if (focus) this.root?.querySelector<HTMLElement>(`[data-cursor="${day}"]`)?.focus();
  }

  /** Begins a new event there. */
  create(span: Partial<Span> & { first: string }): void {
    const timed = span.allDay === false;
    this.seed = undefined;
    void this.go({
      new: '1',
      open: null,
      occurrence: null,
      start: timed ? `${span.first}T${clockOf(span.from ?? 0)}` : span.first,
      end: timed ? `${span.last}T${clockOf(span.to ?? 0)}` : span.allDay ? (span.last ?? span.first) : null,
    });
  }

  /** Opens what an item is. */
  open(item: Item, path: string): void {
    this.peek = this.crowded = undefined;
    if (item.kind === 'event') void this.go({ open: String(item.id), occurrence: item.event!.occurrence, new: null });
    else void goto(path);
  }

  close(): void {
    this.seed = undefined;
    void this.go({ open: null, occurrence: null, new: null, start: null, end: null, calendars: null });
  }

  /** Takes an item away; the keyboard stays on its day. True when it is gone. */
  async remove(item: Item): Promise<boolean> {
    this.peek = this.crowded = undefined;
    const day = item.first < this.range.first ? this.range.first : item.first;
    const gone = await remove(this.agenda, item);
    if (gone) await this.toDay(day, document.activeElement === document.body);
    return gone;
  }

  /** Looks at an item more closely. */
  look(item: Item, at: HTMLElement): void {
    const anchor = this.crowded?.anchor ?? at;
    this.crowded = undefined;
    this.peek = { item, anchor };
  }

  /** Moves an item with the keyboard, or makes it longer or shorter. Presses in a row are one change. */
  nudge(item: Item, byDays: number, byMinutes: number, longer: boolean): void {
    if (longer && !resizable(item)) return;
    const pending = this.#nudged?.was.key === item.key ? this.#nudged : undefined;
    if (this.#nudged && !pending) this.settle();
    const was = pending?.was ?? item;
    const next = longer ? resized(item, byDays, byMinutes) : item.kind === 'task' || item.allDay ? moved(item, byDays) : moved(item, byDays, byMinutes);
    clearTimeout(pending?.timer);
    const span: Span = { allDay: next.allDay, first: next.first, last: next.last, from: next.from, to: next.to };
    const back = this.agenda.ahead(item.key, next);
    this.#nudged = { was, span, back, timer: setTimeout(() => this.settle(), patience) };
    this.cursor = next.first;
    void this.keep(item.key, next.first);
  }

  /** Stores what the keyboard has moved. */
  settle(): void {
    const n = this.#nudged;
    if (!n) return;
    this.#nudged = undefined;
    clearTimeout(n.timer);
    void put(this.agenda, n.was, n.span).then(() => this.keep(n.was.key, n.span.first));
    n.back(); // what put shows goes on
  }

  /** Keeps the focus on an item that has been drawn anew, also on another page. */
  async keep(key: string, day: string): Promise<void> {
    this.#kept = { key, until: Date.now() + 3000 };
    await this.toDay(day, false);
    const active = document.activeElement;
    if (active && active !== document.body && !this.root?.contains(active)) return;
    this.focus(key);
  }

  /** Gives an item that was moved by key its focus back when it is drawn anew. */
  async refocus(): Promise<void> {
    await tick();
    const kept = this.#kept;
    if (kept && Date.now() < kept.until && document.activeElement === document.body) this.focus(kept.key);
  }

  focus(key: string): boolean {
    const el = [...(this.root?.querySelectorAll<HTMLElement>('[data-key]') ?? [])].find((x) => x.dataset.key === key);
    const button = el?.querySelector<HTMLElement>('button');
    button?.focus();
    return button !== undefined && button !== null;
  }

  /** Carried to its place. */
  drop(item: Item, span: Span): void {
    const same = (['allDay', 'first', 'last', 'from', 'to'] as const).every((f) => item[f] === span[f]);
    if (!same) void put(this.agenda, item, span);
  }
}

/** An hour (or as asked) from a spot of the grid. */
export function hourAt(spot: Spot, lasts = 60): Span {
  const base: Span = { allDay: true, first: spot.day, last: spot.day, from: 0, to: 1440 };
  return spot.minute === undefined ? base : begin(base, spot.day, spot.minute, lasts);
}

const name = Symbol('desk');
export const setDesk = (desk: Desk): Desk => setContext(name, desk);
export const getDesk = (): Desk => getContext(name);
