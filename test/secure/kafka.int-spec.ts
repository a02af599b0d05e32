import type { ChildProcess } from 'node:child_process';
import { inspect } from 'node:util';
import { topics } from '#libs/contracts';
import { loadConfig } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { eventually, silentLogger } from '#libs/testing';
import { createKafka, KeyedConsumer, kafkaSettings, Publisher, type RecordHandler, oneByOne } from '#libs/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { TopicPlan } from '../../apps/cli/src/kafka/topic-plan.ts';
import { applyTopics, planOf } from '../../apps/cli/src/kafka/topics.ts';
import { startHost, stopHost } from '../setup/host.ts';
import type { SecuredKafka } from './kafka.host.ts';

type Env = NodeJS.ProcessEnv;

const wrongPassword = 'not-the-password';

/** How a connection is refused, by either side. */
interface Refusal {
  env: (ways: Ways) => Env;
  why: RegExp;
}

const refusals = new Map<string, Refusal>([
  [
    'a wrong password under SCRAM',
    { env: ({ login }) => ({ ...login, KAFKA_SASL_PASSWORD: wrongPassword }), why: /authentication failed/i },
  ],
  [
    'a wrong password under PLAIN',
    {
      env: ({ login }) => ({ ...login, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: wrongPassword }),
      why: /authentication failed/i,
    },
  ],
  [
    'a login by a mechanism it does not offer',
    { env: ({ login }) => ({ ...login, KAFKA_SASL_MECHANISM: 'scram-sha-256' }), why: /UNSUPPORTED_SASL_MECHANISM/ },
  ],
  [
    'who does not log in',
    { env: ({ login }) => ({ ...login, KAFKA_SASL_MECHANISM: undefined }), why: /closed|disconnected/i },
  ],
  [
    'a connection in the clear',
    { env: ({ login }) => ({ ...login, KAFKA_SSL: 'false' }), why: /closed|disconnected/i },
  ],
  [
    'who comes without a certificate',
    {
      env: ({ certified }) => ({ ...certified, KAFKA_SSL_CERT_FILE: undefined, KAFKA_SSL_KEY_FILE: undefined }),
      why: /alert (bad )?certificate/i,
    },
  ],
  [
    'who comes with a certificate of another authority',
    {
      env: ({ certified, files }) => ({
        ...certified,
        KAFKA_SSL_CERT_FILE: files.strangerCertificate,
        KAFKA_SSL_KEY_FILE: files.strangerKey,
      }),
      why: /alert .*certificate/i,
    },
  ],
  [
    'to be trusted without its authority',
    { env: ({ login }) => ({ ...login, KAFKA_SSL_CA_FILE: undefined }), why: /unable to (verify|get) .*certificate/i },
  ],
  [
    'to be trusted by another authority',
    {
      env: ({ login, files }) => ({ ...login, KAFKA_SSL_CA_FILE: files.otherCa }),
      why: /unable to (verify|get) .*certificate/i,
    },
  ],
  [
    'to be trusted under another name',
    {
      env: ({ login }) => ({ ...login, KAFKA_BROKERS: login['KAFKA_BROKERS']!.replace('localhost', '127.0.0.1') }),
      why: /does not match certificate/i,
    },
  ],
]);

describe('a Kafka that asks for TLS', () => {
  let host: ChildProcess | undefined;
  let kafka: SecuredKafka;
  let ways: Ways;
  let applied: TopicPlan;
  let reported: Map<string, Promise<string>>;

  beforeAll(async () => {
    ({ host, answer: kafka } = await startHost<SecuredKafka>('secure/kafka.host.ts', 'the secured Kafka'));
    ways = waysInto(kafka);
    // A client tries for some ten seconds before it gives up: all of them at once, beside the other tests.
    reported = new Map([...refusals].map(([who, { env }]) => [who, loggedAtRefusal(env(ways))]));
    applied = await applyTopics(ways.login);
  });
  afterAll(() => stopHost(host));

  it('is given its topics by a login, and then has nothing left to change', async () => {
    expect(applied.changes.map(({ kind, name }) => `${kind} ${name}`)).toContain(
      'create secured.email.requested.urgent',
    );
    expect(await planOf(ways.login)).toMatchObject({ changes: [] });
  });

  it('shows its topics to who comes with a certificate instead', async () => {
    expect(await planOf(ways.certified)).toMatchObject({ changes: [] });
  });

  it.each<[string, (ways: Ways) => Env]>([
    ['by SCRAM-SHA-512', ({ login }) => login],
    [
      'by SCRAM-SHA-512 with the password in a file',
      ({ login, files }) => ({ ...login, KAFKA_SASL_PASSWORD: undefined, KAFKA_SASL_PASSWORD_FILE: files.password }),
    ],
    ['by PLAIN', ({ login }) => ({ ...login, KAFKA_SASL_MECHANISM: 'PLAIN' })],
    ['by a certificate', ({ certified }) => certified],
  ])('carries a record from publisher to consumer for who logs in %s', async (_, env) => {
    expect(await seenAfterPublishing(env(ways))).toBe('as it went in');
  });

  it.each([...refusals])('refuses %s, and tells no password', async (who, { why }) => {
    const refusal = await reported.get(who);
    expect(refusal).toMatch(why);
    expect(refusal).toContain('InfrastructureDown');
    expect(refusal).not.toContain(kafka.password);
    expect(refusal).not.toContain(wrongPassword);
  });

  it('is not even tried when the file of a certificate cannot be read', () => {
    expect(() => connectionFrom({ ...ways.certified, KAFKA_SSL_CERT_FILE: `${ways.files.ca}.gone` })).toThrow(
      'KAFKA_SSL_CERT_FILE cannot be read (ENOENT)',
    );
  });
});

/** The settings of those who are let in. */
interface Ways {
  login: Env;
  certified: Env;
  files: SecuredKafka['files'];
}

function waysInto({ loginPort, mutualPort, username, password, files }: SecuredKafka): Ways {
  const trusting = {
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: files.ca,
    KAFKA_TOPIC_PREFIX: 'secured.',
    KAFKA_TOPIC_PARTITIONS: '1',
  };
  const credentials = {
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  };
  const certificate = { KAFKA_SSL_CERT_FILE: files.clientCertificate, KAFKA_SSL_KEY_FILE: files.clientKey };
  return {
    login: { ...trusting, ...credentials, KAFKA_BROKERS: `localhost:${loginPort}` },
    certified: { ...trusting, ...certificate, KAFKA_BROKERS: `localhost:${mutualPort}` },
    files,
  };
}

function connectionFrom(env: Env, logger = silentLogger()) {
  const config = loadConfig(z.object(kafkaSettings), env);
  return { config, kafka: createKafka(config, 'secured', logger) };
}

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
  const consumer = new KeyedConsumer({
    kafka,
    config,
    groupId,
    topics: [topics.unreadable],
    handle: oneByOne(handle),
    logger: silentLogger(),
  });
  try {
    await publisher.publish({ topic: topics.unreadable, key: groupId, value: Buffer.from('as it went in') });
    await consumer.start();
    return await eventually(() => seen.get(groupId), { timeoutMs: 20_000, what: 'the published record' });
  } finally {
    await Promise.allSettled([publisher.close(), consumer.stop(1_000)]);
  }
}

/** All that anyone could ever read of a publisher's failure: its error in full, and what was logged on the way. */
async function loggedAtRefusal(env: Env): Promise<string> {
  const lines: unknown[] = [];
  const note = (...line: unknown[]) => lines.push(line);
  const { config, kafka } = connectionFrom(env, { ...silentLogger(), warn: note, debug: note } as Logger);
  const publisher = new Publisher(kafka, config, 'secured');
  try {
    await publisher.publish({ topic: topics.unreadable, key: 'refused', value: Buffer.from('never seen') });
    return 'it was let in';
  } catch (error) {
    return inspect([error, lines], { depth: 20, showHidden: true });
  } finally {
    await publisher.close().catch(() => undefined);
  }
}
