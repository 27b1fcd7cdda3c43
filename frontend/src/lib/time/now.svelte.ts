import { settings } from '$lib/state/settings.svelte';
import { CalendarDate, now as nowIn, toCalendarDate } from '@internationalized/date';

/** The present, for pages that stay open: moves on every half minute, and when the page is looked at again. */
class Now {
  /** Milliseconds since 1970. */
  at = $state(Date.now());

  constructor() {
    if (typeof window === 'undefined') return;
    setInterval(() => this.#tick(), 30_000);
    document.addEventListener('visibilitychange', () => this.#tick());
  }

  /** Today in the user's zone. */
  today: CalendarDate = $derived.by(() => {
    void this.at;
    return toCalendarDate(nowIn(settings.zone));
  });

  #tick(): void {
    if (!document.hidden) this.at = Date.now();
  }
}

export const now = new Now();
