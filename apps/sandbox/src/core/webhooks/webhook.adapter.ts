import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, request } from 'undici';

/** `connect`: no connection. `read`: the request was sent, but there was no response. */
export type WebhookResponse = { status: number } | { failure: 'connect' | 'read' };

const CONNECT_TIMEOUT_MS = 5_000;
const notConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Posts webhooks over one keep-alive pool. Never throws; follows no redirect, like the real providers. */
@Injectable()
export class WebhookAdapter implements OnApplicationShutdown {
  private readonly agent = new Agent({ connections: 64, allowH2: false, connect: { timeout: CONNECT_TIMEOUT_MS } });

  async post(url: string, headers: Record<string, string>, body: string, timeoutMs: number): Promise<WebhookResponse> {
    try {
      const answer = await request(url, {
        method: 'POST',
        headers,
        body,
        dispatcher: this.agent,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      await answer.body.dump();
      return { status: answer.statusCode };
    } catch (error) {
      const { code } = error as { code?: string };
      return { failure: code !== undefined && notConnected.has(code) ? 'connect' : 'read' };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }
}
