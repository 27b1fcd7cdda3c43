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
  set<N extends Name>(name: N, value: SettingsUpdate[N], label: string): Promise<boolean> {
    return this.setSome({ [name]: value } as SettingsUpdate, label);
  }

  /** Stores settings that mean something together alone. */
  async setSome(update: SettingsUpdate, label: string): Promise<boolean> {
    const names = Object.keys(update) as Name[];
    try {
      offerUndo(t.settings.saved(label), await settings.change(update));
      for (const name of names) delete this.errors[name];
      return true;
    } catch (thrown) {
      const problem = asProblem(thrown);
      const faulty = names.filter((name) => problem.field(name));
      for (const name of faulty) this.errors[name] = problem.field(name);
      if (faulty.length === 0) complain(problem);
      return false;
    }
  }
}
