// A person who knows the keys types on while what opens is still on its way. What
// is typed then is kept for it, instead of being taken for commands.

const patience = 3000; // ms; what has not come by then does not come

let waiting = false;
let text = '';
let entered = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Something to type into is about to open. */
export function expectTyping(): void {
  waiting = true;
  text = '';
  entered = false;
  clearTimeout(timer);
  timer = setTimeout(() => (waiting = false), patience);
}

/** It is there: what was typed meanwhile, and whether Enter ended it. */
export function takeTyped(): { text: string; entered: boolean } {
  waiting = false;
  clearTimeout(timer);
  const typed = { text, entered };
  text = '';
  entered = false;
  return typed;
}

/** Keeps a key that was pressed on the way; false where nothing is waited for. */
export function typeAhead(e: KeyboardEvent): boolean {
  if (!waiting || e.ctrlKey || e.metaKey || e.altKey) return false;
  if (entered) return true;
  if (e.key === 'Escape') waiting = false;
  else if (e.key === 'Backspace') text = text.slice(0, -1);
  else if (e.key === 'Enter') entered = true;
  else if (e.key.length === 1) text += e.key;
  return true;
}
