import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OperationRequested, recipientRef, sealedAddressContext, type UnsuppressWork } from '#libs/contracts';
import { KeyRing, Sealing } from '#libs/custody';
import { PostgresSuppressions, SuppressionsService } from '#libs/delivery';
import { deliveryMigrations } from '#libs/delivery-tables';
import { migrate, type Pool } from '#libs/persistence';
import { type ListPage, type ListRemoval, SuppressionLists } from '#libs/providers';
import { OperationRunner, PostgresOperationJobs } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProviderRemovals } from '../src/suppressions/provider-removals.service.ts';
import { SuppressionOrder } from '../src/suppressions/suppression-order.store.ts';
import { UnsuppressRecipient } from '../src/suppressions/unsuppress.work.ts';

const hashKey = 'a key for the tests';
const WEEK_MS = 7 * 86_400_000;

class OwnLists extends SuppressionLists {
  readonly provider = 'first';
  readonly asked: [address: string, scope: string][] = [];
  answers: ListRemoval[][] = [];

  async *read(): AsyncGenerator<ListPage> {
    await Promise.resolve();
    yield* [];
  }

  remove(address: string, scope: string): Promise<ListRemoval[]> {
    this.asked.push([address, scope]);
    return Promise.resolve(this.answers.shift() ?? [{ list: 'bounces', removed: true }]);
  }
}

let database: TestDatabase;
let pool: Pool;
let table: PostgresSuppressions;
let folder: string;
let lists: OwnLists;
/** How much later it is for the channel, in milliseconds. */
let laterMs: number;

beforeAll(async () => {
  database = await aDatabase();
  pool = database.pool();
  await migrate(pool, 'email', deliveryMigrations);
  table = new PostgresSuppressions(pool, 'email');
});
afterAll(() => database.drop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'removals-'));
  lists = new OwnLists();
  laterMs = 0;
  await pool.query('TRUNCATE email.operation_job, email.suppression');
});

const sealingAt = (now: () => number) =>
  new Sealing({ custody: new KeyRing(folder), purpose: 'operations', epochsKept: 5, now });
function aRunner(): OperationRunner {
  const sealing = sealingAt(() => Date.now() + laterMs);
  const words = new SuppressionsService({ publish: () => Promise.resolve() });
  const removals = new ProviderRemovals({ channel: 'email', hashKey, lists: [lists], seal: { sealing } });
  const parts = { channel: 'email', order: new SuppressionOrder('email'), words, table, removals } as const;
  return new OperationRunner({
    service: 'email',
    store: new PostgresOperationJobs(pool, 'email'),
    works: [new UnsuppressRecipient(parts)],
    publisher: { publishAll: () => Promise.resolve([]) },
    logger: createLogger('test', 'silent'),
  });
}
const person = () => {
  const address = `${randomUUID()}@inbox.test`;
  return { address, recipient: recipientRef(hashKey, address).hash };
};
async function suppress(recipient: string): Promise<void> {
  const at = new Date(Date.now() - 1_000).toISOString();
  const word = { suppress: { channel: 'email', recipient, scope: 'all', reason: 'hard-bounce', at } } as const;
  await table.apply({ key: `email:${recipient}:all`, word });
}
/** As reporting makes it. */
async function job(
  address: string,
  recipient: string,
  more: Partial<UnsuppressWork> = {},
): Promise<OperationRequested> {
  const operationId = randomUUID();
  const slot = { channel: 'email', recipient, scope: 'all' } as const;
  const sealedAddress = await sealingAt(Date.now).seal(address, sealedAddressContext(operationId, slot));
  return {
    eventId: randomUUID(),
    operationId,
    kind: 'unsuppress',
    services: ['email'],
    at: new Date().toISOString(),
    work: { ...slot, note: 'asked to get it again', by: 'key:0123456789', sealedAddress, ...more },
  };
}
async function portions(runner: OperationRunner, most = 50): Promise<void> {
  for (let round = 0; round < most; round += 1) {
    await pool.query("UPDATE email.operation_job SET rest_until = now() - interval '1 second'");
    if (!(await runner.runOne()).more) return;
  }
}
const end = async () =>
  (await pool.query<object>('SELECT state, reason, counts FROM email.operation_job')).rows[0] as {
    state: string;
    reason: string | null;
    counts: Record<string, number>;
  };
const holds = async (recipient: string) => (await table.list({ recipient, lifted: false, limit: 1 })).length === 1;

describe('a suppression that is lifted at the providers as well', () => {
  it('is taken off their lists by the address, which is in no table, and then lifted here', async () => {
    const { address, recipient } = person();
    await suppress(recipient);
    const runner = aRunner();
    await runner.onRequested(await job(address, recipient));
    await portions(runner);
    expect(lists.asked).toEqual([[address, 'all']]);
    expect(await end()).toEqual({ state: 'done', reason: null, counts: { lifted: 1, 'off first bounces': 1 } });
    expect(await holds(recipient)).toBe(false);
    const { rows } = await pool.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'email'",
    );
    for (const { name } of rows) {
      const { rowCount } = await pool.query(`SELECT 1 FROM ${name} t WHERE t::text ILIKE '%' || $1 || '%'`, [address]);
      expect([name, rowCount]).toEqual([name, 0]);
    }
  });

  it('is taken off there also where it was lifted here before', async () => {
    const { address, recipient } = person();
    const runner = aRunner();
    await runner.onRequested(await job(address, recipient));
    await portions(runner);
    expect(await end()).toMatchObject({ state: 'done', counts: { lifted: 0, 'off first bounces': 1 } });
  });

  it('waits for a provider that cannot be reached, says so, and holds meanwhile', async () => {
    const { address, recipient } = person();
    await suppress(recipient);
    lists.answers = [[{ list: 'bounces', trouble: 'it answers with status 503', passes: true }]];
    const runner = aRunner();
    await runner.onRequested(await job(address, recipient));
    await portions(runner, 2);
    const why = 'It is not off every list of its providers: first bounces: it answers with status 503.';
    expect(await end()).toEqual({ state: 'running', reason: why, counts: {} });
    expect(await holds(recipient)).toBe(true);
    await portions(runner);
    expect(await end()).toMatchObject({ state: 'done', reason: null });

    await pool.query('TRUNCATE email.operation_job');
    lists.answers = Array.from({ length: 12 }, () => [{ list: 'bounces', trouble: 'it is away', passes: true }]);
    await runner.onRequested(await job(address, recipient));
    await portions(runner);
    expect(await end()).toMatchObject({ state: 'failed', reason: expect.stringContaining('tried 12 times') });
  });

  it('fails where the key may not do it, and holds still', async () => {
    const { address, recipient } = person();
    await suppress(recipient);
    const trouble = 'the key may not change it: give it the scope suppression.delete';
    lists.answers = [
      [
        { list: 'bounces', removed: true },
        { list: 'spam_reports', trouble, passes: false },
      ],
    ];
    const runner = aRunner();
    await runner.onRequested(await job(address, recipient));
    await portions(runner);
    expect(await end()).toMatchObject({ state: 'failed', reason: expect.stringContaining(trouble) });
    expect(await holds(recipient)).toBe(true);
  });

  it.each<[string, (mine: OperationRequested, other: OperationRequested) => void]>([
    ['another job', (mine, other) => Object.assign(mine.work, { sealedAddress: other.work['sealedAddress'] })],
    ['another recipient', (mine, other) => Object.assign(mine.work, { recipient: other.work['recipient'] })],
    ['another scope', (mine) => Object.assign(mine.work, { scope: 'marketing' })],
    ['another tenant', (mine) => Object.assign(mine.work, { tenant: 'acme' })],
    ['nothing, since it was changed', (mine) => Object.assign(mine.work, { sealedAddress: 'v1.2026-W48.AAAA' })],
  ])('asks no provider about an address that was sealed for %s', async (_, swap) => {
    const [ada, bob] = [person(), person()];
    const [mine, other] = [await job(ada.address, ada.recipient), await job(bob.address, bob.recipient)];
    swap(mine, other);
    const runner = aRunner();
    await runner.onRequested(mine);
    await portions(runner, 3);
    expect(lists.asked).toEqual([]);
    expect(['failed', 'running']).toContain((await end()).state);
  });

  it('asks no provider about an address that is not the one of its hash', async () => {
    const [ada, bob] = [person(), person()];
    const runner = aRunner();
    await runner.onRequested(await job(bob.address, ada.recipient));
    await portions(runner);
    expect([lists.asked, (await end()).state]).toEqual([[], 'failed']);
  });

  it('ends visibly where the key of its week is destroyed, and waits where the folder is away', async () => {
    const { address, recipient } = person();
    await suppress(recipient);
    const [gone, away] = [await job(address, recipient), await job(address, recipient)];
    laterMs = 5 * WEEK_MS;
    const runner = aRunner();
    await runner.onRequested(gone);
    await portions(runner);
    expect(await end()).toMatchObject({ state: 'failed', reason: expect.stringContaining('destroyed') });

    laterMs = 0;
    await pool.query('TRUNCATE email.operation_job');
    rmSync(folder, { recursive: true });
    await runner.onRequested(away);
    await portions(runner, 3);
    expect(await end()).toMatchObject({ state: 'running', reason: expect.stringContaining('custody') });
    expect(await holds(recipient)).toBe(true);
  });

  it('fails in a service without keys, by the name of the setting', async () => {
    const { address, recipient } = person();
    const removals = new ProviderRemovals({ channel: 'email', hashKey, lists: [lists], seal: { sealing: undefined } });
    const { operationId, work } = await job(address, recipient);
    expect(await removals.remove({ operationId, work: work as UnsuppressWork })).toEqual({
      failed: expect.stringContaining('CUSTODY_KEYRING_DIR'),
    });
  });
});
