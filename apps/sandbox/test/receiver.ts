import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Responds with 503 once to every request with one of these texts in its path or body; with 204 to all others. */
  failOnce: string[];
  close(): Promise<void>;
}

/** A web server for webhooks, such as a platform has. */
export async function aReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const failOnce: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      const body = Buffer.concat(chunks).toString();
      received.push({ url, headers, body });
      const failing = failOnce.findIndex((text) => url.includes(text) || body.includes(text));
      if (failing >= 0) failOnce.splice(failing, 1);
      response.writeHead(failing >= 0 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, received, failOnce, close };
}

/** Waits until a function returns a result; fails after five seconds. */
export async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 5_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error('it did not happen within five seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
