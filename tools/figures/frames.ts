import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { Gathering } from '#libs/batching';
import { EmailRequested, topics } from '#libs/contracts';
import { ChannelPort, ConfiguredProviders, DeliveryModule, deliverySettings } from '#libs/delivery';
import type { Pool } from '#libs/persistence';
import { Health, Jobs, recipientHashSettings, RestoreGuard, RuntimeModule } from '#libs/runtime';
import { contextFrom, createLogger } from '#libs/telemetry';
import {
  createKafka,
  HeldTopics,
  type IncomingRecord,
  kafkaSettings,
  type Publisher,
  ReadRecord,
} from '#libs/transport';
import type { Templates } from '#libs/templates';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import { EmailChannel } from '../../apps/email/src/email-channel.ts';
import { EmailConsumer } from '../../apps/email/src/email.consumer.ts';
import { ResendAdapter } from '../../apps/email/src/providers/resend/send/resend.adapter.ts';

const root = join(import.meta.dirname, '..', '..');

/** A function of ours on the stack. */
export interface Frame {
  /** Such as `DeliveryService.dispatch`; `an arrow function` where it has no name. */
  name: string;
  /** From the repository’s root. */
  file: string;
}

/**
 * Sends one e-mail through the real consumer, delivery and adapter, and reads the stack at the moment the HTTP client
 * is given the request. PostgreSQL and Kafka are answered for; the provider is a server on this machine.
 * @returns our own functions from the consumer to the call, in the order of the calls. V8’s asynchronous stack holds
 * what waits: a function that only hands a promise on is missing from it, and so is one whose call is over. Those that
 * bring the message to the first batch that it waits in are taken from the stack there.
 * @throws Error when the message never reached the provider
 */
export async function framesToProvider(): Promise<Frame[]> {
  const provider = await startProvider();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  const stacks: Record<'start' | 'call', Frame[]> = { start: [], call: [] };
  const onCall = () => void (stacks.call = ownFrames());
  subscribe('undici:request:create', onCall);
  const adapter = new ResendAdapter({
    RESEND_API_KEY: 're_figures',
    RESEND_BASE_URL: provider.url,
    RESEND_TIMEOUT_MS: 10_000,
    RESEND_CONNECTIONS: 1,
  });
  try {
    watchGathering(() => void (stacks.start.length === 0 && (stacks.start = ownFrames())));
    const app = await startDelivery(answeringPool(), adapter);
    await sendOne(app.get(EmailConsumer));
    await app.close();
  } finally {
    Error.stackTraceLimit = limit;
    unsubscribe('undici:request:create', onCall);
    await adapter.onApplicationShutdown();
    provider.stop();
  }
  if (stacks.call.length === 0) throw new Error('the message never reached the provider: no call was made');
  return [...stacks.start, ...stacks.call];
}

/** @param onAdd called whenever something begins to wait in a batch */
function watchGathering(onAdd: () => void): void {
  const add = Reflect.get(Gathering.prototype, 'add') as (this: Gathering<unknown>, item: unknown) => void;
  Gathering.prototype.add = function (this: Gathering<unknown>, item: unknown): void {
    onAdd();
    add.call(this, item);
  };
}

/**
 * The functions of apps and libs on the current stack, the outermost first, as V8 gives them: a test runner maps a
 * stack by its source maps to other names.
 */
function ownFrames(): Frame[] {
  const usual = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_, sites) => sites.map(String);
  const sites = new Error().stack as unknown as string[];
  if (usual) Object.defineProperty(Error, 'prepareStackTrace', usual);
  else Reflect.deleteProperty(Error, 'prepareStackTrace');
  return sites
    .flatMap((site) => {
      const [, named, where] = /^(?:async )?(?:(.*) \()?(?:file:\/\/)?(\/.*?):\d+:\d+\)?$/.exec(site) ?? [];
      const file = where && relative(root, where);
      if (!file || !/^(apps|libs)\//.test(file)) return [];
      return [{ name: named?.replace(/ \[as .*\]$/, '') ?? 'an arrow function', file }];
    })
    .toReversed();
}

/** PostgreSQL as far as one claim and its settlement need it: one period for all days, and every claim is won. */
function answeringPool(): Pool {
  const query = (asked: unknown) => Promise.resolve({ rows: typeof asked === 'string' ? [onePeriod] : [] });
  const client = { query, release: () => undefined, on: () => client, off: () => client };
  return { query, connect: () => Promise.resolve(client) } as unknown as Pool;
}

const onePeriod = { bounds: `FOR VALUES FROM ('2000-01-01') TO ('9999-12-31')` };

/** The delivery of e-mails as the service wires it, with what stands outside of it answered for. */
async function startDelivery(pool: Pool, adapter: ResendAdapter): Promise<INestApplicationContext> {
  const config = { ...settings.parse({ RECIPIENT_HASH_KEY: 'a-key-for-the-figures-only-of-32' }) };
  const logger = createLogger('figures', 'silent');
  const stopping = new AbortController().signal;
  const kafka = createKafka(config, 'figures', logger);
  const core = {
    name: 'email',
    config,
    logger,
    kafka,
    publisher: {
      publishAll: (records: readonly unknown[]) => Promise.resolve(records.map(() => undefined)),
    } as unknown as Publisher,
    pool,
    health: new Health(),
    jobs: new Jobs({ logger, stopping }),
    held: new HeldTopics(),
    restore: new RestoreGuard({ service: 'email', config, logger, kafka, pool, stopping }),
    stopping,
  };
  const providers = {
    adapters: [adapter],
    callTimeoutMs: 10_000,
    rates: new Map(),
    accounts: new Map(),
    refusing5xx: new Set(),
    receipts: new Map(),
    webhooks: new Map(),
  };
  const sender = { email: 'figures@inbox.test' };
  const channel = new EmailChannel({ providers: [adapter], sender, templates: {} as Templates });
  const delivery = DeliveryModule.forChannel({
    channel: 'email',
    providers: [
      { provide: ConfiguredProviders, useValue: providers },
      { provide: ChannelPort, useValue: channel },
    ],
  });
  class Figures {}
  Module({ imports: [RuntimeModule.of(core), delivery], providers: [EmailConsumer] })(Figures);
  return NestFactory.createApplicationContext(Figures, { logger: false });
}

const settings = z.object({
  ...kafkaSettings,
  ...deliverySettings,
  ...recipientHashSettings,
});

async function sendOne(consumer: EmailConsumer): Promise<void> {
  const json = { messageId: 'figures-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'Hello' };
  const record: IncomingRecord = {
    topic: topics.emailRequested,
    topicName: 'messaging.email.requested',
    lane: 'transactional',
    partition: 0,
    offset: 0,
    key: null,
    value: Buffer.from(JSON.stringify(json)),
    headers: {},
    timestamp: Date.now(),
    bytes: 1_000,
  };
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => (error ? reject(error) : resolve());
    consumer.onRequested([
      new ReadRecord(record, { json, value: EmailRequested.parse(json) }, contextFrom({}), { done }),
    ]);
  });
}

/** Takes any e-mail. */
async function startProvider(): Promise<{ url: string; stop: () => void }> {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: 'figures' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close().closeAllConnections(),
  };
}
