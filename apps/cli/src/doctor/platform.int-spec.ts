import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '#libs/persistence';
import {
  aDatabase,
  aTopicPrefix,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  type TestDatabase,
  withAdmin,
} from '#libs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { wantedTopics } from '../kafka/topic-plan.ts';
import { applyTopics } from '../kafka/topics.ts';
import { examine } from './doctor.ts';
import { schemas } from './schemas.ts';

const script = join(import.meta.dirname, '..', 'main.ts');
const DAY_MS = 86_400_000;
const applyRemedy = expect.stringContaining('messaging topics apply');

interface Ended {
  code: number;
  output: string;
}

const command = (args: string[], env: Record<string, string>) =>
  new Promise<Ended>((resolve) => {
    const child = execFile(
      process.execPath,
      ['--conditions=source', script, 'doctor', ...args],
      { env },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });

describe('the doctor, checking Kafka and PostgreSQL', () => {
  const prefix = aTopicPrefix();
  const topic = (name: string) => `${prefix}${name}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'doctor-'));
  let database: TestDatabase;
  let standard: Record<string, string>;
  let env: Record<string, string>;
  let nothingThere: Promise<Ended>;

  beforeAll(async () => {
    database = await aDatabase();
    standard = {
      DATA_DIR: dataDir,
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: prefix,
      KAFKA_TOPIC_PARTITIONS: '1',
      DATABASE_URL: database.url,
    };
    // A client retries for some seconds: meanwhile the other tests run.
    nothingThere = command([], {
      ...standard,
      KAFKA_BROKERS: '127.0.0.1:1',
      DATABASE_URL: 'postgres://someone:the-password@127.0.0.1:1/messaging',
    });
    await applyTopics(standard);
  });
  beforeEach(() => {
    env = { ...standard };
  });
  afterAll(async () => {
    await withAdmin((admin) => admin.deleteTopics({ topics: wanted().map(({ name }) => name) }));
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const wanted = () => wantedTopics({ prefix, partitions: 1, replication: -1 });
  const look = async () => {
    const { findings, well } = await examine(env, { fix: false, providersOnly: false });
    return { well, found: Object.fromEntries(findings.map(({ id, ...finding }) => [id, finding])) };
  };

  it('finds nothing to fix where both are configured correctly, and exits with 0', async () => {
    const { found, well } = await look();
    expect(found).toMatchObject({
      'kafka.reachable': { state: 'ok', seen: kafkaBrokers() },
      'kafka.topics': { state: 'ok', seen: 'as the contract says' },
      'kafka.retention': { state: 'ok', seen: 'the ledger remembers 14 days, the request topics keep 8 days' },
      'postgres.reachable': { state: 'ok' },
    });
    expect(well).toBe(true);
    expect(await command([], env)).toEqual({ code: 0, output: expect.stringContaining('Nothing has to be fixed.') });
  });

  it('skips both when it is to check the providers only', async () => {
    Object.assign(env, { KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/messaging' });
    const { findings, well } = await examine(env, { fix: false, providersOnly: true });
    expect(findings.map(({ id }) => id)).toEqual(['email.provider', 'sms.provider']);
    expect(well).toBe(true);
  });

  it('names the batches that could not be decoded, as failed for a day and as a warning for a week', async () => {
    const client = new KafkaTestClient();
    const quarantined = (offset: number, ageMs: number, code = 'MSG_UNDECODABLE_BATCH') =>
      client.produce(topic('unreadable'), {
        value: Buffer.from([1, 2, 3]),
        headers: {
          'x-error-code': code,
          'x-origin-topic': topic('email.requested'),
          'x-origin-partition': '2',
          'x-origin-offset': String(offset),
          'x-origin-last-offset': String(offset + 2),
          'x-batch-fault': 'crc',
          'x-quarantined-at': new Date(Date.now() - ageMs).toISOString(),
        },
      });
    expect((await look()).found['kafka.undecodable']).toEqual({ state: 'ok', seen: 'none in the last 7 days' });
    await quarantined(1, 0, 'MSG_UNREADABLE');
    await quarantined(10, 8 * DAY_MS);
    expect((await look()).found['kafka.undecodable']).toMatchObject({ state: 'ok' });
    await quarantined(20, 3 * DAY_MS);
    expect((await look()).found['kafka.undecodable']).toMatchObject({
      state: 'warn',
      seen: expect.stringContaining(`1 in the last 7 days, the last ones: ${topic('email.requested')}/2 20-22 (crc, `),
    });
    await quarantined(30, 0);
    const { found, well } = await look();
    expect(found['kafka.undecodable']).toMatchObject({
      state: 'fail',
      seen: expect.stringContaining('2 in the last 7 days'),
      remedy: expect.stringContaining('docs/operations.md'),
    });
    expect(well).toBe(false);
    await client.close();
    await withAdmin((admin) => admin.deleteTopics({ topics: [topic('unreadable')] }));
    await eventually(async () => (await applyTopics(standard)).changes.length > 0, { what: 'the topic, empty again' });
  }, 60_000);

  it('reports the readiness of a service, except for its providers', async () => {
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    const checks = {
      'provider:sendgrid': { status: 'refused', meaning: 'The key is refused.' },
      'consumer-restarts': {
        status: 'degraded',
        meaning: 'The consumer starts again and again.',
        remedy: 'Look at the brokers.',
      },
    };
    const service = createServer((_, answer) => answer.end(JSON.stringify({ status: 'degraded', checks }))).listen(
      0,
      '127.0.0.1',
      resolve,
    );
    await listening;
    Object.assign(env, {
      RETRY_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      EMAIL_URL: 'http://127.0.0.1:1',
    });
    const { found } = await look();
    service.close();
    expect(found['retry.ready']).toEqual({
      state: 'fail',
      seen: 'consumer-restarts: The consumer starts again and again.',
      remedy: 'Look at the brokers.',
    });
    expect(found['email.ready']).toMatchObject({ state: 'fail', seen: 'http://127.0.0.1:1 does not answer' });
    expect(found['sms.ready']).toMatchObject({ state: 'skipped' });
  });

  it('names the setting of Kafka that is invalid', async () => {
    env['KAFKA_BROKERS'] = 'http://kafka';
    expect((await look()).found['kafka.reachable']).toMatchObject({
      state: 'fail',
      seen: expect.stringContaining('KAFKA_BROKERS must be host:port'),
    });
  });

  describe('checking the topics', () => {
    // Restores what a test changed, by the command that the doctor recommends.
    afterEach(async () => {
      await applyTopics(standard);
      env = { ...standard };
      // A broker describes a topic by what it knows from the controller so far.
      await eventually(async () => (await look()).found['kafka.topics']?.state === 'ok', {
        what: 'the topics as the contract says',
      });
    });

    const given = (name: string, setting: string, value: string) =>
      withAdmin(async (admin) => {
        const { config } = wanted().find((one) => one.name === topic(name))!;
        const configEntries = Object.entries({ ...config, [setting]: value }).map(([entry, text]) => ({
          name: entry,
          value: text,
        }));
        await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic(name), configEntries }] });
      });

    it('names one that is missing, and does not judge a retention that is unknown', async () => {
      await withAdmin((admin) => admin.deleteTopics({ topics: [topic('dead-letters')] }));
      const { found, well } = await look();
      expect(found['kafka.topics']).toEqual({
        state: 'fail',
        seen: `missing: ${topic('dead-letters')}`,
        remedy: applyRemedy,
      });
      expect(found).not.toHaveProperty('kafka.retention');
      expect(well).toBe(false);
    });

    it('names some where all are missing, as under a wrong prefix', async () => {
      env['KAFKA_TOPIC_PREFIX'] = 'nobody.';
      const { seen } = (await look()).found['kafka.topics']!;
      expect(seen).toMatch(/^missing: (nobody\.[a-z.]+, ){4}and \d+ more$/);
      env['KAFKA_TOPIC_PREFIX'] = prefix;
    });

    it('warns of one with fewer partitions', async () => {
      env['KAFKA_TOPIC_PARTITIONS'] = '2';
      const { found, well } = await look();
      expect(found['kafka.topics']).toEqual({
        state: 'warn',
        seen: expect.stringContaining(`${topic('email.requested')} has 1 of 2 partitions; `),
        remedy: applyRemedy,
      });
      expect(well).toBe(true);
    });

    it('warns of one with a shorter retention, which counts with --strict', async () => {
      await given('status.changed', 'retention.ms', String(DAY_MS));
      const { code, output } = await command(['--strict'], env);
      expect(output).toContain(
        `! kafka.topics              ${topic('status.changed')} has retention.ms ${DAY_MS} instead of ` +
          `${7 * DAY_MS}\n    messaging topics plan`,
      );
      expect(code).toBe(1);
    });

    it('warns of requests with the timestamp of their producer', async () => {
      await given('sms.requested.urgent', 'message.timestamp.type', 'CreateTime');
      const seen = `${topic('sms.requested.urgent')} has message.timestamp.type CreateTime instead of LogAppendTime`;
      expect((await look()).found['kafka.topics']).toEqual({ state: 'warn', seen, remedy: applyRemedy });
    });

    it('fails requests that are kept longer than the ledger remembers', async () => {
      await given('sms.requested.bulk', 'retention.ms', String(20 * DAY_MS));
      const { found, well } = await look();
      expect(found['kafka.topics']).toMatchObject({ state: 'warn' });
      expect(found['kafka.retention']).toEqual({
        state: 'fail',
        seen: 'the ledger remembers 14 days, the request topics keep 21 days',
        remedy: expect.stringContaining('Raise LEDGER_RETENTION_DAYS'),
      });
      expect(well).toBe(false);
      env['LEDGER_RETENTION_DAYS'] = '30';
      expect((await look()).found['kafka.retention']).toMatchObject({ state: 'ok' });
    });

    it.each([
      ['requests that are compacted: of one key only the last would be kept', 'email.requested', 'compact', 'delete'],
      [
        'suppressions that are deleted: who must not be written to would be forgotten',
        'suppression.changed',
        'delete',
        'compact',
      ],
    ])('fails %s', async (_, name, is, should) => {
      await given(name, 'cleanup.policy', is);
      const { found, well } = await look();
      expect(found['kafka.topics']).toEqual({
        state: 'fail',
        seen: `records are lost: ${topic(name)} has cleanup.policy ${is} instead of ${should}`,
        remedy: applyRemedy,
      });
      expect(well).toBe(false);
    });

    it('reports when the ledger’s retention is not a number of days', async () => {
      env['LEDGER_RETENTION_DAYS'] = 'a fortnight';
      const { found } = await look();
      expect(found['kafka.reachable']).toMatchObject({ state: 'ok' });
      expect(found['kafka.retention']).toMatchObject({
        state: 'fail',
        seen: expect.stringContaining('LEDGER_RETENTION_DAYS'),
        remedy: expect.stringContaining('docs/configuration.md'),
      });
    });
  });

  it.each([
    [
      'a wrong password',
      (url: URL) => Object.assign(url, { password: 'not-the-password' }),
      /password authentication failed for user/,
    ],
    [
      'a database that is not there',
      (url: URL) => Object.assign(url, { pathname: '/nowhere' }),
      /database "nowhere" does not exist/,
    ],
  ])('reports %s in the server’s words, without the password', async (_, wrong, words) => {
    env['DATABASE_URL'] = wrong(new URL(database.url)).href;
    const { found, well } = await look();
    expect(found['postgres.reachable']).toEqual({
      state: 'fail',
      seen: expect.stringMatching(words),
      remedy: expect.stringContaining('correct DATABASE_URL'),
    });
    expect(JSON.stringify(found)).not.toContain(new URL(env['DATABASE_URL']).password);
    expect(well).toBe(false);
  });

  it('reports that no database is configured', async () => {
    env['DATABASE_URL'] = '';
    expect((await look()).found['postgres.reachable']).toEqual({
      state: 'skipped',
      seen: 'DATABASE_URL is not set, and no local system runs',
    });
  });

  it('reports whose tables are missing, which is a failure only where the services do not migrate them', async () => {
    expect((await look()).found['postgres.schema']).toEqual({
      state: 'ok',
      seen: expect.stringMatching(/^migrations to come: email lacks .*; each service applies its own as it starts$/),
    });
    env['DATABASE_MIGRATE'] = 'false';
    const { found, well } = await look();
    expect(found['postgres.schema']).toEqual({
      state: 'fail',
      seen: expect.stringMatching(
        /^migrations to come: email lacks (\d+) of \1, sms .*, retry lacks (\d+) of \2, reporting lacks \d of \d$/,
      ),
      remedy: expect.stringContaining('DATABASE_MIGRATE=true'),
    });
    expect(well).toBe(false);

    const { retry, ...others } = schemas;
    for (const [schema, all] of Object.entries({ ...others, retry: retry.slice(0, -1) }))
      await migrate(database.pool(), schema, all);
    expect((await look()).found['postgres.schema']).toMatchObject({
      state: 'fail',
      seen: `migrations to come: retry lacks 1 of ${retry.length}`,
    });
    await migrate(database.pool(), 'retry', retry);
    expect((await look()).found['postgres.schema']).toEqual({ state: 'ok', seen: 'up to date' });
  });

  it('names messages that are stuck between a channel and retry', async () => {
    for (const schema of ['email', 'sms', 'retry'] as const) await migrate(database.pool(), schema, schemas[schema]);
    expect((await look()).found['postgres.stuck-messages']).toEqual({ state: 'ok', seen: 'none does' });
    await database
      .pool()
      .query(
        'INSERT INTO sms.handover (id, hop, kept_at, again, deferred, trace) SELECT gen_random_uuid(), 1, now(), ' +
          "again, '{}', '{}' FROM unnest(ARRAY[0, 2, 3, 7]) AS again",
      );
    await database.pool().query(`
      INSERT INTO retry.schedule (id, hop, channel, tenant, message_id, lane, mode, kind, state, due_at, bytes,
        payload, trace, again)
      SELECT gen_random_uuid(), 2, 'email', 'default', 'm', 'urgent', 'send', 'failed', state, now(), 2, '{}', '{}',
        3 FROM unnest(ARRAY['published', 'answered']) AS state`);
    const { found, well } = await look();
    expect(found['postgres.stuck-messages']).toEqual({
      state: 'fail',
      seen: '1 released by retry, 2 handed over by sms',
      remedy: expect.stringContaining('messaging.unreadable'),
    });
    expect(well).toBe(false);
  });

  it('reports that a login may not read another service’s tables', async () => {
    const login = `outsider_${prefix.replace(/\W/g, '')}`;
    const pool = database.pool();
    await migrate(pool, 'email', schemas.email);
    await pool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'outside'`);
    env['DATABASE_URL'] = Object.assign(new URL(database.url), { username: login, password: 'outside' }).href;
    try {
      const { found, well } = await look();
      expect(found).toMatchObject({
        'postgres.reachable': { state: 'ok' },
        'postgres.schema': {
          state: 'skipped',
          seen: expect.stringMatching(/^this login may not look: permission denied for schema \w+$/),
        },
      });
      expect(well).toBe(true);
    } finally {
      await pool.query(`DROP ROLE ${login}`);
    }
  });

  it('reports what cannot be reached, with a remedy and without a password, and exits with 1', async () => {
    const { code, output } = await nothingThere;
    expect(code).toBe(1);
    expect(output).toMatch(
      /✗ kafka\.reachable .*ECONNREFUSED.*\n    npm start brings a local one; else correct KAFKA_BROKERS/,
    );
    expect(output).toMatch(
      /✗ postgres\.reachable .*127\.0\.0\.1:1\/messaging \(DATABASE_URL\) cannot be used: .*ECONNREFUSED.*\n    npm start brings a local one; else correct DATABASE_URL/,
    );
    expect(output).toContain('Something has to be fixed');
    expect(output).not.toContain('the-password');
    expect(output).not.toMatch(/kafka\.topics|postgres\.schema/);
  });
});
