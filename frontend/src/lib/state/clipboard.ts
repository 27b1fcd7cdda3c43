import { t } from '$lib/i18n/index.svelte';
import { toasts } from './toasts.svelte';

/** Puts text on the clipboard, and says so, or that the browser did not let it. */
export async function copy(text: string, said: string): Promise<void> {
  if ((await newer(text)) || older(text)) toasts.say(said);
  else toasts.fail(t.common.notCopied);
}

/** Browsers have it over https and on the machine itself alone, and some ask first. */
async function newer(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function older(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'visually-hidden';
  const before = document.activeElement;
  (document.querySelector('dialog[open]:last-of-type') ?? document.body).append(field); // behind an open dialog nothing can be chosen
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
