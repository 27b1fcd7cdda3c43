import { untrack } from 'svelte';

/** Something that can be done, from the palette or by a key. */
export type Command = {
  id: string;
  title: string;
  group: 'go' | 'add' | 'act' | 'here';
  /** A key ("n", "?", "Mod+k", "Delete") or two, one after the other ("g t"). */
  keys?: string | string[];
  run: () => void | Promise<void>;
  /** Works while a field is being typed in. */
  always?: boolean;
  /** Left out of the palette: moving in a list is no command to search for. */
  hidden?: boolean;
  /** When it is false, the command is not there. */
  when?: () => boolean;
};

/** All that can be done on the page as it stands. Pages add theirs and take them along when they go. */
class Commands {
  #sets = $state.raw<ReadonlyMap<symbol, Command[]>>(new Map());

  /** A page's keys win over the house's, and later sets over earlier ones. */
  all = $derived([...this.#sets.values()].reverse().flat().sort((a, b) => Number(b.group === 'here') - Number(a.group === 'here')));

  /** Adds commands; returns how to take them out. For use in $effect. */
  add(...commands: Command[]): () => void {
    const key = Symbol();
    // Whoever adds does not depend on what others add.
    untrack(() => (this.#sets = new Map(this.#sets).set(key, commands)));
    return () => {
      const rest = untrack(() => new Map(this.#sets));
      rest.delete(key);
      this.#sets = rest;
    };
  }

  available(): Command[] {
    return this.all.filter((c) => !c.when || c.when());
  }
}

export const commands = new Commands();

/** Keys, split: ["g", "t"]. */
export function sequences(command: Command): string[][] {
  const keys = command.keys === undefined ? [] : typeof command.keys === 'string' ? [command.keys] : command.keys;
  return keys.map((k) => (k === ' ' ? [' '] : k.split(' ')));
}
