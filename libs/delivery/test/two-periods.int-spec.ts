import { randomUUID } from 'node:crypto';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { ledgerMigrations } from '#libs/delivery-tables';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDelivery } from './builders/a-delivery.ts';
import { Callers } from './builders/callers.ts';

const day = 86_400_000;
const retentionDays = 14;
const tries = 300;

describe('two copies of one message from different periods of the ledger', () => {
  let database: TestDatabase;
  let pool: Pool;
  const replica = () => new Callers(new PostgresLedger({ pool, schema: 'email', leaseMs: 60_000, retentionDays }));

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', ledgerMigrations);
  });
  afterAll(() => database.drop());

  /**
   * Claims both copies at the same instant, many times over.
   * @returns how often each number of copies was claimed
   */
  async function race(older: Date, newer: Date, others = 0): Promise<Record<number, number>> {
    const [one, other] = [replica(), replica()];
    const wins: Record<number, number> = {};
    for (let round = 0; round < tries; round += 1) {
      const copy = aDelivery({ requestedAt: newer });
      const company = Array.from({ length: others }, () => aDelivery());
      const claims = await Promise.all([
        ...company.map((delivery) => one.claim(delivery, randomUUID())),
        one.claim(copy, randomUUID()),
        other.claim({ ...copy, rememberedAt: older, source: 'elsewhere/0/1' }, randomUUID()),
      ]);
      const won = claims.slice(others).filter(({ verdict }) => verdict === 'mine').length;
      wins[won] = (wins[won] ?? 0) + 1;
    }
    return wins;
  }

  it('are claimed once, though both are claimed at the same instant', async () => {
    const now = Date.now();
    expect(await race(new Date(now - 7 * day), new Date(now))).toEqual({ 1: tries });
  });

  it('are claimed once, though one of them comes in a batch of others', async () => {
    const now = Date.now();
    expect(await race(new Date(now - 7 * day), new Date(now), 20)).toEqual({ 1: tries });
  });

  it('are claimed once when neither is of the current period', async () => {
    const now = Date.now();
    expect(await race(new Date(now - 13 * day), new Date(now - 7 * day))).toEqual({ 1: tries });
  });

  it('block no claim of the current period for longer than the other takes', async () => {
    const holder = await pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('claims:email', 0))`);
      expect(await replica().claim(aDelivery(), randomUUID())).toMatchObject({ verdict: 'mine' });
      const late = replica().claim(aDelivery({ rememberedAt: new Date(Date.now() - 7 * day) }), randomUUID());
      const first = await Promise.race([
        late.then(() => 'claimed'),
        new Promise((resolve) => setTimeout(() => resolve('waits'), 200)),
      ]);
      expect(first).toBe('waits');
      await holder.query('COMMIT');
      expect(await late).toMatchObject({ verdict: 'mine' });
    } finally {
      holder.release(true);
    }
  });
});
