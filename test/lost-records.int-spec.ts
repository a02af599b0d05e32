import { type SendDeferred, type SendDue, topics } from '#libs/contracts';
import { deliveryHooks, isNoConcernOf } from '#libs/delivery';
import { bootService, type RunningService } from '#libs/runtime';
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
} from '#libs/testing';
import type { IncomingRecord } from '#libs/transport';
import { deliveryMigrations } from '#libs/delivery-tables';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emailSchema } from '../apps/email/src/email.config.ts';
import { EmailModule } from '../apps/email/src/email.module.ts';
import { isNoConcern } from '../apps/retry/src/answer/answered.policy.ts';
import { RetryConfig } from '../apps/retry/src/retry.config.ts';
import { migrations } from '../apps/retry/src/retry.migrations.ts';
import { RetryModule } from '../apps/retry/src/retry.module.ts';
import type { Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { apiKey, publicKey, running } from '../apps/sandbox/test/running.ts';

interface Reported {
  messageId: string;
  hop: number;
  status: string;
  final: boolean;
}

/** Which records of a topic nobody can read: the first one of such a message. */
interface Loss {
  topic: string;
  messageId: string;
  hop?: number;
}

describe('A record of our own topics that cannot be read', () => {
  const prefix = aTopicPrefix();
  const kafka = new KafkaTestClient();
  const losses: Loss[] = [];
  const lost: (Loss & { place: string })[] = [];
  let databases: TestDatabase[];
  let sandbox: Sandbox;
  let services: RunningService[];
  let reported: Collected;
  let due: Collected;
  let deferred: Collected;

  /** As the transport passes over what it cannot decode: to every reader alike. */
  const cannotRead = ({ topic, topicName, partition, offset, value }: IncomingRecord): boolean => {
    const place = `${topicName}/${partition}/${offset}`;
    if (lost.some((loss) => loss.place === place)) return true;
    if (losses.length === 0 || value === null) return false;
    const { messageId, hop } = JSON.parse(value.toString()) as Partial<Reported>;
    const index = losses.findIndex(
      (loss) => loss.topic === topic.name && loss.messageId === messageId && (loss.hop ?? hop) === hop,
    );
    if (index >= 0) lost.push({ ...losses.splice(index, 1)[0]!, place });
    return index >= 0;
  };

  beforeAll(async () => {
    databases = [await aDatabase(), await aDatabase()];
    sandbox = await running();
    await provisionTopics(prefix);
    [reported, due, deferred] = (await Promise.all(
      ['status.changed', 'email.due', 'send.deferred'].map((name) => kafka.collect(prefix + name)),
    )) as [Collected, Collected, Collected];
    const common = {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      METRICS_PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'error',
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: prefix,
    };
    const email = bootService(
      {
        name: 'email',
        schema: emailSchema,
        migrations: deliveryMigrations,
        module: EmailModule,
        beforeConsuming: deliveryHooks('email').beforeConsuming,
        skip: isNoConcernOf('email'),
        lose: cannotRead,
      },
      {
        ...common,
        DATABASE_URL: databases[0]!.url,
        EMAIL_FROM: 'Shop <no-reply@messaging.test>',
        RECIPIENT_HASH_KEY: 'a-key-for-these-tests-of-32-bytes',
        PUBLIC_URL: 'http://127.0.0.1:1',
        INTERNAL_TOKEN: 'a-token-for-these-tests',
        HANDOVER_ANSWER_MS: '1000',
        SENDGRID_API_KEY: apiKey,
        SENDGRID_BASE_URL: sandbox.url,
        SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
      },
    );
    const retry = bootService(
      {
        name: 'retry',
        schema: RetryConfig,
        migrations,
        module: RetryModule,
        skip: (record) => record.topic.name === topics.statusChanged.name && isNoConcern(record.headers),
        lose: cannotRead,
      },
      { ...common, DATABASE_URL: databases[1]!.url, RETRY_POLL_MS: '50', RETRY_ANSWER_MS: '1000' },
    );
    services = await Promise.all([email, retry]);
    await Promise.all(
      services.map(async ({ app }) =>
        eventually(async () => (await fetch(`${await app.getUrl()}/health/ready`)).status === 200, {
          timeoutMs: 60_000,
        }),
      ),
    );
  }, 120_000);

  afterAll(async () => {
    await Promise.all((services ?? []).map((service) => service.stop()));
    await kafka.close();
    await sandbox?.close();
    await Promise.all((databases ?? []).map((database) => database.drop()));
  }, 60_000);

  /** A message that is asked for to go in a second, so that it goes by way of retry. */
  const publish = async (messageId: string, ...missing: Omit<Loss, 'messageId'>[]) => {
    losses.push(...missing.map((loss) => ({ ...loss, messageId })));
    await kafka.produce(`${prefix}email.requested`, {
      key: messageId,
      value: anEmailRequest({ messageId, subject: messageId, sendAt: new Date(Date.now() + 1_000).toISOString() }),
    });
  };
  const isSent = (messageId: string) =>
    reported.until(
      1,
      (record) => record.json<Reported>().messageId === messageId && record.json<Reported>().status === 'sent',
      {
        timeoutMs: 60_000,
      },
    );
  const mailsOf = async (messageId: string) => {
    const { messages } = (await (await fetch(`${sandbox.url}/_sandbox/messages?limit=500`)).json()) as {
      messages: object[];
    };
    return messages.filter((message) => JSON.stringify(message).includes(messageId));
  };
  const hops = (records: Collected, messageId: string) =>
    records.records
      .map((record) => record.json<SendDue & SendDeferred>())
      .filter((value) => value.messageId === messageId);
  const kept = async () => (await databases[0]!.pool().query('SELECT 1 FROM email.handover')).rowCount;
  const open = async () =>
    (await databases[1]!.pool().query(`SELECT 1 FROM retry.schedule WHERE state <> 'answered'`)).rowCount;
  const everythingRests = () =>
    eventually(async () => losses.length === 0 && (await kept()) === 0 && (await open()) === 0, {
      timeoutMs: 60_000,
      what: 'nothing to be waited for',
    });

  it('holds up no message whose hand-over it was: its channel hands it over again, and it is sent once', async () => {
    await publish('handed-over', { topic: 'send.deferred', hop: 1 });
    await isSent('handed-over');
    await everythingRests();
    const handovers = hops(deferred, 'handed-over');
    expect(handovers.length).toBeGreaterThan(1);
    expect(handovers[1]).toEqual(handovers[0]);
    expect(await mailsOf('handed-over')).toHaveLength(1);
  }, 120_000);

  it('holds up no message whose release it was: retry releases it again, and it is sent once', async () => {
    await publish('released', { topic: 'email.due', hop: 2 });
    await isSent('released');
    await everythingRests();
    expect(hops(due, 'released').slice(0, 2)).toMatchObject([
      { hop: 2, eventId: expect.any(String) },
      { hop: 2, again: 1, eventId: hops(due, 'released')[0]!.eventId },
    ]);
    expect(await mailsOf('released')).toHaveLength(1);
  }, 120_000);

  it('is reported again where it was the answer to a release, and nothing is sent a second time', async () => {
    await publish('answered', { topic: 'status.changed', hop: 2 });
    await eventually(() => lost.some(({ messageId }) => messageId === 'answered'), { timeoutMs: 60_000 });
    await everythingRests();
    const sent = reported.records
      .map((record) => record.json<Reported>())
      .filter(({ messageId, status }) => messageId === 'answered' && status === 'sent');
    expect(sent.length).toBeGreaterThan(1);
    expect(sent[1]).toEqual(sent[0]);
    expect(await mailsOf('answered')).toHaveLength(1);
  }, 120_000);

  it('is asked for again where it was the word that a hand-over was decided on', async () => {
    await publish('acknowledged', { topic: 'send.planned' });
    await isSent('acknowledged');
    await everythingRests();
    expect(hops(deferred, 'acknowledged').length).toBeGreaterThan(1);
    expect(await mailsOf('acknowledged')).toHaveLength(1);
  }, 120_000);

  it('makes nothing go again for messages that lost nothing', async () => {
    await publish('whole');
    await isSent('whole');
    await everythingRests();
    expect([hops(deferred, 'whole').length, hops(due, 'whole').length]).toEqual([1, 1]);
  }, 120_000);
});
