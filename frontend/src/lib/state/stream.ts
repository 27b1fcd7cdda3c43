import type { HistoryEntry } from '$lib/api/types';

export type Message = { name: 'ready' | 'change' | 'reset' | 'broken' | 'refused'; data?: HistoryEntry };

/** What a page asks of the worker that holds the stream. */
export type Order = { open: string | undefined } | 'restart' | 'leave';

/** The stream of changes, which goes on where it was when it breaks. */
export class Stream {
  #source: EventSource | undefined;
  #last = '';
  #hear: (m: Message) => void;

  constructor(hear: (m: Message) => void) {
    this.#hear = hear;
  }

  /**
   * Opens the stream where it is closed. A page that has just come says `since`,
   * where the stream stood before it read anything ("" when it does not know), so
   * that nothing is missed in between; true means that it may have missed
   * something all the same, since the stream is further already. A page that goes
   * on says undefined.
   */
  open(since?: string): boolean {
    if (this.#source && this.#source.readyState !== EventSource.CLOSED) return since !== undefined && this.#last !== '' && since !== this.#last;
    const from = this.#last || since;
    this.#source = new EventSource('/api/live' + (from ? `?last_event_id=${encodeURIComponent(from)}` : ''));
    // Begun nowhere in particular, it may stand after what the page has read.
    let unsure = from === '';
    for (const name of ['ready', 'change', 'reset'] as const) {
      this.#source.addEventListener(name, (e: MessageEvent<string>) => {
        this.#last = e.lastEventId;
        this.#hear({ name, data: JSON.parse(e.data) as HistoryEntry });
        if (name === 'ready' && unsure) this.#hear({ name: 'reset' });
        unsure = false;
      });
    }
    this.#source.onerror = () => this.#hear({ name: this.#source?.readyState === EventSource.CLOSED ? 'refused' : 'broken' });
    return false;
  }

  /** Begins anew: another session, whose stream may stand elsewhere. */
  restart(): void {
    this.close();
    this.open('');
  }

  close(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#last = '';
  }
}
