import { aDeferred } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresWaitingMessages } from '../src/backlog/waiting.store.ts';
import { giveUp } from './letters.fixtures.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

describe('What retry keeps, as its gauges show it', () => {
  let schedule: Schedule;
  beforeEach(async () => {
    schedule = await aSchedule();
  });
  afterEach(() => schedule.drop());

  const waiting = async (most = 100) => {
    const messages = new PostgresWaitingMessages(schedule.pool);
    return { ...(await messages.count(most)), latenessS: await messages.latenessS() };
  };
  const keep = (messageId: string, dueAt: string, more: Parameters<typeof planned>[1] = {}) =>
    schedule.decisions.decideOnce(asking(aDeferred({ messageId }), planned(dueAt, more)));

  it('is nothing at first', async () => {
    expect(await waiting()).toEqual({ scheduled: 0, parked: 0, openLetters: 0, latenessS: 0 });
  });

  it('is what waits for its time and what is parked, each counted up to the limit', async () => {
    for (const index of [1, 2, 3]) await keep(`m-${index}`, future);
    const parked = { kind: 'waiting', waitsFor: 'route:["email",["x","a"]]', notBefore: past } as const;
    for (const index of [4, 5]) await keep(`m-${index}`, future, parked);
    expect(await waiting()).toEqual({ scheduled: 3, parked: 2, openLetters: 0, latenessS: 0 });
    expect(await waiting(2)).toMatchObject({ scheduled: 2, parked: 2 });
  });

  it('includes the dead letters that nobody has dealt with', async () => {
    for (const id of ['m-1', 'm-2', 'm-3']) await giveUp(schedule, id);
    await schedule.pool.query("UPDATE retry.letter SET state = 'discarded' WHERE message_id = 'm-2'");
    expect(await waiting()).toMatchObject({ openLetters: 2 });
    expect(await waiting(1)).toMatchObject({ openLetters: 1 });
  });

  it('is late by as much as the oldest that is due, in whatever lane', async () => {
    for (const id of ['m-1', 'm-2']) await keep(id, past);
    await keep('m-3', future);
    await schedule.pool.query(
      "UPDATE retry.schedule SET due_at = now() - interval '90 s', lane = 'bulk' WHERE message_id = 'm-2'",
    );
    const { latenessS } = await waiting();
    expect(latenessS).toBeGreaterThanOrEqual(90);
    expect(latenessS).toBeLessThan(150);
  });

  it('includes what goes in the order of its key', async () => {
    await keep('m-1', future, { position: 7 });
    await keep('m-2', future);
    expect(await waiting()).toMatchObject({ scheduled: 2, latenessS: 0 });
    await schedule.pool.query("UPDATE retry.schedule SET due_at = now() - interval '90 s' WHERE position IS NOT NULL");
    expect((await waiting()).latenessS).toBeGreaterThanOrEqual(90);
  });
});
