import { api, send, writesAnswered, type Sent } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import { t } from '$lib/i18n/index.svelte';
import { toasts } from './toasts.svelte';

/** What was done last and can be taken back: change-sets, newest last. */
const done: { sets: string[]; text: string }[] = [];

/** Whether a change-set was made after another one; of different journals nobody knows. */
function after(a: string, b: string): boolean {
  const [ofA, a1] = a.includes('-') ? a.split('-') : ['', a];
  const [ofB, b1] = b.includes('-') ? b.split('-') : ['', b];
  return ofA === ofB && Number(a1) > Number(b1);
}

/** Says what was done, with Undo, and with a link where one is given. Several change-sets count as one act. */
export function offerUndo(said: string | { text: string; open: string }, ...changeSets: string[]): void {
  const sets = changeSets.filter((n) => n !== '');
  if (sets.length === 0) return;
  const { text, open } = typeof said === 'string' ? { text: said, open: undefined } : said;
  const entry = { sets, text };
  // An answer may come after that to a later change.
  let at = done.length;
  while (at > 0 && after(done[at - 1]!.sets[0]!, sets[0]!)) at--;
  done.splice(at, 0, entry);
  if (done.length > 50) done.shift();
  toasts.say(text, { label: t.common.undo, run: () => undo(entry) }, open);
}

async function undo(entry: (typeof done)[number]): Promise<void> {
  const at = done.indexOf(entry);
  if (at >= 0) done.splice(at, 1);
  try {
    for (const change_set of entry.sets.toReversed()) {
      await send(api.POST('/api/history/{change_set}/undo', { params: { path: { change_set } } }));
    }
    toasts.say(t.common.undone);
  } catch (thrown) {
    complain(asProblem(thrown));
  }
}

/** Takes back what was done last in this window. */
export async function undoLast(): Promise<void> {
  await writesAnswered(); // what was done last may still be on its way
  const entry = done.at(-1);
  if (entry) await undo(entry);
  else toasts.say(t.common.nothingToUndo);
}

/** Says a problem in words, unless the offline banner says it already. */
export function complain(problem: Problem, retry?: () => void): void {
  if (problem.offline) return;
  const wait = problem.retryAfter ? ` ${t.common.waitSeconds(problem.retryAfter)}` : '';
  const fields = problem.fields.map((f) => `${f.path}: ${f.message}`).join('; ');
  toasts.fail(`${problem.message}${fields ? ` (${fields})` : ''}${wait}`, retry && { label: t.common.retry, run: retry });
}

/**
 * Carries out a change from a list or a menu: says it with Undo when it worked,
 * and what went wrong when it did not. `undo` puts back what was shown ahead of
 * the answer. Returns the answer, or undefined.
 */
export async function act<T>(text: string, change: () => Promise<Sent<T>>, revert?: () => void): Promise<Sent<T> | undefined> {
  try {
    const sent = await change();
    offerUndo(text, sent.changeSet);
    return sent;
  } catch (thrown) {
    revert?.();
    complain(asProblem(thrown), () => void act(text, change, revert));
    return undefined;
  }
}
