/** What the server sends to a browser (app/notify/push.go writes it). */
export type Pushed = {
  id: string;
  title: string;
  body?: string;
  url?: string;
  priority: number;
  at: number;
  actions?: PushedAction[];
};
export type PushedAction = { label: string; url: string; method: 'GET' | 'POST' };

/** What a notification remembers until it is pressed. */
export type Kept = { url: string; actions: PushedAction[] };

/** Chromium's additions to what TypeScript knows of a notification. */
export type Shown = NotificationOptions & { actions?: { action: string; title: string }[]; timestamp?: number; renotify?: boolean };

/** Reads a message. One that cannot be read is shown all the same: browsers take the permission from who shows nothing. */
export function read(text: string): Pushed {
  try {
    const p = JSON.parse(text) as Partial<Pushed>;
    if (typeof p.title === 'string' && p.title && typeof p.id === 'string') {
      return { id: p.id, title: p.title, body: p.body ?? '', url: p.url ?? '', priority: p.priority ?? 3, at: p.at ?? 0, actions: p.actions ?? [] };
    }
  } catch {
    // below
  }
  return { id: 'unreadable', title: 'Umbra', body: '', url: '', priority: 3, at: 0, actions: [] };
}

/** How it is shown. The same id replaces what is there and does not ring twice. */
export function show(p: Pushed, buttons: number): { title: string; options: Shown } {
  const actions = (p.actions ?? []).slice(0, buttons);
  return {
    title: p.title,
    options: {
      body: p.body,
      tag: p.id,
      icon: '/icon-192.png',
      data: { url: p.url ?? '', actions } satisfies Kept,
      silent: p.priority <= 2,
      requireInteraction: p.priority >= 5,
      ...(p.at > 0 && { timestamp: p.at }),
      ...(actions.length > 0 && { actions: actions.map((a, i) => ({ action: String(i), title: a.label })) }),
    },
  };
}

/** What is to be done when it is pressed: send a request, or open an address. */
export function pressed(kept: Kept | undefined, action: string, home: string): { post: string } | { open: string } {
  const button = action === '' ? undefined : kept?.actions[Number(action)];
  const page = kept?.url || home;
  if (button?.method === 'POST') return { post: button.url };
  return { open: button?.url ?? page };
}
