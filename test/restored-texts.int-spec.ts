import { bootService, type HealthReport, type RestoreState, type RunningService } from '#libs/runtime';
import {
  anSmsRequest,
  aTopicPrefix,
  type Collected,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
} from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { smsService } from '../apps/sms/src/sms.definition.ts';
import type { Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { accountSid, authToken, listed, running } from '../apps/sandbox/test/running.ts';
import { RestorableDatabases } from './fixtures/restorable-databases.ts';
import { suppress } from './fixtures/suppressing.ts';
import { freePorts } from './setup/free-ports.ts';

const token = 'a-token-for-these-tests';
const hashKey = 'a-key-for-these-tests-of-32-bytes';
const blocked = '+12025550199';
const series = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);

describe('An SMS service with an older copy of its database', () => {
  const prefix = aTopicPrefix();
  const kafka = new KafkaTestClient();
  const databases = new RestorableDatabases(['sms']);
  /** Every request since the backup, as upstream might publish it again. */
  const since: { key: string; value: object }[] = [];
  const sent = series('since', 30);
  let sandbox: Sandbox;
  let facts: Collected;
  let service: RunningService;
  let internalUrl = '';

  const start = async () => {
    const [port, internalPort] = await freePorts(2);
    internalUrl = `http://127.0.0.1:${internalPort}`;
    service = await bootService(smsService, {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: port!,
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: prefix,
      DATABASE_URL: databases.url('sms'),
      INTERNAL_TOKEN: token,
      INTERNAL_PORT: internalPort!,
      RECIPIENT_HASH_KEY: hashKey,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SMS_FROM: '+15005550006',
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_BASE_URL: sandbox.url,
    });
  };
  const health = async () => (await service.app.inject({ url: '/health/ready' })).json<HealthReport>();
  const works = () =>
    eventually(async () => (await health()).status === 'ok', { timeoutMs: 60_000, what: 'the service to work' });
  const operate = async <T>(method: 'GET' | 'POST', path: string, body?: object) => {
    const answer = await fetch(`${internalUrl}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const publish = async (messageIds: readonly string[], to = '+12025550123') => {
    const records = messageIds.map((messageId) => ({ key: messageId, value: anSmsRequest({ messageId, to }) }));
    since.push(...records);
    await kafka.produce(`${prefix}sms.requested`, ...records);
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
  const calls = async (messageId: string) => (await listed(sandbox, `?reference=${messageId}`)).total;

  beforeAll(async () => {
    await databases.create();
    sandbox = await running();
    await provisionTopics(prefix);
    facts = await kafka.collect(`${prefix}status.changed`);
    await start();
    await works();
    await publish(series('before', 3));
    for (const messageId of series('before', 3)) await reported(messageId, 'delivered');
    await service.stop();
    await databases.backUp();

    await start();
    await works();
    await publish(sent);
    await suppress(kafka, prefix, { channel: 'sms', address: blocked, hashKey });
    for (const messageId of sent) await reported(messageId, 'delivered');
    await eventually(async () => (await databases.count('sms', 'SELECT count(*) FROM sms.suppression')) === 1);
    await service.stop();
    await databases.restore('sms');
  }, 120_000);

  afterAll(async () => {
    await service?.stop();
    await kafka.close();
    await sandbox?.close();
    await databases.drop();
  }, 60_000);

  it('sends nothing before the lift, and nothing twice after it, though upstream repeats everything', async () => {
    expect(await databases.count('sms', 'SELECT count(*) FROM sms.ledger')).toBe(3);
    await start();
    await eventually(async () => (await operate<RestoreState>('GET', 'restore')).state === 'waiting', {
      timeoutMs: 60_000,
      what: 'the service to wait',
    });
    expect(await health()).toMatchObject({ status: 'degraded', checks: { restored: { status: 'degraded' } } });
    await kafka.produce(`${prefix}sms.requested`, ...since);
    await publish(['new']);
    await publish(['not-wanted'], blocked);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await calls('new')).toBe(0);

    expect(await operate<RestoreState>('POST', 'restore/lift', { by: 'a test' })).toMatchObject({ state: 'working' });
    await reported('new', 'delivered');
    await reported('not-wanted', 'suppressed');
    const ids = [...series('before', 3), ...sent, 'new'];
    const times = await Promise.all(ids.map(async (id) => [id, await calls(id)] as const));
    expect(times.filter(([, count]) => count !== 1)).toEqual([]);
    expect(await calls('not-wanted')).toBe(0);
  }, 120_000);
});
