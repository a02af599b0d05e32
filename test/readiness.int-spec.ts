import { topics } from '#libs/contracts';
import { deliveryHooks } from '#libs/delivery';
import { migrate } from '#libs/persistence';
import { bootService, type HealthReport, LOGGER, type RunningService } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { aDatabase, aTopicPrefix, eventually, kafkaBrokers, provisionTopics, type TestDatabase } from '#libs/testing';
import { deliveryMigrations } from '#libs/delivery-tables';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { emailSchema } from '../apps/email/src/email.config.ts';
import { EmailModule } from '../apps/email/src/email.module.ts';
import type { Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { apiKey, publicKey, running } from '../apps/sandbox/test/running.ts';

const attention = 'a provider needs attention; npm run doctor says more';

const used = [
  topics.emailRequested,
  topics.emailDue,
  topics.statusChanged,
  topics.sendPlanned,
  topics.cancelRequested,
  topics.suppressionChanged,
  topics.parkedChanged,
  topics.receiptMissing,
  topics.controlChanged,
  topics.operationRequested,
  topics.operationChanged,
  topics.unreadable,
];

describe('a service at its start', () => {
  const prefix = aTopicPrefix();
  let database: TestDatabase;
  let sandbox: Sandbox;
  let service: RunningService | undefined;
  let warnings: Record<string, unknown>[];

  beforeAll(async () => {
    database = await aDatabase();
    sandbox = await running({ SANDBOX_RESEND_API_KEY: 're_secret', SANDBOX_RESEND_WEBHOOK_SECRET: 'whsec_c2VjcmV0' });
    await provisionTopics(prefix, used, 1);
  });
  afterEach(() => service?.stop());
  afterAll(async () => {
    await sandbox.close();
    await database.drop();
  });

  /** The email service as it ships, and what it warns of. */
  const start = async (more: Record<string, string> = {}) => {
    const env = {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      METRICS_PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: prefix,
      EMAIL_FROM: 'Shop <no-reply@messaging.test>',
      RECIPIENT_HASH_KEY: 'a-key-for-these-tests-of-32-bytes',
      PUBLIC_URL: 'http://127.0.0.1:1',
      INTERNAL_TOKEN: 'a-token-for-these-tests',
      SENDGRID_API_KEY: apiKey,
      SENDGRID_BASE_URL: sandbox.url,
      SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
      RESEND_API_KEY: 're_secret',
      RESEND_BASE_URL: sandbox.url,
      RESEND_WEBHOOK_SECRET: 'whsec_c2VjcmV0',
      ...more,
    };
    const beforeConsuming = (app: RunningService['app']) => {
      const logger = app.get<Logger>(LOGGER);
      // Kafka’s own troubles of its first moments are another matter.
      logger.warn = (...[fields, message]: unknown[]) => {
        if (message === attention) warnings.push({ ...(fields as object) });
      };
      return Promise.resolve();
    };
    warnings = [];
    service = await bootService(
      {
        name: 'email',
        schema: emailSchema,
        migrations: deliveryMigrations,
        module: EmailModule,
        beforeConsuming,
        onAssigned: deliveryHooks('email').onAssigned,
      },
      env,
    );
    return service;
  };
  const withAccount = (change: unknown) =>
    fetch(`${sandbox.url}/_sandbox/account`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
  const ask = async (path: string) => {
    const { statusCode, payload } = await service!.app.inject({ url: `/health/${path}` });
    return { code: statusCode, report: JSON.parse(payload) as HealthReport };
  };

  it('warns of a refused key and of what is missing at another provider, shows both, and is ready', async () => {
    await withAccount({ sendgrid: { keyRevoked: true }, clockSkewSeconds: 120 });
    await (
      await start()
    ).ready;
    await eventually(() => warnings.length >= 2, { what: 'the warnings' });
    const refused = {
      meaning: 'SendGrid: the key is refused (401): it is wrong, revoked, or of another region.',
      remedy: expect.stringContaining('set SENDGRID_API_KEY to it'),
    };
    expect(warnings).toEqual([
      { check: 'provider:sendgrid', seen: refused.meaning, remedy: refused.remedy },
      {
        check: 'provider:resend',
        finding: 'resend.clock',
        seen: expect.stringMatching(/^our clock is 1(19|20|21) s behind theirs$/),
        remedy: expect.stringContaining('NTP'),
      },
    ]);
    await eventually(async () => (await ask('ready')).code === 200, { what: 'readiness' });
    const { code, report } = await ask('ready');
    expect(code).toBe(200);
    expect(report).toEqual({
      status: 'degraded',
      checks: {
        postgres: { status: 'ok' },
        kafka: { status: 'ok' },
        'provider:sendgrid': { status: 'refused', ...refused },
        'provider:resend': {
          status: 'ok',
          warnings: [expect.objectContaining({ id: 'resend.clock', state: 'warn' })],
        },
        'consumer-restarts': { status: 'ok' },
        handovers: { status: 'ok' },
        holds: { status: 'ok' },
        circuits: { status: 'ok' },
        backlog: { status: 'ok' },
        paused: { status: 'ok' },
        receipts: { status: 'ok' },
        'suppression-lists': { status: 'ok' },
        jobs: { status: 'ok' },
        'undecodable-batches': { status: 'ok' },
        'unreadable-partitions': { status: 'ok' },
      },
    });
    for (const secret of [apiKey, 're_secret']) expect(JSON.stringify([report, warnings])).not.toContain(secret);
  });

  it('told not to bring its tables waits for them, and is ready once a job has', async () => {
    await withAccount({ sendgrid: { keyRevoked: false }, clockSkewSeconds: 0 });
    // A Kafka of its own: beside one that was read, an empty database counts as a lost one.
    const unread = aTopicPrefix();
    await provisionTopics(unread, used, 1);
    const empty = await aDatabase();
    try {
      const { ready } = await start({
        DATABASE_URL: empty.url,
        DATABASE_MIGRATE: 'false',
        KAFKA_TOPIC_PREFIX: unread,
      });
      const { code, report } = await ask('ready');
      expect(code).toBe(503);
      expect(report.checks['postgres']).toEqual({
        status: 'down',
        meaning: 'The service’s schema is not up to date yet.',
      });
      await migrate(empty.pool(), 'email', deliveryMigrations);
      await ready;
      await eventually(async () => (await ask('ready')).code === 200, { what: 'readiness' });
    } finally {
      await service?.stop();
      service = undefined;
      await empty.drop();
    }
  });

  it('is live and not ready while PostgreSQL and Kafka cannot be reached', async () => {
    await withAccount({ sendgrid: { keyRevoked: false }, clockSkewSeconds: 0 });
    await start({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing', KAFKA_BROKERS: '127.0.0.1:1' });
    expect((await ask('live')).code).toBe(200);
    const { code, report } = await ask('ready');
    expect(code).toBe(503);
    expect(report).toMatchObject({
      status: 'down',
      checks: { postgres: { status: 'down' }, kafka: { status: 'down' }, 'provider:sendgrid': { status: 'ok' } },
    });
    expect(warnings).toEqual([]);
  });
});
