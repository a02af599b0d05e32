import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LookupRequest, ProviderCall, SendResult } from '#libs/providers';
import { anEmailRequest } from '#libs/testing';
import type { EmailMessage } from '../src/email-message.ts';
import { ResendAdapter } from '../src/providers/resend/send/resend.adapter.ts';

export interface Mail {
  from: string;
  to: string[];
  subject: string;
  tags: { name: string; value: string }[];
  headers: Record<string, string>;
  attachments?: Record<string, string>[];
  template?: unknown;
  html?: string;
}

export interface ResendRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  key: string | undefined;
  text: string;
  /** The e-mails in the request: one, or those of a batch. */
  mails: Mail[];
}

/** `drop`: the connection ends without a response. */
export type ResendAnswer = { status: number; headers?: Record<string, string>; body?: unknown } | 'drop';

export const aCall = (
  email: string,
  overrides: Partial<EmailMessage> = {},
  mayStillSend = () => true,
): ProviderCall<EmailMessage> => {
  const request = anEmailRequest({ to: [{ email }] });
  return {
    message: { ...request, from: { email: 'no-reply@messaging.test' }, ...overrides },
    reference: {
      messageId: overrides.messageId ?? request.messageId,
      tenant: 'default',
      lane: 'bulk',
      hop: 1,
      attempt: 1,
      callId: `call-${email.split('@')[0]}`,
      traceparent: '00-a-b-01',
    },
    mayStillSend,
  };
};
/** Repeats the call, as its result describes it. */
export const lost = (
  { message, reference }: ProviderCall<EmailMessage>,
  result?: SendResult,
): LookupRequest<EmailMessage> => {
  const replay = !result || result.sent ? undefined : result.replay;
  return {
    message,
    callId: reference.callId,
    since: Date.now() - 60_000,
    repeat: replay && { reference, replay, lostAt: Date.now(), mayStillSend: () => true },
  };
};
export const refused = (status: number, name: string, headers: Record<string, string> = {}): ResendAnswer => ({
  status,
  headers,
  body: { statusCode: status, name, message: 'about ada@inbox.test' },
});
export const taken: ResendAnswer = { status: 200, body: { id: 'id-1' } };

/** A server in place of Resend that records its requests, and an adapter that uses it. */
export class ResendServer {
  asked: ResendRequest[] = [];
  private server: Server | undefined;
  private adapter: ResendAdapter | undefined;

  /** @param answer the response to each request */
  async start(answer: (request: ResendRequest) => ResendAnswer): Promise<ResendAdapter> {
    this.asked = [];
    this.server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const parsed = text === '' ? [] : (JSON.parse(text) as Mail | Mail[]);
      const one: ResendRequest = {
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        key: request.headers['idempotency-key'] as string | undefined,
        text,
        mails: [parsed].flat(),
      };
      this.asked.push(one);
      const given = answer(one);
      if (given === 'drop') return void request.socket.destroy();
      response
        .writeHead(given.status, given.headers)
        .end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body ?? {}));
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    const port = (this.server.address() as AddressInfo).port;
    this.adapter = new ResendAdapter({
      RESEND_API_KEY: 're_secret',
      RESEND_BASE_URL: `http://127.0.0.1:${port}`,
      RESEND_TIMEOUT_MS: 5_000,
      RESEND_CONNECTIONS: 4,
    });
    return this.adapter;
  }

  async stop(): Promise<void> {
    await this.adapter?.onApplicationShutdown();
    this.server?.closeAllConnections();
    this.server?.close();
  }
}

export const accept = ({ path, mails }: ResendRequest): ResendAnswer =>
  path === '/emails'
    ? taken
    : { status: 200, body: { data: mails.map(({ to }) => ({ id: `id-${to[0]}` })), errors: [] } };
