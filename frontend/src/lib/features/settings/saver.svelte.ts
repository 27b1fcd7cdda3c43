import { asProblem } from '$lib/api/problem';
import type { SettingsUpdate } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { complain, offerUndo } from '$lib/state/act';
import { settings } from '$lib/state/settings.svelte';

type Name = keyof SettingsUpdate & string;

/** Settings are stored as they are changed; what the server says against one stands beside it. */
export class Saver {
  errors = $state<Partial<Record<Name, string>>>({});

  /** Stores one setting. What was typed stays where the server refuses it. */
  async set<N extends Name>(name: N, value: SettingsUpdate[N], label: string): Promise<boolean> {
    try {
      offerUndo(t.settings.saved(label), await settings.change({ [name]: value } as SettingsUpdate));
      delete this.errors[name];
      return true;
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.field(name)) this.errors[name] = problem.field(name);
      else complain(problem);
      return false;
    }
  }
}
