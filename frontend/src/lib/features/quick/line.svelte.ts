import { settings } from '$lib/state/settings.svelte';
import { now } from '$lib/time/now.svelte';
import { zoned } from '$lib/time/format';
import { parse, type Parsed } from './parse';

/** A line that is being typed, and what is understood of it. */
export class Line {
  text = $state('');
  /** Reads durations and last days too. */
  event = $state(false);
  /** Pieces that a person took back: they are words of the title. */
  #plain = $state.raw<ReadonlySet<string>>(new Set());

  #clock = $derived(zoned(new Date(now.at).toISOString(), settings.zone).toString().slice(11, 16));

  parsed: Parsed = $derived(
    parse(this.text, {
      today: now.today.toString(),
      now: this.#clock,
      weekStart: settings.weekStart,
      monthFirst: /^M/.test(settings.value?.date_format ?? ''),
      event: this.event,
      plain: this.#plain,
    }),
  );

  /** Nothing to save. */
  get empty(): boolean {
    return this.text.trim() === '';
  }

  takeBack(piece: string): void {
    this.#plain = new Set([...this.#plain, piece.toLowerCase()]);
  }

  clear(): void {
    this.text = '';
    this.#plain = new Set();
  }
}
