import type { ChildProcess } from 'node:child_process';
import { inspect } from 'node:util';
import { topics } from '#libs/contracts';
import { loadConfig } from '#libs/runtime';
import { eventually, silentLogger } from '#libs/testing';
import { createKafka, KeyedConsumer, kafkaSettings, Publisher, type RecordHandler } from '#libs/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { TopicPlan } from '../../scripts/local/topic-plan.ts';
import { applyTopics, planOf } from '../../scripts/local/topics.ts';
import { startHost, stopHost } from '../host.ts';
import type { SecuredKafka } from './kafka.host.ts';

type Env = NodeJS.ProcessEnv;

describe('a Kafka that asks for TLS', () => {
  let host: ChildProcess | undefined;
  let kafka: SecuredKafka;
  let applied: TopicPlan;
  /** TLS to the listener that asks for a login. */
  let tls: Env;
  let login: Env;
  /** TLS to the listener that asks for a certificate. */
  let mutual: Env;
  let certified: Env;

  beforeAll(async () => {
    ({ host, answer: kafka } = await startHost<SecuredKafka>('secure/kafka.host.ts', 'the secured Kafka'));
    const { files, username, password, loginPort, mutualPort } = kafka;
    const trusting = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: files.ca, KAFKA_TOPIC_PREFIX: 'secured.', KAFKA_TOPIC_PARTITIONS: '1' };
    tls = { ...trusting, KAFKA_BROKERS: `localhost:${loginPort}` };
    login = { ...tls, KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password };
    mutual = { ...trusting, KAFKA_BROKERS: `localhost:${mutualPort}` };
    certified = { ...mutual, KAFKA_SSL_CERT_FILE: files.clientCertificate, KAFKA_SSL_KEY_FILE: files.clientKey };
    applied = await applyTopics(login);
  });
  afterAll(() => stopHost(host));

  it('is given its topics by a login, and then has nothing left to change', async () => {
    expect(applied.changes.map(({ kind, name }) => `${kind} ${name}`)).toContain('create secured.email.requested.urgent');
    expect(await planOf(login)).toMatchObject({ changes: [] });
  });

  it('shows its topics to who comes with a certificate instead', async () => {
    expect(await planOf(certified)).toMatchObject({ changes: [] });
  });

  it.each<[string, () => Env]>([
    ['by SCRAM-SHA-512', () => login],
    ['by SCRAM-SHA-512 with the password in a file', () => ({ ...login, KAFKA_SASL_PASSWORD: undefined, KAFKA_SASL_PASSWORD_FILE: kafka.files.password })],
    ['by PLAIN', () => ({ ...login, KAFKA_SASL_MECHANISM: 'plain' })],
    ['by a certificate', () => certified],
  ])('carries a record from publisher to consumer for who logs in %s', async (_, env) => {
    expect(await seenAfterPublishing(env())).toBe('as it went in');
  });

  describe('refuses', () => {
    it.each<[string, () => Env, RegExp]>([
      ['a wrong password under SCRAM', () => ({ ...login, KAFKA_SASL_PASSWORD: wrongPassword }), /authentication failed/i],
      ['a wrong password under PLAIN', () => ({ ...login, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: wrongPassword }), /authentication failed/i],
      ['a login by a mechanism it does not offer', () => ({ ...login, KAFKA_SASL_MECHANISM: 'scram-sha-256' }), /SCRAM-SHA-256 mechanism is not supported/],
      ['who does not log in', () => tls, /closed|disconnected/i],
      ['a connection in the clear', () => ({ ...login, KAFKA_SSL: 'false' }), /closed|disconnected/i],
      ['who comes without a certificate', () => mutual, /certificate required|closed|disconnected/i],
      ['a certificate of another authority', () => ({ ...certified, KAFKA_SSL_CERT_FILE: kafka.files.strangerCertificate, KAFKA_SSL_KEY_FILE: kafka.files.strangerKey }), /alert|closed|disconnected/i],
    ])('%s, and the error tells no password', async (_, env, why) => {
      const refusal = await refusalOf(env());
      expect(refusal).toMatch(why);
      expect(refusal).not.toContain(kafka.password);
      expect(refusal).not.toContain(wrongPassword);
    });
  });

  describe('is not trusted', () => {
    it.each<[string, () => Env, RegExp]>([
      ['without its authority', () => ({ ...login, KAFKA_SSL_CA_FILE: undefined }), /unable to (verify|get).*certificate/i],
      ['with another authority', () => ({ ...login, KAFKA_SSL_CA_FILE: kafka.files.otherCa }), /certificate/i],
      ['under a name that its certificate does not hold', () => ({ ...login, KAFKA_BROKERS: `127.0.0.1:${kafka.loginPort}` }), /not in the cert|does not match/i],
    ])('%s, and the error tells no password', async (_, env, why) => {
      const refusal = await refusalOf(env());
      expect(refusal).toMatch(why);
      expect(refusal).not.toContain(kafka.password);
    });
  });
});

const wrongPassword = 'not-the-password';

const connectionFrom = (env: Env) => {
  const config = loadConfig(z.object(kafkaSettings), env);
  return { config, kafka: createKafka(config, 'secured', silentLogger()) };
};

/** Publishes one record and waits until a new group has it. */
async function seenAfterPublishing(env: Env): Promise<string | undefined> {
  const { config, kafka } = connectionFrom(env);
  const groupId = `secured-${crypto.randomUUID()}`;
  const seen = new Map<string, string>();
  const handle: RecordHandler = (record) => {
    seen.set(String(record.key), String(record.value));
    return Promise.resolve(true);
  };
  const publisher = new Publisher(kafka, config, 'secured');
  const consumer = new KeyedConsumer({ kafka, config, groupId, topics: [topics.unreadable], handle, logger: silentLogger() });
  try {
    await publisher.publish({ topic: topics.unreadable, key: groupId, value: Buffer.from('as it went in') });
    await consumer.start();
    return await eventually(() => seen.get(groupId), { timeoutMs: 20_000, what: 'the published record' });
  } finally {
    await Promise.allSettled([publisher.close(), consumer.stop(1_000)]);
  }
}

/** All that an operator could ever read of the error that a publisher meets. */
async function refusalOf(env: Env): Promise<string> {
  const { config, kafka } = connectionFrom(env);
  const publisher = new Publisher(kafka, config, 'secured');
  try {
    await publisher.connect();
    return 'it was let in';
  } catch (error) {
    return inspect(error, { depth: 20, showHidden: true });
  } finally {
    await publisher.close().catch(() => undefined);
  }
}
