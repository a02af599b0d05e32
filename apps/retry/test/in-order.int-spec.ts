import { aDeferred } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DuePlan } from '../src/release/due-plans.port.ts';
import { PostgresOrderedPlans } from '../src/release/ordered-plans.store.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

describe('releasing in order from Postgres', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const aReplica = () => new PostgresOrderedPlans(schedule.pool, { RETRY_LEASE_MS: 30_000 });
  const plan = (messageId: string, position: number, { dueAt = past, requestedAt = past } = {}) =>
    schedule.decisions.decideOnce(
      asking(
        aDeferred({ messageId, requestedAt, position, inOrder: true }),
        planned(dueAt, { kind: 'waiting', position }),
      ),
    );
  const namesOf = (plans: readonly DuePlan[]) => plans.map(({ due }) => due.messageId);
  const all = async (plans: readonly DuePlan[]) => [...plans];

  it('takes what is due by its time, then by when it was asked for, then by its place in the partition', async () => {
    await Promise.all([
      plan('third', 5, { requestedAt: '2020-01-01T00:00:01Z' }),
      plan('second', 11),
      plan('first', 9),
      plan('fourth', 1),
      plan('later', 0, { dueAt: future }),
    ]);
    // A time that has passed is that of the decision.
    await schedule.pool.query(
      `UPDATE retry.schedule SET due_at = now() - CASE message_id WHEN 'fourth' THEN interval '1 s'
          ELSE interval '2 s' END
        WHERE message_id <> 'later'`,
    );
    const taken: string[] = [];
    const release = async (plans: readonly DuePlan[]) => {
      taken.push(...namesOf(plans));
      return [...plans];
    };
    expect(await aReplica().inTurn(3, release)).toBe(3);
    expect(await aReplica().inTurn(3, release)).toBe(1);
    expect(await aReplica().inTurn(3, release)).toBe(0);
    expect(taken).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('leaves them out of what any replica may release at any time', async () => {
    await plan('in-order', 1);
    expect((await schedule.aReplica().take({})).plans).toEqual([]);
    await schedule.pool.query(
      "UPDATE retry.schedule SET state = 'releasing', lease_until = now() - interval '1 minute'",
    );
    expect((await schedule.aReplica().take({})).plans).toEqual([]);
    expect(await aReplica().inTurn(10, all)).toBe(1);
  });

  it('lets one replica at a time have the turn', async () => {
    await Promise.all([plan('a', 1), plan('b', 2)]);
    let others: number | undefined;
    await aReplica().inTurn(1, async (plans) => {
      others = await aReplica().inTurn(1, all);
      return [...plans];
    });
    expect(others).toBe(0);
    expect(await aReplica().inTurn(1, all)).toBe(1);
  });

  it('begins with what a replica has left unfinished that died or could not publish', async () => {
    await Promise.all([plan('a', 1), plan('b', 2), plan('c', 3)]);
    const dies = () => Promise.reject(new Error('it dies'));
    await expect(aReplica().inTurn(2, dies)).rejects.toThrow('it dies');
    // What is being released cannot be cancelled any more, as elsewhere.
    expect((await schedule.rows()).map(({ state }) => state)).toEqual(['releasing', 'releasing', 'pending']);
    const taken: string[] = [];
    await aReplica().inTurn(10, async (plans) => {
      taken.push(...namesOf(plans));
      return plans.slice(0, 1);
    });
    await aReplica().inTurn(10, async (plans) => {
      taken.push(...namesOf(plans));
      return [...plans];
    });
    expect(taken).toEqual(['a', 'b', 'c', 'b', 'c']);
    expect(new Set((await schedule.rows()).map(({ state }) => state))).toEqual(new Set(['published']));
  });

  it('finds what is due by an index, however much waits', async () => {
    await plan('first', 1);
    await schedule.pool.query(
      `INSERT INTO retry.schedule (id, hop, channel, tenant, message_id, lane, mode, kind, due_at, bytes, payload,
         trace, position, requested_at)
       SELECT gen_random_uuid(), 2, channel, tenant, 'm-' || n, lane, mode, kind, now() + interval '1 hour', bytes,
         payload, trace, n, now() FROM retry.schedule, generate_series(1, 50000) AS n`,
    );
    await schedule.pool.query('ANALYZE retry.schedule');
    const began = performance.now();
    expect(await aReplica().inTurn(100, all)).toBe(1);
    expect(await aReplica().inTurn(100, all)).toBe(0);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
