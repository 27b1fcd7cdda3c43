/** What a person changes by hand. (What takes long, as an import or a test of a channel, holds nothing of it up.) */
const records = /^\/api\/(calendars|event-templates|events|history|locations|people|projects|reminders|tags|todos|trash)(\/|$)/;

/** How much of a body a browser sees through when its page is gone (Fetch Standard, "keepalive"), in bytes. */
const most = 64 * 1024;

const waiting: ((leaving: boolean) => void)[] = [];
let busy = false;

/**
 * Sends changes of records in the order in which they were made, each when the one before it is
 * answered. Side by side the last might be carried out first: what was ticked off and on again would
 * end as done. Whoever leaves the page meanwhile loses none of them: the browser sees through what has
 * begun, and what still waits is sent at once.
 */
export function inOrder(request: Request, ask: (request: Request, init?: RequestInit) => Promise<Response>): Promise<Response> {
  if (request.method === 'GET' || !records.test(new URL(request.url).pathname)) return ask(request);
  const size = request.clone().blob().then((body) => body.size);
  return new Promise((answer, fail) => {
    const go = (leaving: boolean) => {
      const asked = leaving ? ask(request, { keepalive: true }) : size.then((bytes) => ask(request, { keepalive: bytes <= most }));
      void asked.then(answer, fail).finally(next);
    };
    if (busy) waiting.push(go);
    else {
      busy = true;
      go(false);
    }
  });
}

function next(): void {
  const go = waiting.shift();
  busy = go !== undefined;
  go?.(false);
}

if (typeof window !== 'undefined') {
  window.addEventListener('pagehide', () => {
    for (const go of waiting.splice(0)) go(true);
  });
}
