import { createServer, type Server as Http } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, CDPSession, Page } from '@playwright/test';
import { chromium } from './browser';
import { axeFinds, expect, stands, test } from './fixture';

test.use({ launchOptions: chromium }); // the one without windows shows no notifications

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

test.describe('a test of a channel', () => {
  test.use({ allow: [/409/] });

  test('says exactly what is missing, what is refused, and how to allow it', async ({ page, account }) => {
    await page.goto('/settings/notifications');
    const ntfy = region(page, 'ntfy');
    await ntfy.getByRole('button', { name: 'Send a test: ntfy' }).click();
    await expect(ntfy.getByRole('status')).toHaveText('The test was not sent: no ntfy server and topic are set.');
    await account.patch('/api/settings', { ntfy_server: 'http://10.1.2.3:9', ntfy_topic: 'ada' });
    await expect(ntfy.getByLabel('Topic')).toHaveValue('ada');
    await ntfy.getByRole('button', { name: 'Send a test: ntfy' }).click();
    await expect(ntfy.getByRole('status')).toContainText('10.1.2.3:9 is not reached: it is a private address. The administrator of Umbra can allow it with UMBRA_OUTBOUND_ALLOW=10.1.2.3:9');
    const mail = region(page, 'Mail');
    await expect(mail.getByText('This Umbra has no mail server yet.')).toBeVisible();
    await mail.getByRole('button', { name: 'Send a test: Mail' }).click();
    await expect(mail.getByRole('status')).toContainText('no mail server: the administrator sets one');
    const hook = region(page, 'Webhook');
    await hook.getByLabel('Address').fill('http://192.168.7.7/hook');
    await hook.getByLabel('Address').press('Enter');
    await expect(page.getByText('Changed: Address')).toBeVisible();
    await hook.getByRole('button', { name: 'Send a test: Webhook' }).click();
    await expect(hook.getByRole('status')).toContainText('192.168.7.7:80 is not reached: it is a private address');
    await stands(page);
    expect(await axeFinds(page)).toEqual([]);
  });

  test('is said in German', async ({ page, account }) => {
    await account.patch('/api/settings', { language: 'de' });
    await page.goto('/settings/notifications');
    await expect(page.getByRole('heading', { name: 'Mitteilungen', level: 1 })).toBeVisible();
    await expect(region(page, 'Web Push').getByText('Browser zeigen Mitteilungen von selbst')).toBeVisible();
    await expect(region(page, 'Mail').getByText('UMBRA_SMTP_HOST')).toBeVisible();
  });
});

test('a secret is kept, is never shown again, and can be forgotten', async ({ page, account }) => {
  await page.goto('/settings/notifications');
  const hook = region(page, 'Webhook');
  await hook.getByLabel('Secret').fill('whsec_c2VjcmV0');
  await hook.getByLabel('Secret').press('Enter');
  await expect(hook.getByText('One is stored; it is never shown again.')).toBeVisible();
  await expect(hook.getByLabel('Secret')).toHaveValue('');
  expect((await account.get('/api/settings')).webhook_secret_set).toBe(true);
  await hook.getByRole('button', { name: 'Forget the secret' }).click();
  await expect(hook.getByText('Signs each post')).toBeVisible();
  expect((await account.get('/api/settings')).webhook_secret_set).toBe(false);
});

// No push service can be asked here, so what the browser would answer is put in
// its place; the service worker and its notifications are real.
async function withoutPushService(context: BrowserContext) {
  await context.addInitScript(() => {
    const key = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';
    const put = 'test.subscription';
    const made = (wanted: ArrayBuffer): PushSubscription =>
      ({
        options: { applicationServerKey: wanted, userVisibleOnly: true },
        toJSON: () => ({ endpoint: localStorage.getItem(put) ?? '', keys: { p256dh: key, auth: 'BTBZMqHH6r4Tts7J_aSIgg' } }),
        unsubscribe: async () => (localStorage.removeItem(put), true),
      }) as unknown as PushSubscription;
    let with_: ArrayBuffer = new ArrayBuffer(0);
    PushManager.prototype.subscribe = async (options) => {
      with_ = (options!.applicationServerKey as Uint8Array<ArrayBuffer>).slice().buffer;
      localStorage.setItem(put, `https://127.0.0.1.example.invalid/${Math.random().toString(36).slice(2)}`);
      return made(with_);
    };
    PushManager.prototype.getSubscription = async () => (localStorage.getItem(put) ? made(with_) : null);
  });
}

test.describe('this browser', () => {
  test.beforeEach(async ({ context }) => withoutPushService(context));

  test('shows notifications after one press, is listed, and can be removed', async ({ page, context, account, isMobile }) => {
    await context.grantPermissions(['notifications'], { origin: account.url });
    await page.goto('/settings/notifications');
    const push = region(page, 'Web Push');
    await push.getByRole('button', { name: 'Show notifications in this browser' }).click();
    await expect(push.getByRole('listitem')).toHaveCount(1);
    await expect(push.getByRole('listitem')).toContainText(isMobile ? 'Chrome on Android' : 'Chrome on Linux');
    await expect(push.getByText('this one', { exact: true })).toBeVisible();
    await expect(push.getByRole('switch')).toBeChecked();
    await expect(push.getByRole('button', { name: 'Show notifications in this browser' })).toHaveCount(0);
    expect(await account.get('/api/push/subscriptions')).toHaveLength(1);
    // Loaded again it is still the same one.
    await page.reload();
    await expect(push.getByText('this one', { exact: true })).toBeVisible();
    await expect(push.getByRole('listitem')).toHaveCount(1);
    await stands(page);
    expect(await axeFinds(page)).toEqual([]);
    await push.getByRole('button', { name: /^Remove: Chrome/ }).click();
    await expect(push.getByRole('button', { name: 'Show notifications in this browser' })).toBeVisible();
    expect(await account.get('/api/push/subscriptions')).toHaveLength(0);
    expect(await page.evaluate(() => localStorage.getItem('umbra.push'))).toBeNull();
  });

  test('that was told to show none says where to allow it', async ({ page, context }) => {
    await context.addInitScript(() => Object.defineProperty(Notification, 'permission', { get: () => 'denied' }));
    await page.goto('/settings/notifications');
    await expect(region(page, 'Web Push').getByText('This browser was told to show no notifications')).toBeVisible();
  });

  test('that came over plain http says so', async ({ page, context }) => {
    await context.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { get: () => false }));
    await page.goto('/settings/notifications');
    await expect(region(page, 'Web Push').getByText('This page came over plain http')).toBeVisible();
  });
});

/** What a browser says of a subscription that it ends: at which address the new one is, and for which key of a server the old one was. */
type Change = { fresh?: string; old?: string };

/** A page whose service worker runs, and the means to hand it what a push service would. */
async function worker(page: Page, context: BrowserContext, url: string): Promise<{
  push: (message: unknown) => Promise<void>;
  shown: () => Promise<any[]>;
  press: (action: string) => Promise<void>;
  renew: (change: Change) => Promise<string[]>;
}> {
  await context.grantPermissions(['notifications'], { origin: url });
  await page.goto('/settings/about');
  const cdp: CDPSession = await context.newCDPSession(page);
  const registration = new Promise<string>((found) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find((r) => r.scopeURL.startsWith(url) && !r.isDeleted);
      if (ours) found(ours.registrationId);
    });
  });
  await cdp.send('ServiceWorker.enable');
  const running = context.waitForEvent('serviceworker', (w) => w.url() === `${url}/service-worker.js`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/service-worker.js');
    await navigator.serviceWorker.ready;
  });
  const registrationId = await registration;
  const service = await running;
  await service.evaluate(() => {
    const scope = self as any;
    const show = scope.ServiceWorkerRegistration.prototype.showNotification;
    scope.done = 0;
    scope.ServiceWorkerRegistration.prototype.showNotification = async function (...given: unknown[]) {
      await show.apply(this, given);
      scope.done++;
    };
  });
  let sent = 0;
  return {
    // Who asks Chromium for its notifications while one is on its way to the screen makes it forget that one, so this waits until it is there.
    push: async (message) => {
      await cdp.send('ServiceWorker.deliverPushMessage', { origin: url, registrationId, data: typeof message === 'string' ? message : JSON.stringify(message) });
      sent++;
      await expect.poll(() => service.evaluate(() => (self as any).done)).toBe(sent);
    },
    shown: () =>
      page.evaluate(async () => {
        const all = await (await navigator.serviceWorker.ready).getNotifications();
        return all.map((n) => ({ title: n.title, body: n.body, tag: n.tag, data: n.data, actions: (n as any).actions.map((a: any) => a.title) }));
      }),
    // A press is dispatched within the worker: no window system shows the notification here.
    press: (action) =>
      service.evaluate(async (chosen) => {
        const scope = self as any;
        const [notification] = await scope.registration.getNotifications();
        const waits: Promise<unknown>[] = [];
        const event = new scope.NotificationEvent('notificationclick', { notification, action: chosen });
        event.waitUntil = (p: Promise<unknown>) => waits.push(p);
        scope.dispatchEvent(event);
        await Promise.all(waits);
      }, action),
    // So is the end of a subscription, which a push service brings about. Answers for which keys the worker subscribed anew.
    renew: (change) =>
      service.evaluate(async ({ fresh, old }) => {
        const scope = self as any;
        const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' };
        const made = (endpoint: string) => ({ endpoint, toJSON: () => ({ endpoint, expirationTime: null, keys }) });
        const asked: string[] = [];
        scope.PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }: any) => {
          asked.push(`${userVisibleOnly} ${new TextDecoder().decode(applicationServerKey)}`);
          return made('https://127.0.0.1.example.invalid/anew');
        };
        const event = new scope.ExtendableEvent('pushsubscriptionchange');
        event.newSubscription = fresh && made(fresh);
        event.oldSubscription = old && { options: { userVisibleOnly: true, applicationServerKey: new TextEncoder().encode(old).buffer } };
        const waits: Promise<unknown>[] = [];
        event.waitUntil = (p: Promise<unknown>) => waits.push(p);
        scope.dispatchEvent(event);
        await Promise.all(waits);
        return asked;
      }, change),
  };
}

test('a message from the server becomes a notification, its repeat does not become two, and its buttons act', async ({ page, context, account, isMobile }) => {
  test.skip(isMobile, 'the service worker is the same on a phone');
  const { push, shown, press } = await worker(page, context, account.url);
  const todo = await account.post('/api/todos', { title: 'Water the plants' });
  const message = {
    id: 'r-1', title: 'Water the plants', body: 'All of them', url: `${account.url}/todos`, priority: 3, at: Date.now(),
    // Stands for a signed link: an address that answers a POST without a session.
    actions: [{ label: 'Done', url: `${account.url}/api/auth/logout`, method: 'POST' }, { label: 'Open', url: `${account.url}/reminders`, method: 'GET' }],
  };
  await push(message);
  await expect.poll(shown).toEqual([{ title: 'Water the plants', body: 'All of them', tag: 'r-1', data: { url: message.url, actions: message.actions }, actions: ['Done', 'Open'] }]);
  await push({ ...message, body: 'All of them, again' });
  await expect.poll(async () => (await shown()).map((n) => n.body)).toEqual(['All of them, again']);
  const asked = context.waitForEvent('request', (r) => r.url() === message.actions[0]!.url);
  await press('0');
  expect((await asked).method()).toBe('POST');
  await expect.poll(shown).toEqual([]);
  // It went without the session, which still stands.
  expect((await account.get(`/api/todos/${todo.id}`)).title).toBe('Water the plants');
  await push('not a message');
  await expect.poll(async () => (await shown()).map((n) => n.title)).toEqual(['Umbra']);
});

test('a browser that is given another address tells the server, with no page open', async ({ page, context, account, isMobile }) => {
  test.skip(isMobile, 'the service worker is the same on a phone');
  const { renew } = await worker(page, context, account.url);
  const told = async () => ((await account.get('/api/push/subscriptions')) as { service: string; user_agent: string }[]).map((s) => s.service).sort();
  await page.close();
  // Neither an address nor anything to get one with: there is nothing to tell.
  expect(await renew({})).toEqual([]);
  expect(await told()).toEqual([]);
  // The browser brings the new address along.
  expect(await renew({ fresh: 'https://one.example.invalid/a', old: 'the key' })).toEqual([]);
  expect(await told()).toEqual(['one.example.invalid']);
  // Or it has only let go of the old one: the worker subscribes, for the same server's key.
  expect(await renew({ old: 'the key' })).toEqual(['true the key']);
  expect(await told()).toEqual(['127.0.0.1.example.invalid', 'one.example.invalid']);
  // Said twice it is still one.
  await renew({ fresh: 'https://one.example.invalid/a' });
  expect(await told()).toHaveLength(2);
});

test('the server reaches a peer, and says that it was taken', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'nothing of it differs on a phone');
  const got: string[] = [];
  const peer: Http = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += chunk));
    req.on('end', () => (got.push(body), res.end('{}')));
  });
  await new Promise<void>((up) => peer.listen(0, '127.0.0.1', up));
  const { port } = peer.address() as AddressInfo;
  await account.patch('/api/settings', { ntfy_server: `http://127.0.0.1:${port}`, ntfy_topic: 'ada' });
  await page.goto('/settings/notifications');
  await region(page, 'ntfy').getByRole('button', { name: 'Send a test: ntfy' }).click();
  await expect(region(page, 'ntfy').getByRole('status')).toContainText('The ntfy server has taken it.');
  expect(JSON.parse(got[0]!).topic).toBe('ada');
  peer.close();
});
