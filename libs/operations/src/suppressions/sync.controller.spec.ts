import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '#libs/telemetry';
import type { SyncStep } from './suppression-sync.service.ts';
import { SuppressionSyncController } from './sync.controller.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** A connection without traffic for this long is closed. */
const SILENCE_MS = 2_000;

/** Waits between its two pages; fails if it does not wait. */
async function* syncing(waitMs: number): AsyncGenerator<SyncStep> {
  yield { provider: 'sendgrid', list: 'bounces', read: 2, published: 1 };
  await delay(waitMs);
  if (waitMs === 0) throw new Error('of the postgres at ada@inbox.test');
  yield { provider: 'sendgrid', list: 'unsubscribes', read: 1, published: 0 };
}

describe('importing the providers’ lists', () => {
  let app: FastifyInstance;
  afterEach(() => app.close());

  async function reported(waitMs: number): Promise<string> {
    app = new FastifyAdapter({ connectionTimeout: SILENCE_MS }).getInstance();
    const controller = new SuppressionSyncController({ run: () => syncing(waitMs) }, createLogger('test', 'silent'));
    app.post('/sync', (_request, reply) => {
      controller.run(reply);
      return reply;
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return (await fetch(`${url}/sync`, { method: 'POST' })).text();
  }

  it('keeps its connection while a provider makes it wait longer than an idle connection is kept', async () => {
    const lines = (await reported(2 * SILENCE_MS)).split('\n').filter((line) => line !== '');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { provider: 'sendgrid', list: 'bounces', read: 2, published: 1 },
      { provider: 'sendgrid', list: 'unsubscribes', read: 1, published: 0 },
      { done: true },
    ]);
  }, 15_000);

  it('says in its last line that it failed, without details that only the log may contain', async () => {
    const last = (await reported(0)).trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ done: false, error: { code: 'MSG_INTERNAL' } });
    expect(last).not.toContain('ada@');
  });
});
