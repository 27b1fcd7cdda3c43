import { api, send } from '$lib/api/client';
import { asProblem, Problem } from '$lib/api/problem';
import type { Passkey } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { creation, made, request, shown, type CreationJSON, type RequestJSON } from './codec';

// A browser asks for one passkey at a time: whoever asks ends what waits.
let waiting: AbortController | undefined;

function alone(): AbortSignal {
  waiting?.abort();
  waiting = new AbortController();
  return waiting.signal;
}

/** Whether nobody wants to hear of it: another question took its place. */
export const replaced = (thrown: unknown): boolean => thrown instanceof DOMException && thrown.name === 'AbortError';

/** What went wrong, in words of the page. */
export function passkeyProblem(thrown: unknown): Problem {
  const p = t.passkey;
  if (thrown instanceof DOMException) {
    const said = thrown.name === 'NotAllowedError' ? p.cancelled : thrown.name === 'InvalidStateError' ? p.already : p.failed(thrown.message);
    return new Problem(0, 'passkey_browser', said);
  }
  const problem = asProblem(thrown);
  if (problem.code === 'passkey_refused') return new Problem(problem.status, problem.code, p.refused);
  if (problem.code === 'too_many_attempts') return new Problem(problem.status, problem.code, t.entry.limited(problem.retryAfter), [], problem.retryAfter);
  return problem;
}

async function show(options: RequestJSON, signal: AbortSignal, mediation?: CredentialMediationRequirement) {
  const credential = await navigator.credentials.get({ publicKey: request(options), signal, ...(mediation && { mediation }) });
  return shown(credential as PublicKeyCredential);
}

/** Makes a passkey on a device that the browser offers, and adds it to the account. */
export async function add(name: string): Promise<Passkey> {
  const { data } = await send(api.POST('/api/auth/passkeys/options'));
  const credential = await navigator.credentials.create({ publicKey: creation(data.public_key as unknown as CreationJSON), signal: alone() });
  return (await send(api.POST('/api/auth/passkeys', { body: { name, credential: made(credential as PublicKeyCredential) } }))).data;
}

/** Logs in: alone, or as the second step of a log-in by password (its token). */
export async function logIn(token = '', mediation?: CredentialMediationRequirement): Promise<void> {
  const signal = alone();
  const second = token ? { mfa_token: token } : {};
  const { data } = await send(api.POST('/api/auth/login/passkey/options', { body: second }));
  if (signal.aborted) throw signal.reason;
  const credential = await show(data.public_key as unknown as RequestJSON, signal, mediation);
  await send(api.POST('/api/auth/login/passkey', { body: { ...second, credential } }));
}

/** Proves that whoever sits here holds the session. */
export async function prove(): Promise<void> {
  const { data } = await send(api.POST('/api/auth/step-up/passkey/options'));
  await send(api.POST('/api/auth/step-up/passkey', { body: { credential: await show(data.public_key as unknown as RequestJSON, alone()) } }));
}

/** Before the server's challenge is too old to be answered, in ms. */
const renewAfter = 4 * 60_000;

/**
 * Lets the browser offer passkeys in the field for the user name, until the function that it
 * answers is called. entered: somebody is in. failed: what was offered was not accepted.
 */
export function offer(entered: () => void, failed: (problem: Problem) => void): () => void {
  let over = false;
  let mine: AbortController | undefined;
  const end = () => {
    if (waiting === mine) mine?.abort();
  };
  const run = async () => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    for (let anew = true; anew && !over; ) {
      anew = false;
      const timer = setTimeout(() => {
        anew = true;
        end();
      }, renewAfter);
      try {
        const asked = logIn('', 'conditional');
        mine = waiting;
        await asked;
        entered();
      } catch (thrown) {
        // Where there is no connection, or a browser cannot after all, the button says so.
        if (asProblem(thrown).code === 'passkey_refused') {
          failed(passkeyProblem(thrown));
          anew = true;
        }
      } finally {
        clearTimeout(timer);
      }
    }
  };
  void run();
  return () => {
    over = true;
    end();
  };
}
