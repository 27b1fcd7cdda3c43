import { typeAhead } from './ahead';
import { commands, sequences, type Command } from './commands.svelte';

const patience = 1200; // ms between the two keys of "g t"

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** How a pressed key is written: "n", "N" with shift, "Mod+k" with Ctrl or ⌘. */
export function keyName(e: KeyboardEvent): string {
  const mod = isMac ? e.metaKey : e.ctrlKey;
  const name = e.key.length === 1 && mod ? e.key.toLowerCase() : e.key;
  const shift = e.shiftKey && e.key.length > 1 ? 'Shift+' : '';
  return (mod ? 'Mod+' : '') + (e.altKey ? 'Alt+' : '') + shift + name;
}

/** How a key is said to a person. */
export function keyLabel(key: string): string {
  return key.replace('Mod+', isMac ? '⌘' : 'Ctrl+').replace('ArrowDown', '↓').replace('ArrowUp', '↑').replace('ArrowLeft', '←').replace('ArrowRight', '→')
    .replace(/^ $/, 'Space').replace(/(?<=\+)[a-z]$/, (c) => c.toUpperCase()).replace(/^[A-Z]$/, '⇧$&');
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=range]), textarea, select, [role=textbox], [role=combobox]');
}

/** A dialog is open: what lies behind it does not hear keys. */
function covered(): boolean {
  return document.querySelector('dialog[open]:modal, [data-menu-open]') !== null;
}

/** Listens to the keyboard for all commands; returns how to stop. */
export function listen(): () => void {
  let prefix = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function find(wanted: string, inField: boolean): Command | undefined {
    return commands.available().find((c) => (c.always || !inField) && sequences(c).some((s) => s.join(' ') === wanted));
  }

  function begins(wanted: string): boolean {
    return commands.available().some((c) => sequences(c).some((s) => s.length > 1 && s[0] === wanted));
  }

  const onKey = (e: KeyboardEvent) => {
    if (e.defaultPrevented || e.isComposing || e.key === 'Shift' || e.key === 'Control' || e.key === 'Meta' || e.key === 'Alt') return;
    if (typeAhead(e)) {
      e.preventDefault();
      return;
    }
    const inField = typing(e.target) || covered();
    const name = keyName(e);
    const command = (prefix && find(`${prefix} ${name}`, inField)) || find(name, inField);
    clearTimeout(timer);
    if (command) {
      // Enter and Space on a button press that button.
      if ((name === 'Enter' || name === ' ') && e.target instanceof HTMLElement && e.target.closest('button, a, summary, [role=menuitem]')) return;
      prefix = '';
      e.preventDefault();
      void command.run();
      return;
    }
    prefix = '';
    if (!inField && begins(name)) {
      prefix = name;
      timer = setTimeout(() => (prefix = ''), patience);
    }
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
