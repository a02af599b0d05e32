import { holdKey, type ProviderChanged } from '#libs/contracts';
import { deliveryHooks } from '#libs/delivery';
import { deliveryMigrations } from '#libs/delivery-tables';
import { bootService, type HealthReport, type RestoreState, type RunningService } from '#libs/runtime';
import {
  anEmailRequest,
  aTopicPrefix,
  type Collected,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
} from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emailSchema } from '../apps/email/src/email.config.ts';
import { EmailModule } from '../apps/email/src/email.module.ts';
import { retryService } from '../apps/retry/src/retry.definition.ts';
import type { Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { apiKey, publicKey, running } from '../apps/sandbox/test/running.ts';
import { RestorableDatabases } from './fixtures/restorable-databases.ts';
import { suppress } from './fixtures/suppressing.ts';
import { freePorts } from './setup/free-ports.ts';

const names = ['email', 'retry'] as const;
type Name = (typeof names)[number];

const token = 'a-token-for-these-tests';
const hashKey = 'a-key-for-these-tests-of-32-bytes';
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('A database that was restored from a backup of some messages ago', () => {
  const prefix = aTopicPrefix();
  const kafka = new KafkaTestClient();
  const databases = new RestorableDatabases(names);
  /** Every request since the backup, as upstream might publish it again. */
  const since: { key: string; value: object }[] = [];
  let sandbox: Sandbox;
  let internalUrls = { email: '', retry: '' };
  let facts: Collected;
  let suppressions: Collected;
  let services: Partial<Record<Name, RunningService>> = {};

  const common = {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'error',
    KAFKA_BROKERS: kafkaBrokers(),
    KAFKA_TOPIC_PREFIX: prefix,
    INTERNAL_TOKEN: token,
  };
  const start = async () => {
    const [emailPort, retryPort] = await freePorts(2);
    internalUrls = { email: `http://127.0.0.1:${emailPort}`, retry: `http://127.0.0.1:${retryPort}` };
    const [email, retry] = await Promise.all([
      bootService(
        {
          name: 'email',
          schema: emailSchema,
          migrations: deliveryMigrations,
          module: EmailModule,
          ...deliveryHooks('email'),
        },
        {
          ...common,
          DATABASE_URL: databases.url('email'),
          INTERNAL_PORT: emailPort!,
          EMAIL_FROM: 'Shop <no-reply@messaging.test>',
          RECIPIENT_HASH_KEY: hashKey,
          PUBLIC_URL: 'http://127.0.0.1:1',
          SENDGRID_API_KEY: apiKey,
          SENDGRID_BASE_URL: sandbox.url,
          SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
        },
      ),
      bootService(retryService, {
        ...common,
        DATABASE_URL: databases.url('retry'),
        INTERNAL_PORT: retryPort!,
        RETRY_POLL_MS: '50',
      }),
    ]);
    services = { email, retry };
  };
  const stop = async () => {
    await Promise.all(Object.values(services).map((service) => service.stop()));
    services = {};
  };
  const ready = () =>
    Promise.all(
      names.map((name) =>
        eventually(async () => (await health(name)).status === 'ok', { timeoutMs: 60_000, what: `${name} to work` }),
      ),
    );
  const health = async (name: Name) =>
    (await services[name]!.app.inject({ url: '/health/ready' })).json<HealthReport>();
  const operate = async <T>(name: Name, method: 'GET' | 'POST', path: string, body?: object) => {
    const answer = await fetch(`${internalUrls[name]}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path} of ${name}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };

  const publish = async (messageIds: readonly string[], more: Parameters<typeof anEmailRequest>[0] = {}) => {
    const records = messageIds.map((messageId) => ({ key: messageId, value: anEmailRequest({ ...more, messageId }) }));
    since.push(...records);
    await kafka.produce(`${prefix}email.requested`, ...records);
  };
  const reported = (messageId: string, status: string) =>
    facts.until(
      1,
      (record) => {
        const fact = record.json<{ messageId: string; status: string }>();
        return fact.messageId === messageId && fact.status === status;
      },
      { timeoutMs: 60_000 },
    );
  const calls = async (messageId: string) => {
    const answer = await fetch(
      `${sandbox.url}/_sandbox/messages?${new URLSearchParams({ reference: messageId }).toString()}`,
    );
    return ((await answer.json()) as { total: number }).total;
  };
  const series = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);

  const lifted: ProviderChanged = {
    eventId: 'lifted-since',
    channel: 'email',
    provider: 'resend',
    account: 'not in use here',
    scope: 'all',
    holdId: 'h-since',
    seq: 7,
    state: 'lifted',
    forMs: 0,
    kind: 'throttled',
    code: '429',
    meaning: 'Too many calls.',
    at: inMs(0),
  };
  const knownHold = "SELECT count(*) FROM retry.hold WHERE hold_id = 'h-since' AND seq = 7";
  const direct = series('direct', 30);
  const byRetry = series('by-retry', 10);
  const all = [...direct, ...byRetry];

  beforeAll(async () => {
    await databases.create();
    sandbox = await running();
    await provisionTopics(prefix);
    facts = await kafka.collect(`${prefix}status.changed`);
    suppressions = await kafka.collect(`${prefix}suppression.changed`);
    await start();
    await ready();
    await publish(series('before', 5));
    // Planned in the backup, and long gone since.
    await publish(['planned-before'], { sendAt: inMs(8_000) });
    await publish(['cancelled-since'], { sendAt: inMs(3_600_000) });
    for (const messageId of series('before', 5)) await reported(messageId, 'sent');
    for (const messageId of ['planned-before', 'cancelled-since']) await reported(messageId, 'scheduled');
    await eventually(async () => (await databases.count('retry', 'SELECT count(*) FROM retry.schedule')) === 2);
    await stop();
    await databases.backUp();

    await start();
    await ready();
    await publish(direct);
    await publish(byRetry, { sendAt: inMs(1_000) });
    await publish(['planned-since'], { sendAt: inMs(3_600_000) });
    await kafka.produce(`${prefix}cancel.requested`, {
      key: 'cancelled-since',
      value: { messageId: 'cancelled-since', channel: 'email' },
    });
    // What retry knows of providers comes by this topic alone.
    await kafka.produce(`${prefix}provider.changed`, { key: holdKey(lifted), value: lifted });
    await suppress(kafka, prefix, { channel: 'email', address: 'blocked@inbox.test', hashKey });
    for (const messageId of [...all, 'planned-before']) await reported(messageId, 'sent');
    await reported('cancelled-since', 'cancelled');
    await reported('planned-since', 'scheduled');
    await eventually(async () => (await databases.count('email', 'SELECT count(*) FROM email.suppression')) === 1);
    await eventually(async () => (await databases.count('retry', knownHold)) === 1);
    await stop();
  }, 120_000);

  afterAll(async () => {
    await stop();
    await kafka.close();
    await sandbox?.close();
    await databases.drop();
  }, 60_000);

  it.each([
    ['of the channel alone', ['email']],
    ['of retry alone', ['retry']],
    ['of both', ['email', 'retry']],
  ] as const)(
    '%s pauses its service, and after the lift nothing goes twice',
    async (round, restored) => {
      const run = restored.join('-');
      for (const name of restored) await databases.restore(name);
      await start();
      for (const name of restored) {
        await eventually(async () => (await operate<RestoreState>(name, 'GET', 'restore')).state === 'waiting', {
          timeoutMs: 60_000,
          what: `${name} to wait`,
        });
        const { status, checks } = await health(name);
        expect({ status, restored: checks['restored'] }).toMatchObject({
          status: 'degraded',
          restored: { status: 'degraded', remedy: expect.stringContaining('messaging restore lift') },
        });
      }
      // Upstream repeats everything, and asks for something new, also for somebody who is suppressed since.
      await kafka.produce(`${prefix}email.requested`, ...since);
      const fresh = `new-${run}`;
      await publish([fresh]);
      await publish([`blocked-${run}`], { to: [{ email: 'blocked@inbox.test' }] });
      if (restored.some((name) => name === 'email')) {
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        expect(await calls(fresh)).toBe(0);
      }
      for (const name of restored) {
        const { state } = await operate<RestoreState>(name, 'POST', 'restore/lift', { by: 'a test' });
        expect([round, name, state]).toEqual([round, name, 'working']);
      }
      await ready();
      await reported(fresh, 'sent');
      await reported(`blocked-${run}`, 'suppressed');
      await eventually(
        async () =>
          (await databases.count(
            'retry',
            `SELECT count(*) FROM retry.schedule WHERE state IN ('pending', 'releasing', 'published')
              AND due_at < now() + interval '1 minute'`,
          )) === 0,
        { timeoutMs: 30_000, what: 'everything that is due to be answered' },
      );
      const sent = await Promise.all([...all, 'planned-before'].map(async (id) => [id, await calls(id)] as const));
      expect(sent.filter(([, times]) => times !== 1)).toEqual([]);
      expect([await calls('cancelled-since'), await calls('planned-since')]).toEqual([0, 0]);
      expect(await databases.count('retry', knownHold)).toBe(1);
      // The operator’s job is known as done, and was not done once more.
      expect(await databases.count('email', `SELECT count(*) FROM email.operation_job WHERE state = 'done'`)).toBe(1);
      expect(suppressions.records).toHaveLength(1);
      // What waits still waits, and what was cancelled does not.
      expect(await databases.count('retry', `SELECT count(*) FROM retry.schedule WHERE state = 'pending'`)).toBe(1);
      await stop();
    },
    120_000,
  );
});
