import { api, send } from '$lib/api/client';
import type { components } from '$lib/api/schema';

export type Subscription = components['schemas']['PushSubscription'];

/** Why a browser cannot show notifications, or how it stands. */
export type Standing = 'looking' | 'insecure' | 'unsupported' | 'home-screen' | 'denied' | 'off' | 'on';

/** Set while this browser is subscribed: an open page then leaves telling to the service worker. */
export const mark = 'umbra.push';

/** This browser as a place where notifications show, and its siblings. */
export class Browser {
  standing = $state<Standing>('looking');
  /** Its number among the subscriptions; 0 when it is none. */
  id = $state(0);
  /** All browsers of this account. */
  all = $state.raw<Subscription[]>([]);

  async load(): Promise<void> {
    await this.list();
    this.standing = unable() ?? 'off';
    if (this.standing !== 'off') return;
    const subscription = await (await navigator.serviceWorker.getRegistration('/'))?.pushManager.getSubscription();
    if (!subscription) return this.#off();
    // Said once more: the server may have forgotten it, and tells its number.
    await this.#tell(subscription);
    await this.list();
  }

  async list(): Promise<void> {
    this.all = (await send(api.GET('/api/push/subscriptions', { params: { query: { limit: 500 } } }))).data;
  }

  /** Asks the person, subscribes, and tells the server. */
  async turnOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== 'granted') {
      this.standing = Notification.permission === 'denied' ? 'denied' : 'off';
      return;
    }
    await navigator.serviceWorker.register('/service-worker.js');
    const { pushManager } = await navigator.serviceWorker.ready;
    const { key } = (await send(api.GET('/api/push/key'))).data;
    const wanted = decode(key);
    let subscription = await pushManager.getSubscription();
    if (subscription && !same(subscription.options.applicationServerKey, wanted)) {
      await subscription.unsubscribe(); // it was made for a server that had another key
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
    await this.#tell(subscription);
    await this.list();
  }

  /** Forgets one; this browser also lets go of its subscription. */
  async remove(id: number): Promise<void> {
    if (id === this.id) await (await (await navigator.serviceWorker.getRegistration('/'))?.pushManager.getSubscription())?.unsubscribe();
    await send(api.DELETE('/api/push/subscriptions/{id}', { params: { path: { id } } }));
    if (id === this.id) this.#off();
    await this.list();
  }

  async #tell(subscription: PushSubscription): Promise<void> {
    const { endpoint = '', keys = {} } = subscription.toJSON();
    const { data } = await send(api.POST('/api/push/subscriptions', { body: { endpoint, keys: { p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' } } }));
    this.id = data.id;
    this.standing = 'on';
    localStorage.setItem(mark, '1');
  }

  #off(): void {
    this.id = 0;
    this.standing = 'off';
    localStorage.removeItem(mark);
  }
}

/** Why this browser cannot show notifications at all. */
function unable(): Standing | undefined {
  if (!isSecureContext) return 'insecure';
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  // Apple's phones know Web Push for pages on the home screen alone.
  if (!able) return /iPhone|iPad/.test(navigator.userAgent) && !matchMedia('(display-mode: standalone)').matches ? 'home-screen' : 'unsupported';
  return Notification.permission === 'denied' ? 'denied' : undefined;
}

/** Reads base64url. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

export function same(a: ArrayBuffer | null, b: Uint8Array): boolean {
  if (!a || a.byteLength !== b.byteLength) return false;
  const bytes = new Uint8Array(a);
  return b.every((value, i) => value === bytes[i]);
}
