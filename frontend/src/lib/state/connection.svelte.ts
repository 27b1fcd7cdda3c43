import { ask } from '$lib/api/gateway';

/** Whether the server answers. Asks it again, less and less often, until it does. */
class Connection {
  online = $state(true);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = 1000;
  #came = 0;
  #back = new Set<() => void>();

  /** An answer of Umbra's came, whichever. */
  reached(): void {
    if (this.online) return;
    this.online = true;
    clearTimeout(this.#timer);
    this.#came = Date.now();
    for (const fn of this.#back) fn();
  }

  /** A request got no answer. */
  lost(): void {
    if (!this.online) return;
    this.online = false;
    // One request that never gets through where others do is not tried each second for ever.
    if (Date.now() - this.#came > 60_000) this.#wait = 1000;
    this.#later();
  }

  /** Calls fn each time the server answers again; returns how to stop that. */
  onBack(fn: () => void): () => void {
    this.#back.add(fn);
    return () => this.#back.delete(fn);
  }

  /** Asks now. */
  async probe(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await ask('/api/health', { cache: 'no-store' });
      this.reached();
    } catch {
      if (this.online) this.lost();
      else this.#later();
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.probe(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.6, 15_000);
  }
}

export const connection = new Connection();
