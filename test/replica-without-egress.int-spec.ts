import { deliveryHooks } from '#libs/delivery';
import { deliveryMigrations } from '#libs/delivery-tables';
import { bootService, type HealthReport, type RunningService } from '#libs/runtime';
import {
  aDatabase,
  anEmailRequest,
  aTopicPrefix,
  type Collected,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  type TestDatabase,
  withAdmin,
} from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emailSchema } from '../apps/email/src/email.config.ts';
import { EmailModule } from '../apps/email/src/email.module.ts';
import { retryService } from '../apps/retry/src/retry.definition.ts';
import type { Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { apiKey, listed, publicKey, running } from '../apps/sandbox/test/running.ts';
import { Gate } from './chaos/outage/gate.ts';

interface Fact {
  messageId: string;
  status: string;
  final: boolean;
}

describe('A replica whose calls reach no provider', () => {
  const prefix = aTopicPrefix();
  const kafka = new KafkaTestClient();
  const ids = Array.from({ length: 60 }, (_, index) => `egress-${index}`);
  let database: TestDatabase;
  let sandbox: Sandbox;
  let gate: Gate;
  let cutOff: RunningService;
  let well: RunningService;
  let retry: RunningService;
  let facts: Collected;
  let holds: Collected;

  const boot = async () => {
    const common = {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      METRICS_PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'error',
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: prefix,
      DATABASE_URL: database.url,
    };
    const anEmailService = (url: string) =>
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
          EMAIL_FROM: 'Shop <no-reply@messaging.test>',
          RECIPIENT_HASH_KEY: 'a-key-for-these-tests-of-32-bytes',
          PUBLIC_URL: 'http://127.0.0.1:1',
          SENDGRID_API_KEY: apiKey,
          SENDGRID_BASE_URL: url,
          SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
          BREAKER_CONSECUTIVE_FAILURES: '5',
          BREAKER_OPEN_MS: '500',
          BREAKER_MAX_OPEN_MS: '1000',
        },
      );
    retry = await bootService(retryService, { ...common, RETRY_POLL_MS: '50', RETRY_TRANSACTIONAL_CAP_MS: '1000' });
    cutOff = await anEmailService(gate.url);
    well = await anEmailService(sandbox.url);
  };
  const health = async (service: RunningService) =>
    (await service.app.inject({ url: '/health/ready' })).json<HealthReport>();
  const isShared = () =>
    withAdmin(async (admin) => {
      const { groups } = await admin.describeGroups([`${prefix}email`]);
      return groups[0]?.state === 'Stable' && groups[0].members.length === 2;
    });
  const sent = () =>
    new Set(
      facts.records
        .map((record) => record.json<Fact>())
        .filter(({ status }) => status === 'sent')
        .map(({ messageId }) => messageId),
    );

  beforeAll(async () => {
    database = await aDatabase();
    sandbox = await running();
    gate = await Gate.open();
    gate.leadTo(sandbox.url);
    await provisionTopics(prefix);
    facts = await kafka.collect(`${prefix}status.changed`);
    holds = await kafka.collect(`${prefix}provider.changed`);
    await boot();
    for (const service of [cutOff, well, retry])
      await eventually(async () => (await health(service)).status === 'ok', { timeoutMs: 60_000 });
    await eventually(isShared, { timeoutMs: 30_000, what: 'both replicas to have partitions' });
  }, 120_000);

  afterAll(async () => {
    await Promise.all([cutOff, well, retry].map((service) => service?.stop()));
    await gate?.close();
    await kafka.close();
    await sandbox?.close();
    await database?.drop();
  }, 60_000);

  it('keeps nobody else from sending, and what is its own goes once it reaches the provider again', async () => {
    await gate.vanish();
    await kafka.produce(
      `${prefix}email.requested`,
      ...ids.map((messageId) => ({ key: messageId, value: anEmailRequest({ messageId }) })),
    );
    // The other replica sends what is its own; each judges the provider by its own calls alone.
    await eventually(async () => (await health(cutOff)).checks['circuits']?.status === 'degraded', {
      timeoutMs: 20_000,
      what: 'the circuit of the replica that is cut off to open',
    });
    await eventually(() => sent().size >= ids.length / 4, { timeoutMs: 20_000, what: 'the other one to send on' });
    expect((await health(well)).status).toBe('ok');
    expect(holds.records).toEqual([]);
    expect(sent().size).toBeLessThan(ids.length);

    await gate.comeBack();
    await eventually(() => sent().size === ids.length, {
      timeoutMs: 40_000,
      what: 'all of them to be sent',
    });
    const times = await Promise.all(ids.map(async (id) => (await listed(sandbox, `?reference=${id}`)).total));
    expect(times.filter((count) => count !== 1)).toEqual([]);
    const ends = facts.records.map((record) => record.json<Fact>()).filter(({ final }) => final);
    expect(ends.map(({ messageId, status }) => `${messageId} ${status}`)).toEqual([]);
  }, 120_000);
});
