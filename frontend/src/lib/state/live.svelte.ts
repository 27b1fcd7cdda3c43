import type { HistoryEntry, Kind } from '$lib/api/types';
import { ask } from '$lib/api/gateway';
import { connection } from './connection.svelte';
import { session } from './session.svelte';
import { Stream, type Message, type Order } from './stream';

/** See Stream, which either kind of port holds. */
type Port = { open(since?: string): void; restart(): void; leave(): void };

/** What a listener hears: one change, or that it may have missed some. */
export type Heard = HistoryEntry | 'reset';

/** The changes of this account as they happen, in whichever window or device. */
class Live {
  #port: Port | undefined;
  #listeners = new Map<Kind | '*', Set<(heard: Heard) => void>>();
  #retry: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    if (this.#port) {
      this.#port.restart();
      return;
    }
    this.#port = typeof SharedWorker === 'undefined' ? own(this.#hear) : shared(this.#hear);
    this.#port.open(session.position);
    connection.onBack(() => this.#port?.open());
    window.addEventListener('pagehide', (e: PageTransitionEvent) => {
      if (!e.persisted) this.#port?.leave();
    });
  }

  /** Calls fn for each change of a kind ("*": of any); returns how to stop that. */
  on(kind: Kind | '*', fn: (heard: Heard) => void): () => void {
    const all = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, all.add(fn));
    return () => all.delete(fn);
  }

  #hear = (m: Message): void => {
    switch (m.name) {
      case 'ready':
        connection.reached();
        break;
      case 'change':
        // That somebody shares something, or no more: what is shown may come or go anywhere.
        if (m.data!.kind === 'share' && m.data!.owner_id) this.#reset();
        else this.#tell(m.data!.kind as Kind, m.data!);
        break;
      case 'reset':
        this.#reset();
        break;
      case 'broken': // the browser tries again by itself
        void connection.probe();
        break;
      case 'refused':
        void this.#refused();
    }
  };

  #reset(): void {
    for (const kind of this.#listeners.keys()) for (const fn of this.#listeners.get(kind)!) fn('reset');
  }

  #tell(kind: Kind, entry: HistoryEntry): void {
    for (const key of [kind, '*'] as const) for (const fn of this.#listeners.get(key) ?? []) fn(entry);
  }

  /** The stream was not let in: the session is over, or there are too many streams. */
  async #refused(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      const response = await ask('/api/auth/status');
      const status = (await response.json()) as { authenticated?: boolean };
      if (response.ok && !status.authenticated && session.state === 'in') {
        await session.expired();
        this.#port?.restart();
        return;
      }
    } catch {
      connection.lost();
    }
    this.#retry = setTimeout(() => this.#port?.open(), 5000);
  }
}

function shared(hear: (m: Message) => void): Port {
  const worker = new SharedWorker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'umbra-live' });
  worker.port.onmessage = (e: MessageEvent<Message>) => hear(e.data);
  const post = (order: Order) => worker.port.postMessage(order);
  return { open: (since) => post({ open: since }), restart: () => post('restart'), leave: () => post('leave') };
}

/** For browsers without shared workers: a stream of this page's own. */
function own(hear: (m: Message) => void): Port {
  const stream = new Stream(hear);
  return { open: (since) => void stream.open(since), restart: () => stream.restart(), leave: () => stream.close() };
}

export const live = new Live();
