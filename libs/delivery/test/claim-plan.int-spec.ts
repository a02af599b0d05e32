import { randomUUID } from 'node:crypto';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { ledgerMigrations } from '#libs/delivery-tables';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aDelivery } from './builders/a-delivery.ts';
import { Callers } from './builders/callers.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await aDatabase();
  pool = database.pool();
  await migrate(pool, 'email', ledgerMigrations);
});
afterAll(() => database.drop());

/** How often all partitions of the ledger were read as a whole, and by an index. */
async function reads(): Promise<{ whole: number; byIndex: number }> {
  await pool.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await pool.query<{ whole: number; by_index: number }>(
    `SELECT sum(seq_scan)::int AS whole, sum(idx_scan)::int AS by_index
       FROM pg_stat_user_tables WHERE relname LIKE 'ledger%'`,
  );
  return { whole: rows[0]!.whole, byIndex: rows[0]!.by_index };
}

it('a claim looks hops up by the index, though its plan was made while the ledger was empty', async () => {
  const callers = new Callers(new PostgresLedger({ pool, schema: 'email', leaseMs: 60_000, retentionDays: 14 }));
  await callers.claim(aDelivery(), randomUUID());
  const before = await reads();
  for (let round = 0; round < 20; round += 1)
    await Promise.all(Array.from({ length: 200 }, () => callers.claim(aDelivery(), randomUUID())));
  const after = await reads();
  expect(after.whole - before.whole).toBe(0);
  expect(after.byIndex).toBeGreaterThan(before.byIndex + 4_000);
});
