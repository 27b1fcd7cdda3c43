/// <reference lib="webworker" />
// Shows notifications that come by Web Push, and does what their buttons say.
// It keeps no files and answers no requests of pages: those go to the server.
import { pressed, read, show, type Kept } from '$lib/features/push/show';

const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('push', (event) => {
  const most = (Notification as unknown as { maxActions?: number }).maxActions ?? 0;
  const { title, options } = show(read(event.data?.text() ?? ''), most);
  event.waitUntil(worker.registration.showNotification(title, options));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const what = pressed(event.notification.data as Kept | undefined, event.action, worker.registration.scope);
  event.waitUntil('post' in what ? send(what.post) : open(what.open));
});

/** Sends a signed link, which needs no session. Where that fails, the same link is opened: its page says what is the matter. */
async function send(address: string): Promise<void> {
  const answer = await fetch(address, { method: 'POST', credentials: 'omit', redirect: 'manual' }).catch(() => undefined);
  if (!answer?.ok && answer?.type !== 'opaqueredirect') await open(address);
}

/** Opens an address, in a window of ours where there is one. */
async function open(address: string): Promise<void> {
  const url = new URL(address, worker.registration.scope);
  if (url.origin === worker.location.origin) {
    const windows = await worker.clients.matchAll({ type: 'window' });
    for (const w of windows) {
      const there = await w.focus().then((f) => f.navigate(url.href)).catch(() => undefined);
      if (there) return;
    }
  }
  await worker.clients.openWindow(url.href);
}

// The push service gives this browser another address: the server must learn of it.
worker.addEventListener('pushsubscriptionchange', (event) => {
  const change = event as unknown as ExtendableEvent & { oldSubscription?: PushSubscription; newSubscription?: PushSubscription };
  change.waitUntil(
    (async () => {
      const options = change.oldSubscription?.options;
      const fresh = change.newSubscription ?? (options && (await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: options.applicationServerKey })));
      if (!fresh) return;
      const { endpoint, keys } = fresh.toJSON();
      await fetch('/api/push/subscriptions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ endpoint, keys }) });
    })(),
  );
});
