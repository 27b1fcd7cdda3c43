import { tick } from 'svelte';
import type { Attachment } from 'svelte/attachments';

/**
 * The row that keys act on: the one that has the focus, or had it last. Rows
 * carry data-cursor={id} and tabindex="-1"; or what takes the focus in one is
 * marked data-cursor-focus.
 */
export class Cursor {
  id = $state<number>();
  #ids: () => number[];
  #show: (index: number) => unknown;

  /** `show` brings a row of a virtual list into the page before it is focused. */
  constructor(ids: () => number[], show: (index: number) => unknown = () => {}) {
    this.#ids = ids;
    this.#show = show;
  }

  /** Follows the focus within an element. */
  follow: Attachment<HTMLElement> = (area) => {
    const hear = (e: Event) => {
      const row = (e.target as Element).closest<HTMLElement>('[data-cursor]');
      if (row) this.id = Number(row.dataset.cursor);
    };
    area.addEventListener('focusin', hear);
    return () => area.removeEventListener('focusin', hear);
  };

  /** Goes on by so many rows; onto the first when there was none. */
  async move(step: number): Promise<void> {
    const ids = this.#ids();
    if (ids.length === 0) return;
    const at = this.id === undefined ? -1 : ids.indexOf(this.id);
    await this.go(ids[at < 0 ? 0 : Math.max(0, Math.min(ids.length - 1, at + step))]!);
  }

  /** Goes to a row. */
  async go(id: number): Promise<void> {
    this.id = id;
    await this.#show(this.#ids().indexOf(id));
    await tick();
    const row = document.querySelector<HTMLElement>(`[data-cursor="${id}"]`);
    (row?.querySelector<HTMLElement>('[data-cursor-focus]') ?? row)?.focus();
  }

  /** Stays in its place while fn takes the row away or to another place: the row that comes there is the next. */
  async stay(fn: () => unknown): Promise<void> {
    const at = this.id === undefined ? -1 : this.#ids().indexOf(this.id);
    const work = fn();
    await tick();
    const ids = this.#ids();
    const next = ids[Math.min(Math.max(at, 0), ids.length - 1)];
    if (next !== undefined) await this.go(next);
    await work;
  }

  /** Goes along with the row while fn puts it in another place. */
  async along(fn: () => unknown): Promise<void> {
    const { id } = this;
    const work = fn();
    await tick();
    if (id !== undefined && this.#ids().includes(id)) await this.go(id);
    await work;
  }
}
