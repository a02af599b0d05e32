import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  method: string;
  /** With the query. */
  path: string;
  authorization: string | undefined;
  body: unknown;
}

/** What it answers: 200 with this body, or another status. Undefined: nothing at all. */
type Answer = (asked: Asked) => object | { status: number; body: unknown } | undefined;

export const INTERNAL_TOKEN = 'a-token-of-internal-ports';

/** Stands for the internal ports of email, sms and retry: a real HTTP server. */
export class InternalPort {
  readonly asked: Asked[] = [];
  private readonly server: Server;
  private port = 0;

  constructor(public answer: Answer) {
    this.server = createServer((request, response) => {
      void this.takeIn(request).then((asked) => {
        const answer = this.answer(asked);
        if (answer === undefined) return;
        const refused = answer as { status?: unknown; body?: unknown };
        const status = typeof refused.status === 'number' ? refused.status : 200;
        const body = status === 200 ? answer : refused.body;
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** By which reporting finds it; read when reporting starts. */
  readonly settings = (more: Record<string, string> = {}): Record<string, string> => ({
    INTERNAL_TOKEN,
    EMAIL_INTERNAL_URL: this.url,
    SMS_INTERNAL_URL: this.url,
    RETRY_INTERNAL_URL: this.url,
    INTERNAL_TIMEOUT_MS: '1000',
    ...more,
  });

  private async takeIn(request: IncomingMessage): Promise<Asked> {
    const { method = '', url: path = '', headers } = request;
    const sent = await text(request);
    const body = sent === '' ? undefined : (JSON.parse(sent) as unknown);
    const asked = { method, path, authorization: headers.authorization, body };
    this.asked.push(asked);
    return asked;
  }
}
