import { randomBytes } from 'node:crypto';
import { InfrastructureDown, RecordRefused } from '#libs/contracts';
import { OtherEvents, SuppressionsService } from '#libs/delivery';
import { createHttpAdapter, loadConfig, serviceSettings } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import type { Outgoing } from '#libs/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { UnsubscribeTokens } from '../src/unsubscribe/token.policy.ts';
import { UnsubscribeController } from '../src/unsubscribe/unsubscribe.controller.ts';
import { UnsubscribeService } from '../src/unsubscribe/unsubscribe.service.ts';

const tokens = new UnsubscribeTokens([randomBytes(32).toString('hex')]);
const recipient = 'ab'.repeat(16);
const token = tokens.seal({ tenant: 'acme', messageId: 'm-1', recipient, scope: 'topic:offers' });

describe('the unsubscribe page', () => {
  let app: NestFastifyApplication;
  let url: string;
  let published: Outgoing[];
  let kafkaIsDown: boolean;
  let refused: string | undefined;

  const publisher = {
    publish: (record: Outgoing) => {
      if (kafkaIsDown) return Promise.reject(new InfrastructureDown('kafka', 'publish'));
      if (record.topic.name === refused) return Promise.reject(new RecordRefused(refused));
      published.push(record);
      return Promise.resolve();
    },
  };
  const post = (of: string, type = 'application/x-www-form-urlencoded', body = 'List-Unsubscribe=One-Click') =>
    fetch(`${url}/unsubscribe/${of}`, { method: 'POST', headers: { 'content-type': type }, body });

  beforeAll(async () => {
    const service = {
      provide: UnsubscribeService,
      useValue: new UnsubscribeService(
        publisher,
        new SuppressionsService(publisher),
        new OtherEvents(publisher, createLogger('test', 'silent')),
      ),
    };
    const module = await Test.createTestingModule({
      controllers: [UnsubscribeController],
      providers: [service, { provide: UnsubscribeTokens, useValue: tokens }],
    }).compile();
    const adapter = createHttpAdapter({ limits: loadConfig(z.object(serviceSettings(1, 2)), {}) });
    app = await module.createNestApplication<NestFastifyApplication>(adapter, { rawBody: true, logger: false }).init();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    published = [];
    kafkaIsDown = false;
    refused = undefined;
  });

  it.each(['suppression.changed', 'status.changed'])(
    'keeps the request for a person where %s accepts no record of it, and responds with 2xx',
    async (topic) => {
      refused = topic;
      const answer = await post(token);
      expect(answer.status).toBe(202);
      expect(await answer.text()).toContain('a person will carry it out');
      const kept = published.find((record) => record.topic.name === 'unreadable');
      expect(JSON.parse((kept!.value as Buffer).toString())).toEqual({
        tenant: 'acme',
        messageId: 'm-1',
        recipient,
        scope: 'topic:offers',
      });
      expect(kept!.headers).toMatchObject({ 'x-error-code': 'MSG_UNUSABLE_EVENT', 'x-event-type': 'one-click' });
      // The other of the two records was published.
      expect(published).toHaveLength(2);
    },
  );

  it('is a plain page with a button; opening it unsubscribes nobody', async () => {
    for (const method of ['GET', 'HEAD']) {
      const page = await fetch(`${url}/unsubscribe/${token}`, { method });
      expect(page.status).toBe(200);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      const html = await page.text();
      if (method === 'GET') expect(html).toMatch(/<form method="post">.*<button>/);
      expect(html).not.toMatch(/<script|<img|https?:/);
    }
    expect(published).toEqual([]);
  });

  it.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ],
  ])(
    'handles the one click of a mail program as %s: a fact about the message, and a suppression',
    async (type, body) => {
      expect((await post(token, type, body)).status).toBe(200);
      const [suppression, fact] = published;
      expect(suppression).toMatchObject({
        topic: { name: 'suppression.changed' },
        key: `email:${recipient}:topic:offers:acme`,
        value: {
          channel: 'email',
          recipient,
          scope: 'topic:offers',
          reason: 'unsubscribe',
          tenant: 'acme',
          source: 'one-click',
        },
      });
      expect(fact).toMatchObject({
        topic: { name: 'status.changed' },
        key: 'm-1',
        value: {
          messageId: 'm-1',
          tenant: 'acme',
          channel: 'email',
          status: 'unsubscribed',
          final: false,
          source: 'receipt',
          recipient: { hash: recipient },
        },
      });
    },
  );

  it('may be called twice: the same facts under the same ids', async () => {
    await post(token);
    await post(token);
    const ids = published.map(({ topic, value }) => `${topic.name} ${(value as { eventId: string }).eventId}`);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  });

  it('asks to come again while Kafka is down, and publishes nothing', async () => {
    kafkaIsDown = true;
    const answer = await post(token);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    expect(published).toEqual([]);
  });

  it.each([
    '/',
    '.',
    '>',
    ')',
    ',',
    '%3E',
    '%29.',
    '/>',
    '/).',
    '>%20',
    '?utm_source=mail',
    '%22',
    ';',
    '!',
    '…',
    '_',
    '**',
    '/index.html',
  ])('accepts a link with %s after it, as mail programs and people pass it on: to open and to click', async (more) => {
    const page = await fetch(`${url}/unsubscribe/${token}${more}`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<form method="post">')]);
    expect(published).toEqual([]);
    expect((await post(`${token}${more}`)).status).toBe(200);
    expect(published.map(({ topic }) => topic.name)).toEqual(['suppression.changed', 'status.changed']);
  });

  it('knows no link that was not made here, and shows nothing more', async () => {
    for (const other of [
      'x',
      token.slice(0, -1),
      `${token}A`,
      new UnsubscribeTokens(['another key of 32 characters …']).seal({
        tenant: 'a',
        messageId: 'b',
        recipient: 'c',
        scope: 'd',
      }),
    ]) {
      expect((await fetch(`${url}/unsubscribe/${other}`)).status).toBe(404);
      expect((await post(other)).status).toBe(404);
    }
    expect(published).toEqual([]);
  });
});
