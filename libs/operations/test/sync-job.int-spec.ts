import { randomUUID } from 'node:crypto';
import { ListSync, PostgresListTurns, PostgresSuppressions, ProviderLists, SuppressionsService } from '#libs/delivery';
import { deliveryMigrations } from '#libs/delivery-tables';
import { migrate, type Pool } from '#libs/persistence';
import { type ListPage, SuppressionLists } from '#libs/providers';
import { OperationRunner, PostgresOperationJobs } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SyncLists } from '../src/suppressions/sync.work.ts';

class FixedLists extends SuppressionLists {
  readonly provider = 'first';
  pages: ListPage[] = [];

  async *read(): AsyncGenerator<ListPage> {
    await Promise.resolve();
    yield* this.pages;
  }

  remove(): Promise<[]> {
    return Promise.resolve([]);
  }
}

const logger = createLogger('test', 'silent');
let database: TestDatabase;
let pool: Pool;
let source: FixedLists;

beforeAll(async () => {
  database = await aDatabase();
  pool = database.pool();
  await migrate(pool, 'email', deliveryMigrations);
});
afterAll(() => database.drop());
beforeEach(async () => {
  source = new FixedLists();
  await pool.query('TRUNCATE email.list_turn, email.operation_job');
  await pool.query('INSERT INTO email.list_turn DEFAULT VALUES');
});

function aReplica(sources: readonly SuppressionLists[] = [source]) {
  const table = new PostgresSuppressions(pool, 'email');
  const words = new SuppressionsService({ publish: () => Promise.resolve() });
  const lists = new ProviderLists({ channel: 'email', hashKey: 'a key for the tests', sources, words, table });
  const turns = new PostgresListTurns(pool, 'email');
  const sync = new ListSync({ channel: 'email', lists, turns, logger, everyMs: 3_600_000 });
  const runner = new OperationRunner({
    service: 'email',
    store: new PostgresOperationJobs(pool, 'email'),
    works: [new SyncLists(sync)],
    publisher: { publishAll: () => Promise.resolve([]) },
    logger,
  });
  return { sync, runner };
}
async function ask(runner: OperationRunner): Promise<void> {
  await runner.onRequested({
    eventId: randomUUID(),
    operationId: randomUUID(),
    kind: 'sync',
    services: ['email', 'sms'],
    at: new Date().toISOString(),
    work: {},
  });
}
async function portion(runner: OperationRunner): Promise<void> {
  await pool.query("UPDATE email.operation_job SET rest_until = now() - interval '1 second'");
  await runner.runOne();
}
const job = async () =>
  (await pool.query<object>('SELECT state, reason, counts FROM email.operation_job')).rows[0] as {
    state: string;
    reason: string | null;
    counts: Record<string, number>;
  };

describe('taking over the providers’ lists by an operation', () => {
  it('is the next run of the schedule, whichever replica does it, and its counts say what came of each', async () => {
    const address = `${randomUUID()}@inbox.test`;
    source.pages = [{ list: 'bounces', entries: [{ address, scope: 'all', reason: 'hard-bounce', at: new Date() }] }];
    const [one, other] = [aReplica(), aReplica()];
    await ask(one.runner);
    for (let round = 0; round < 2; round += 1) await portion(one.runner);
    expect(await job()).toMatchObject({ state: 'running' });
    await other.sync.round();
    await portion(one.runner);
    expect(await job()).toEqual({
      state: 'done',
      reason: null,
      counts: { 'first bounces': 1, 'first bounces, new': 1 },
    });
  });

  it('fails by the name of a list that could not be read, though the others were taken over', async () => {
    source.pages = [
      { list: 'bounces', entries: [] },
      { list: 'spam_reports', trouble: 'the scope suppression.read is missing' },
    ];
    const { runner, sync } = aReplica();
    await ask(runner);
    await portion(runner);
    await sync.round();
    await portion(runner);
    expect(await job()).toMatchObject({
      state: 'failed',
      reason: 'Lists could not be read: first spam_reports (the scope suppression.read is missing).',
    });
  });

  it('is over at once where no provider of the channel has lists', async () => {
    const { runner } = aReplica([]);
    await ask(runner);
    await portion(runner);
    expect(await job()).toMatchObject({ state: 'done', counts: {} });
  });
});
