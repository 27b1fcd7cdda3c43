import createClient, { type Middleware } from 'openapi-fetch';
import { connection } from '$lib/state/connection.svelte';
import { ask, fromGateway } from './gateway';
import { inOrder } from './order';
import { Problem, problemOf } from './problem';
import type { paths } from './schema';

/** What is to be done when the server no longer knows our session: resolves once it does again. */
let reauthenticate: (() => Promise<void>) | undefined;

/** Names who brings a session back. Requests that were refused for want of one are then sent again. */
export function onUnauthenticated(handler: () => Promise<void>): void {
  reauthenticate = handler;
}

/** Asks whoever is there for a proof; resolves to whether one was given. */
let prove: (() => Promise<boolean>) | undefined;

/** Names who asks for a proof. Requests that were refused for want of one are then sent again. */
export function onProofNeeded(handler: () => Promise<boolean>): void {
  prove = handler;
}

async function needsProof(response: Response): Promise<boolean> {
  if (response.status !== 403) return false;
  const { code } = (await response.clone().json().catch(() => ({}))) as { code?: string };
  return code === 'proof_needed';
}

/** Whether a 401 says that the session has ended; others answer what was typed. */
async function hasEnded(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const { code } = (await response.clone().json().catch(() => ({}))) as { code?: string };
  return code === 'no_session' || code === 'unauthenticated';
}

const copies = new WeakMap<Request, Request>();

/** Changes that were sent, until whoever asked for them has seen the answer. */
let writing = 0;
const written = new WeakSet<Response>();

/** Resolves once every change that was sent has been answered. */
export async function writesAnswered(): Promise<void> {
  while (writing > 0) await new Promise((next) => setTimeout(next, 10));
}

const resilience: Middleware = {
  onRequest({ request }) {
    copies.set(request, request.clone()); // a body can be sent once only
    if (request.method !== 'GET') {
      forgetEarly();
      writing++;
    }
    return undefined;
  },
  async onResponse({ request, response }) {
    connection.reached();
    const again = copies.get(request);
    let last = response;
    if (reauthenticate && again && (await hasEnded(response))) {
      await reauthenticate();
      last = await fetch(again.clone());
    }
    if (prove && again && (await needsProof(last)) && (await prove())) last = await fetch(again);
    if (request.method !== 'GET') written.add(last);
    return last;
  },
  onError({ request }) {
    connection.lost();
    if (request.method !== 'GET') writing--;
    return new Problem(0, 'offline', 'Umbra cannot be reached.');
  },
};

declare global {
  interface Window {
    /** What the page's first script asked already (app.html), each for one use. */
    umbraEarly?: Record<string, Promise<Response>>;
  }
}

/** Fetches, in order, unless the page's first script has done so. */
async function fetchOnce(request: Request): Promise<Response> {
  const path = request.url.slice(location.origin.length);
  const early = request.method === 'GET' ? window.umbraEarly?.[path] : undefined;
  if (!early) return inOrder(request, ask);
  delete window.umbraEarly![path];
  const answer = await early.catch(() => undefined);
  return answer && !fromGateway(answer) ? answer : ask(request);
}

/** What was asked early is of no use any more: something is being changed. */
function forgetEarly(): void {
  delete window.umbraEarly;
}

/** The typed client of the API. Its answers are read by `send`. */
export const api = createClient<paths>({ credentials: 'same-origin', headers: { Accept: 'application/json' }, fetch: fetchOnce });
api.use(resilience);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** A success: the body, and what the headers say of it. */
export type Sent<T> = {
  data: T;
  /** The record's revision, for If-Match. */
  etag: string;
  /** What can be undone, "" when nothing was changed. In what somebody shares it names their journal too. */
  changeSet: string;
  /** The cursor of the next page, "" on the last. */
  next: string;
  /** How many there are in all, where the request asked for it. */
  total: number | undefined;
};

/** Awaits a request and reads its answer; throws a Problem for anything but a success. */
export async function send<T>(request: Promise<Answer<T>>): Promise<Sent<T>> {
  const { data, error, response } = await request;
  if (written.delete(response)) setTimeout(() => writing--); // after whoever waits for it
  if (!response.ok) throw problemOf(response, error);
  const total = response.headers.get('X-Total-Count');
  return {
    data: data as T,
    etag: response.headers.get('ETag') ?? '',
    changeSet: response.headers.get('Change-Set') ?? '',
    next: nextCursor(response.headers.get('Link')),
    total: total === null ? undefined : Number(total),
  };
}

/** The cursor in a Link header (RFC 8288) with rel=next. */
export function nextCursor(link: string | null): string {
  const url = /<([^>]*)>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
  return url ? (new URL(url, 'http://localhost').searchParams.get('cursor') ?? '') : '';
}

/** A new Idempotency-Key. (crypto.randomUUID is there on https alone.) */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}
