import { randomUUID } from 'node:crypto';
import {
  type KeyedSuppressionChange,
  type OperationRequested,
  recipientRef,
  SuppressionChanged,
} from '#libs/contracts';
import { PostgresSuppressions, SuppressionsService } from '#libs/delivery';
import { deliveryMigrations } from '#libs/delivery-tables';
import { migrate, type Pool } from '#libs/persistence';
import { OperationRunner, PostgresOperationJobs } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SuppressionOrder } from '../src/suppressions/suppression-order.store.ts';
import { SuppressRecipient } from '../src/suppressions/suppress.work.ts';
import { UnsuppressRecipient } from '../src/suppressions/unsuppress.work.ts';

const anybody = () => recipientRef('a key for the tests', `${randomUUID()}@inbox.test`).hash;
const noon = Date.parse('2026-11-24T12:00:00Z');

let database: TestDatabase;
let pool: Pool;
let table: PostgresSuppressions;
let published: { key: string; value: SuppressionChanged | null; headers?: Record<string, string> }[];
/** Called after each record was published. */
let afterPublishing: () => Promise<void>;

beforeAll(async () => {
  database = await aDatabase();
  pool = database.pool();
  await migrate(pool, 'email', deliveryMigrations);
  table = new PostgresSuppressions(pool, 'email');
});
afterAll(() => database.drop());
beforeEach(async () => {
  published = [];
  afterPublishing = () => Promise.resolve();
  await pool.query('TRUNCATE email.operation_job, email.suppression');
});

const words = new SuppressionsService({
  publish: async ({ key, value, headers }) => {
    published.push({ key: String(key), value: value as SuppressionChanged | null, ...(headers && { headers }) });
    await afterPublishing();
  },
});

/** No provider is asked here: see provider-removals.int-spec. */
const removals = { remove: () => Promise.resolve({ counts: {} }) };

/** A replica. @param order how it orders them: as it really does, where nothing is said */
function replica(order: Pick<SuppressionOrder, 'turnOf'> = new SuppressionOrder('email')): OperationRunner {
  const parts = { channel: 'email', order, words, table } as const;
  return new OperationRunner({
    service: 'email',
    store: new PostgresOperationJobs(pool, 'email'),
    works: [new SuppressRecipient(parts), new UnsuppressRecipient({ ...parts, removals })],
    publisher: { publishAll: () => Promise.resolve([]) },
    logger: createLogger('test', 'silent'),
    leaseMs: 5_000,
  });
}

interface About {
  recipient: string;
  scope?: string;
  tenant?: string;
}
let askedAt = noon;
/** Each is asked for a second after the one before. */
const job = (kind: 'suppress' | 'unsuppress', about: About): OperationRequested => ({
  eventId: randomUUID(),
  operationId: randomUUID(),
  kind,
  services: ['email'],
  at: new Date((askedAt += 1_000)).toISOString(),
  work: {
    channel: 'email',
    scope: 'all',
    ...about,
    ...(kind === 'suppress' && { reason: 'manual', mask: 'a***@inbox.test' }),
    note: 'asked by phone',
    by: 'key:0123456789',
  },
});

async function count(sql: string): Promise<number> {
  return (await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM email.operation_job WHERE ${sql}`)).rows[0]!
    .n;
}
const portion = (runner: OperationRunner) => runner.runOne().catch(() => undefined);
/** Works until every job has ended; rests are over at once. */
async function work(...runners: OperationRunner[]): Promise<void> {
  for (let round = 0; round < 100 && (await count('ended_at IS NULL')) > 0; round += 1) {
    await pool.query("UPDATE email.operation_job SET rest_until = now() - interval '1 second'");
    await Promise.all(runners.map(portion));
  }
  expect(await count('ended_at IS NULL')).toBe(0);
}
async function endOf({ operationId }: OperationRequested): Promise<{ state: string; reason: string | null }> {
  const { rows } = await pool.query<{ state: string; reason: string | null }>(
    'SELECT state, reason FROM email.operation_job WHERE operation_id = $1',
    [operationId],
  );
  return rows[0]!;
}
async function carryOut(...jobs: OperationRequested[]): Promise<{ state: string; reason: string | null }[]> {
  const runner = replica();
  for (const each of jobs) await runner.onRequested(each);
  await work(runner);
  return Promise.all(jobs.map(endOf));
}
const holds = async ({ recipient, tenant }: About) =>
  (await table.list({ recipient, lifted: false, limit: 10 })).some((row) => row.tenant === tenant);

describe('a suppression that an operator asks for', () => {
  it('is published with author and reason, holds at once, and is lifted by another job', async () => {
    const recipient = anybody();
    expect(await carryOut(job('suppress', { recipient }))).toEqual([{ state: 'done', reason: null }]);
    expect(SuppressionChanged.parse(published[0]!.value)).toMatchObject({
      recipient,
      reason: 'manual',
      source: 'operator',
      mask: 'a***@inbox.test',
      note: 'asked by phone',
      by: 'key:0123456789',
    });
    expect(await holds({ recipient })).toBe(true);
    expect(await carryOut(job('unsuppress', { recipient }))).toEqual([{ state: 'done', reason: null }]);
    expect(published[1]).toMatchObject({
      key: published[0]!.key,
      value: null,
      headers: { 'x-lifted-because': 'asked by phone', 'x-lifted-by': 'key:0123456789' },
    });
    expect(await holds({ recipient })).toBe(false);
  });

  it('is not lifted where scope or tenant are another one’s: the job fails, and says how to look', async () => {
    const recipient = anybody();
    await carryOut(job('suppress', { recipient, tenant: 'acme' }));
    for (const other of [{ recipient }, { recipient, tenant: 'acme', scope: 'marketing' }, { recipient: anybody() }])
      expect(await carryOut(job('unsuppress', other))).toEqual([
        { state: 'failed', reason: expect.stringContaining('messaging suppressions show') },
      ]);
    expect(await holds({ recipient, tenant: 'acme' })).toBe(true);
  });

  it('is lifted even where the clock of a provider is ahead of ours', async () => {
    const recipient = anybody();
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const bounce: KeyedSuppressionChange = {
      key: `email:${recipient}:all`,
      word: { suppress: { channel: 'email', recipient, scope: 'all', reason: 'hard-bounce', at } },
    };
    await table.apply(bounce);
    await carryOut(job('unsuppress', { recipient }));
    await table.apply(bounce);
    expect(await holds({ recipient })).toBe(false);
  });

  it('is refused where it is about another channel', async () => {
    const strange = job('suppress', { recipient: anybody() });
    strange.work['channel'] = 'sms';
    expect(await carryOut(strange)).toMatchObject([{ state: 'failed', reason: expect.stringContaining('email') }]);
    expect(published).toEqual([]);
  });

  it('is the same record again where the connection was killed after it was published', async () => {
    const asking = job('suppress', { recipient: anybody() });
    let kills = 2;
    afterPublishing = async () => {
      kills -= 1;
      if (kills < 0) return;
      await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'idle in transaction'`,
      );
    };
    const [one, other] = [replica(), replica()];
    for (let ask = 0; ask < 2; ask += 1) await one.onRequested(asking);
    for (let round = 0; round < 20 && (await count('ended_at IS NULL')) > 0; round += 1) {
      await pool.query("UPDATE email.operation_job SET lease_until = now() - interval '1 second'");
      await portion(round % 2 === 0 ? one : other);
    }
    expect(await endOf(asking)).toEqual({ state: 'done', reason: null });
    expect(published).toHaveLength(3);
    expect(new Set(published.map((record) => JSON.stringify(record))).size).toBe(1);
    expect(await holds({ recipient: String(asking.work['recipient']) })).toBe(true);
  });
});

describe('several of them about one recipient', () => {
  interface History {
    jobs: OperationRequested[];
    recipient: string;
  }
  function aHistory(length: number): History {
    const recipient = anybody();
    const jobs = Array.from({ length }, () => job(Math.random() < 0.5 ? 'suppress' : 'unsuppress', { recipient }));
    return { recipient, jobs };
  }
  /** Given to two replicas that work at the same time, in any order, each record once or twice. */
  async function play({ jobs }: History, order?: Pick<SuppressionOrder, 'turnOf'>): Promise<void> {
    const replicas = [replica(order), replica(order)];
    const records = [...jobs, ...jobs.filter(() => Math.random() < 0.3)].toSorted(() => Math.random() - 0.5);
    for (const record of records) {
      await replicas[Math.random() < 0.5 ? 0 : 1]!.onRequested(record);
      if (Math.random() < 0.5) await Promise.all(replicas.map(portion));
    }
    await work(...replicas);
  }
  const isAsLastAsked = async ({ jobs, recipient }: History) =>
    (await holds({ recipient })) === (jobs.at(-1)!.kind === 'suppress');

  it('end as the last one that was asked for, in whatever order their records come', async () => {
    for (let round = 0; round < 40; round += 1) {
      const history = aHistory(2 + (round % 3));
      await play(history);
      const asked = history.jobs.map(({ kind }) => kind).join(', ');
      expect([asked, await isAsLastAsked(history)]).toEqual([asked, true]);
    }
  });

  it('would end otherwise if none waited for an earlier one, or gave way to a later one', async () => {
    const real = new SuppressionOrder('email');
    const careless: Pick<SuppressionOrder, 'turnOf'> = {
      turnOf: async (client, operationId, slot) => {
        const turn = await real.turnOf(client, operationId, slot);
        return turn.turn === 'now' ? turn : { turn: 'now', at: new Date().toISOString(), holds: true };
      },
    };
    let isWrong = false;
    for (let round = 0; round < 40 && !isWrong; round += 1) {
      const history = aHistory(3);
      await play(history, careless);
      isWrong = !(await isAsLastAsked(history));
    }
    expect(isWrong).toBe(true);
  });

  it('are of other recipients, scopes and tenants where those differ, and do not wait for each other', async () => {
    const [recipient, other] = [anybody(), anybody()];
    const ends = await carryOut(
      job('suppress', { recipient }),
      job('suppress', { recipient, tenant: 'acme' }),
      job('suppress', { recipient, scope: 'marketing' }),
      job('unsuppress', { recipient: other }),
    );
    expect(ends.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'failed']);
  });
});

describe('after a restore', () => {
  it('a job that had ended does not begin again, and one that had not goes on', async () => {
    const [ended, under] = [job('suppress', { recipient: anybody() }), job('suppress', { recipient: anybody() })];
    const runner = replica();
    for (const each of [ended, under]) await runner.onRequested(each);
    const word = (operationId: string, seq: number, state: 'running' | 'done') => ({
      eventId: randomUUID(),
      operationId,
      service: 'email' as const,
      seq,
      state,
      counts: { suppressed: state === 'done' ? 1 : 0 },
      at: new Date(noon).toISOString(),
    });
    await runner.onOwnWord(word(ended.operationId, 3, 'done'));
    await runner.onOwnWord(word(ended.operationId, 2, 'running'));
    await runner.onOwnWord(word(under.operationId, 2, 'running'));
    await runner.onOwnWord({ ...word(under.operationId, 9, 'done'), service: 'sms' });
    await work(runner);
    expect([await endOf(ended), await endOf(under)]).toMatchObject([{ state: 'done' }, { state: 'done' }]);
    expect(published.map(({ value }) => value?.recipient)).toEqual([under.work['recipient']]);
    // Its next words are later than those that it had said.
    expect(await count('seq = 4')).toBe(1);
  });
});
