/// <reference lib="webworker" />
// One stream of changes for every open page of this browser: a browser opens six
// connections to a host, and each stream holds one for good.
import { Stream, type Order } from './stream';

const pages = new Set<MessagePort>();
const stream = new Stream((message) => {
  for (const page of pages) page.postMessage(message);
});

(self as unknown as SharedWorkerGlobalScope).onconnect = (e) => {
  const page = e.ports[0]!;
  pages.add(page);
  page.onmessage = (m: MessageEvent<Order>) => {
    if (m.data === 'restart') stream.restart();
    else if (m.data === 'leave') {
      pages.delete(page);
      if (pages.size === 0) stream.close();
    } else if (stream.open(m.data.open)) page.postMessage({ name: 'reset' });
  };
};
