/// <reference lib="webworker" />
// One stream of changes for every open page of this browser: a browser opens six
// connections to a host, and each stream holds one for good.

const pages = new Set<MessagePort>();
let source: EventSource | undefined;
let last = '';

function tell(message: unknown) {
  for (const page of pages) page.postMessage(message);
}

function open() {
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource('/api/live' + (last ? `?last_event_id=${encodeURIComponent(last)}` : ''));
  for (const name of ['ready', 'change', 'reset']) {
    source.addEventListener(name, (e: MessageEvent<string>) => {
      last = e.lastEventId;
      tell({ name, data: JSON.parse(e.data) });
    });
  }
  source.onerror = () => tell({ name: source?.readyState === EventSource.CLOSED ? 'refused' : 'broken' });
}

function close() {
  source?.close();
  source = undefined;
  last = '';
}

(self as unknown as SharedWorkerGlobalScope).onconnect = (e) => {
  const page = e.ports[0]!;
  pages.add(page);
  page.onmessage = (m: MessageEvent<string>) => {
    if (m.data === 'open') open();
    if (m.data === 'restart') {
      close();
      open();
    }
    if (m.data === 'leave') {
      pages.delete(page);
      if (pages.size === 0) close();
    }
  };
};
