import { setTimeout as delay } from 'node:timers/promises';
import type { ParkedChanged } from '#libs/contracts';
import { deliveryMigrations } from '#libs/delivery-tables';
import { migrate } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { PostgresBacklog } from '../src/backlog/backlog.store.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

describe('the row of what retry has parked', () => {
  let database: TestDatabase;
  let backlog: PostgresBacklog;

  beforeAll(async () => {
    database = await aDatabase();
    await migrate(database.pool(), 'email', deliveryMigrations);
    backlog = new PostgresBacklog(database.pool(), 'email');
  });
  beforeEach(() => database.pool().query('TRUNCATE email.backlog'));
  afterAll(() => database.drop());

  const says = (isFull: boolean, forMs: number, parked = 10) =>
    backlog.apply({ parked, limit: 10, isFull, forMs, at: '2030-01-31T09:00:00.000Z' } satisfies ParkedChanged, forMs);

  it('says nothing before retry has', async () => {
    expect(await backlog.state()).toBeUndefined();
  });

  it('is full until retry says otherwise, and has been so since it was said first', async () => {
    await says(true, 60_000);
    await delay(30);
    await says(true, 60_000, 12);
    const state = await backlog.state();
    expect(state).toMatchObject({ parked: 12, isFull: true });
    expect(state!.fullForMs).toBeGreaterThan(25);
    await says(false, 0, 4);
    expect(await backlog.state()).toEqual({ parked: 4, isFull: false, fullForMs: 0 });
  });

  it('is over where retry says nothing more, and begins anew', async () => {
    await says(true, 20);
    await delay(40);
    expect(await backlog.state()).toMatchObject({ isFull: false, fullForMs: 0 });
    await says(true, 60_000);
    expect((await backlog.state())!.fullForMs).toBeLessThan(30);
  });
});
