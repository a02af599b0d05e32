import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '#libs/persistence';
import { eventually, kafkaBrokers, KafkaTestClient, withAdmin } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { examine } from '../../src/doctor/doctor.ts';
import { schemas } from '../../src/doctor/schemas.ts';
import { applyTopics } from '../../src/kafka/topics.ts';
import { command, ExaminedPlatform, findingsIn } from './examined-platform.ts';

const DAY_MS = 86_400_000;
const platform = new ExaminedPlatform();
const { prefix, topic } = platform;
let env: Record<string, string>;
const look = () => findingsIn(env);

beforeAll(() => platform.start(), 60_000);
beforeEach(() => {
  env = { ...platform.standard };
});
afterAll(() => platform.stop());

describe('the doctor, checking Kafka and PostgreSQL', () => {
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

  it('looks at the folder of keys, where one is set', async () => {
    expect((await look()).found['custody.keys']).toMatchObject({ state: 'skipped' });
    env['CUSTODY_KEYRING_DIR'] = mkdtempSync(join(tmpdir(), 'doctor-keys-'));
    try {
      expect((await look()).found['custody.keys']).toMatchObject({ state: 'ok' });
      writeFileSync(join(env['CUSTODY_KEYRING_DIR'], 'notes.txt'), '');
      expect((await look()).found['custody.keys']).toMatchObject({
        state: 'fail',
        seen: expect.stringContaining('"notes.txt" in it is no key'),
      });
    } finally {
      rmSync(env['CUSTODY_KEYRING_DIR'], { recursive: true });
    }
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
    await eventually(async () => (await applyTopics(platform.standard)).changes.length > 0, {
      what: 'the topic, empty again',
    });
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

  it('shows what stands still as reporting says it, and skips it without a key', async () => {
    expect((await look()).found['standstill.lag']).toMatchObject({
      state: 'skipped',
      seen: expect.stringContaining('REPORTING_KEY'),
    });
    const status = {
      concerns: [
        { about: 'lag', says: 'messaging.email is 20000 records behind' },
        { about: 'service', says: 'email does not answer' },
      ],
      lag: [{ records: 20_000 }],
      holds: [{ leftMs: 0 }],
      waiting: { scheduled: 4, parked: null },
      openLetters: 0,
      operations: [],
    };
    const asked: (string | undefined)[] = [];
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    const reporting = createServer(({ url, headers }, answer) => {
      asked.push(url, headers.authorization);
      answer.end(JSON.stringify(url === '/v1/status' ? status : { status: 'ok', checks: {} }));
    }).listen(0, '127.0.0.1', resolve);
    await listening;
    const url = `http://127.0.0.1:${(reporting.address() as AddressInfo).port}`;
    const standstill = async (more: Record<string, string>) => (await findingsIn({ ...env, ...more })).found;
    const found = await standstill({ REPORTING_URL: url, REPORTING_KEY: 'mik_x' });
    reporting.close();
    expect(asked).toContain('/v1/status');
    expect(asked).toContain('Bearer mik_x');
    expect(found).toMatchObject({
      'standstill.lag': { state: 'warn', seen: 'messaging.email is 20000 records behind' },
      'standstill.holds': { state: 'ok' },
      'standstill.pauses': { state: 'ok', seen: 'nothing is paused' },
      'standstill.messages': { state: 'ok', seen: '4 scheduled, an unknown number of parked, 0 dead letters open' },
      'standstill.records': { state: 'ok' },
      'standstill.operations': { state: 'ok', seen: '0 under way' },
    });
    const away = await standstill({ REPORTING_URL: 'http://127.0.0.1:1', REPORTING_KEY: 'mik_x' });
    expect(away['standstill.records']).toMatchObject({
      state: 'skipped',
      seen: expect.stringContaining('127.0.0.1:1'),
    });
  });

  it('names the setting of Kafka that is invalid', async () => {
    env['KAFKA_BROKERS'] = 'http://kafka';
    expect((await look()).found['kafka.reachable']).toMatchObject({
      state: 'fail',
      seen: expect.stringContaining('KAFKA_BROKERS must be host:port'),
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
    env['DATABASE_URL'] = wrong(new URL(platform.database.url)).href;
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
        /^migrations to come: email lacks (\d+) of \1, sms .*, retry lacks (\d+) of \2, reporting lacks (\d+) of \3$/,
      ),
      remedy: expect.stringContaining('DATABASE_MIGRATE=true'),
    });
    expect(well).toBe(false);

    const { retry, ...others } = schemas;
    for (const [schema, all] of Object.entries({ ...others, retry: retry.slice(0, -1) }))
      await migrate(platform.database.pool(), schema, all);
    expect((await look()).found['postgres.schema']).toMatchObject({
      state: 'fail',
      seen: `migrations to come: retry lacks 1 of ${retry.length}`,
    });
    await migrate(platform.database.pool(), 'retry', retry);
    expect((await look()).found['postgres.schema']).toEqual({ state: 'ok', seen: 'up to date' });
  });

  it('names messages that are stuck between a channel and retry', async () => {
    for (const schema of ['email', 'sms', 'retry'] as const)
      await migrate(platform.database.pool(), schema, schemas[schema]);
    expect((await look()).found['postgres.stuck-messages']).toEqual({ state: 'ok', seen: 'none does' });
    await platform.database
      .pool()
      .query(
        'INSERT INTO sms.handover (id, hop, kept_at, again, deferred, trace) SELECT gen_random_uuid(), 1, now(), ' +
          "again, '{}', '{}' FROM unnest(ARRAY[0, 2, 3, 7]) AS again",
      );
    await platform.database.pool().query(`
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
    const pool = platform.database.pool();
    await migrate(pool, 'email', schemas.email);
    await pool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'outside'`);
    env['DATABASE_URL'] = Object.assign(new URL(platform.database.url), { username: login, password: 'outside' }).href;
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
    const { code, output } = await command([], {
      ...env,
      KAFKA_BROKERS: '127.0.0.1:1',
      DATABASE_URL: 'postgres://someone:the-password@127.0.0.1:1/messaging',
    });
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
