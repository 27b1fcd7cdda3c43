import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How late a request comes, and its answer after that, in milliseconds; Infinity for one that gets no answer. */
export type Late = (asked: IncomingMessage) => number;

/**
 * Of three requests one comes late, of three answers one, by up to `longest` milliseconds, so that they
 * overtake each other. The stream of changes is as quick as ever, and tells of what no answer has told of yet.
 */
export const byChance = (longest: number): Late => (asked) => (asked.url !== '/api/live' && Math.random() < 1 / 3 ? Math.random() * longest : 0);

/** What gets no answer: the connection ends, or, as behind a reverse proxy, somebody else says that. */
export type Unanswered = (asked: IncomingMessage, answer: ServerResponse) => void;
const ends: Unanswered = (asked) => void asked.socket.destroy();
export const badGateway: Unanswered = (_, answer) => void answer.writeHead(502, { 'Content-Type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>');

/** A slow network in front of a server. Returns its port, and how to end it. */
export async function slowNetwork(port: () => number, late: Late, unanswered = ends): Promise<{ port: number; end: () => void }> {
  const proxy = createServer((asked, answer) => {
    const wait = late(asked);
    if (wait === Infinity) return unanswered(asked, answer);
    setTimeout(() => {
      if (answer.destroyed) return; // the browser has given up what had not come yet
      const on = request({ port: port(), host: '127.0.0.1', method: asked.method, path: asked.url, headers: asked.headers, agent: false }, (answered) => {
        setTimeout(() => {
          answer.writeHead(answered.statusCode!, answered.statusMessage, answered.headers);
          answered.on('error', () => answer.destroy()).pipe(answer);
        }, late(asked));
      });
      on.on('error', () => (answer.headersSent ? answer.destroy() : unanswered(asked, answer)));
      answer.on('close', () => on.destroy());
      asked.pipe(on);
    }, wait);
  });
  await new Promise<void>((ok) => proxy.listen(0, '127.0.0.1', ok));
  return {
    port: (proxy.address() as AddressInfo).port,
    end: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}
