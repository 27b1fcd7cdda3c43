import { api, send } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { ImportResult } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { complain, offerUndo } from '$lib/state/act';
import { toasts } from '$lib/state/toasts.svelte';

/** One file on its way in: first it is tried and shown, then imported. */
export class Mover {
  file = $state.raw<File>();
  /** What the file would do, or, once it is done, did. */
  result = $state.raw<ImportResult>();
  busy = $state<'looking' | 'importing' | 'undoing'>();
  problem = $state.raw<Problem>();
  /** How far the import is, 0 to 100; undefined while that is not known. */
  progress = $state<number>();
  undone = $state(false);
  /** What was said that columns mean, by heading. */
  columns = $state.raw<Record<string, string>>({});
  #changeSet = '';

  /** Whether there is something to undo. */
  get imported(): boolean {
    return this.result !== undefined && !this.result.dry_run;
  }

  async look(file: File): Promise<void> {
    this.clear();
    this.file = file;
    await this.#send(true);
  }

  async column(name: string, field: string): Promise<void> {
    const said = Object.fromEntries((this.result?.columns ?? []).map((c) => [c.name, c.field]));
    this.columns = { ...said, [name]: field };
    await this.#send(true);
  }

  async import(): Promise<void> {
    await this.#send(false);
    if (this.#changeSet) offerUndo(t.moving.did, this.#changeSet);
  }

  async undo(): Promise<void> {
    this.busy = 'undoing';
    try {
      await send(api.POST('/api/history/{change_set}/undo', { params: { path: { change_set: this.#changeSet } } }));
      this.undone = true;
      toasts.say(t.common.undone);
    } catch (thrown) {
      complain(asProblem(thrown));
    } finally {
      this.busy = undefined;
    }
  }

  clear(): void {
    this.file = this.result = this.problem = this.busy = this.progress = undefined;
    this.undone = false;
    this.columns = {};
    this.#changeSet = '';
  }

  async #send(dry: boolean): Promise<void> {
    const file = this.file;
    if (!file) return;
    this.busy = dry ? 'looking' : 'importing';
    this.problem = undefined;
    const timer = dry ? undefined : setInterval(() => void this.#ask(), 500);
    try {
      const column = Object.entries(this.columns).map(([name, field]) => `${name}:${field}`);
      const sent = await send(
        api.POST('/api/imports', {
          params: { query: { name: file.name, dry_run: dry, ...(column.length > 0 && { column }) } },
          body: file as never,
          bodySerializer: (body: unknown) => body as Blob,
          headers: { 'Content-Type': 'application/octet-stream' },
        }),
      );
      if (file !== this.file) return; // another was chosen meanwhile
      this.result = sent.data;
      this.#changeSet = sent.changeSet;
    } catch (thrown) {
      if (file === this.file) this.problem = asProblem(thrown);
    } finally {
      clearInterval(timer);
      if (file === this.file) this.busy = this.progress = undefined;
    }
  }

  async #ask(): Promise<void> {
    try {
      const { data } = await send(api.GET('/api/imports/progress'));
      if (data.total > 0) this.progress = Math.round((data.done * 100) / data.total);
    } catch {
      // The import itself says what is wrong.
    }
  }
}
