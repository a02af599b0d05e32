import { aDeferred, aFailure } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Plan } from '../src/plan/decision.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

const message = (messageId: string) => ({ tenant: 'default', channel: 'email' as const, messageId });

describe('Stopping in Postgres', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const plan = (messageId: string, dueAt = future, more: Partial<Plan> = {}) =>
    schedule.decisions.decideOnce(asking(aDeferred({ messageId, hop: 3 }), planned(dueAt, more)));
  const stateOf = async (messageId: string) =>
    (await schedule.rows()).find((row) => row.message_id === messageId)?.state;

  it('cancels what is pending, and says the same when asked again', async () => {
    await plan('m-1');
    const first = await schedule.stops.cancel(message('m-1'));
    expect(first).toMatchObject({
      cancelled: true,
      due: { messageId: 'm-1', hop: 4 },
      trace: { traceparent: expect.any(String) },
    });
    expect(await schedule.stops.cancel(message('m-1'))).toEqual(first);
    expect(await stateOf('m-1')).toBe('cancelled');
  });

  it('cancels nothing that is being released or has gone', async () => {
    await plan('m-1', past);
    const replica = schedule.aReplica();
    const batch = await replica.take({});
    expect(await schedule.stops.cancel(message('m-1'))).toEqual({ cancelled: false, because: 'releasing' });
    await replica.markPublished(batch.token, batch.plans);
    expect(await schedule.stops.cancel(message('m-1'))).toEqual({ cancelled: false, because: 'published' });
  });

  it('cancels no search for a lost answer: the message may have gone already', async () => {
    await plan('m-1', future, { mode: 'reconcile', kind: 'unknown' });
    expect(await schedule.stops.cancel(message('m-1'))).toEqual({ cancelled: false, because: 'looking' });
    expect(await stateOf('m-1')).toBe('pending');
  });

  it.each([
    ['expired', 'ended'],
    ['exhausted', 'ended'],
    ['unconfirmed', 'unconfirmed'],
  ] as const)(
    'says of a message that was given up as %s that it has ended, and the same when asked again',
    async (reason, refusal) => {
      await schedule.decisions.decideOnce(
        asking(aDeferred({ messageId: 'm-1' }), {
          outcome: 'dead-lettered',
          at: past,
          facts: [],
          burial: { reason, failure: aFailure() },
        }),
      );
      const first = await schedule.stops.cancel(message('m-1'));
      expect(first).toEqual({ cancelled: false, because: 'ended', refusal, at: expect.any(String) });
      expect(await schedule.stops.cancel(message('m-1'))).toEqual(first);
    },
  );

  it('remembers a cancellation that overtook its message', async () => {
    expect(await schedule.stops.cancel(message('early'))).toEqual({ cancelled: false, because: 'no plan' });
    let cancelled: boolean | undefined;
    await schedule.decisions.decideOnce(
      asking(
        aDeferred({ messageId: 'early' }),
        (known) => ((cancelled = known.cancelled), { outcome: 'cancelled', at: past, facts: [] }),
      ),
    );
    expect(cancelled).toBe(true);
    expect(await stateOf('early')).toBeUndefined();
  });

  it('stops what is planned once a provider is proven to have the message', async () => {
    await plan('m-1');
    expect(await schedule.stops.markAccepted(message('m-1'), 3)).toBe(true);
    expect(await stateOf('m-1')).toBe('stopped');
    expect(await schedule.stops.markAccepted(message('m-1'), 3)).toBe(false);
    expect((await schedule.aReplica().take({})).plans).toEqual([]);
  });

  it('stops nothing of a message whose acceptance was revoked, on facts about the hop that was accepted', async () => {
    const acceptanceRevoked = (hop: number) =>
      asking(aDeferred({ messageId: 'm-1', hop, acceptanceRevoked: true }), ({ accepted }) =>
        accepted ? { outcome: 'accepted', at: past, facts: [] } : planned(future),
      );
    await plan('m-1');
    await schedule.stops.markAccepted(message('m-1'), 4);
    expect(await schedule.decisions.decideOnce(acceptanceRevoked(4))).toMatchObject({
      decision: { outcome: 'planned' },
    });
    // A callback that comes late, and one about an earlier hop.
    expect(await schedule.stops.markAccepted(message('m-1'), 4)).toBe(false);
    expect(await schedule.stops.markAccepted(message('m-1'), 3)).toBe(false);
    expect(await stateOf('m-1')).toBe('pending');
    expect(await schedule.stops.markAccepted(message('m-1'), 5)).toBe(true);
    expect(await stateOf('m-1')).toBe('stopped');
  });

  it('lets a release go on when the evidence comes too late: the channel’s ledger refuses the resend', async () => {
    await plan('m-1', past);
    const batch = await schedule.aReplica().take({});
    expect(await schedule.stops.markAccepted(message('m-1'), 3)).toBe(false);
    await schedule.aReplica().markPublished(batch.token, batch.plans);
    expect(await stateOf('m-1')).toBe('answered');
  });

  it('keeps nothing of receipts for messages that were never deferred', async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => schedule.stops.markAccepted(message(`unknown-${index}`), 3)),
    );
    const { rows } = await schedule.pool.query('SELECT count(*) AS count FROM retry.progress');
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('never leaves a plan behind that evidence and a decision raced for', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `race-${index}`);
    await Promise.all(
      ids.map((id) => schedule.decisions.decideOnce(asking(aDeferred({ messageId: id }), planned(past)))),
    );
    const next = (id: string) =>
      asking(aDeferred({ messageId: id, hop: 2 }), ({ accepted }) =>
        accepted ? { outcome: 'accepted', at: past, facts: [] } : planned(future),
      );
    await Promise.all(
      ids.flatMap((id) => [schedule.decisions.decideOnce(next(id)), schedule.stops.markAccepted(message(id), 3)]),
    );
    expect((await schedule.rows()).filter((row) => row.state === 'pending')).toEqual([]);
  });
});

describe('Tidying up in Postgres', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  it('deletes plans that ended long ago, and progress later, but never of a message that still waits', async () => {
    const { decisions, stops, retention, pool } = schedule;
    for (const messageId of ['ended', 'just-ended', 'waiting'])
      await decisions.decideOnce(asking(aDeferred({ messageId }), planned(future)));
    await stops.cancel(message('ended'));
    await stops.cancel(message('just-ended'));
    await pool.query(`UPDATE retry.schedule SET ended_at = now() - interval '25 hours' WHERE message_id = 'ended'`);
    await pool.query(`UPDATE retry.progress SET updated_at = now() - interval '15 days'`);
    expect(await retention.deleteSome()).toEqual({ more: false });
    expect((await schedule.rows()).map((row) => row.message_id)).toEqual(['just-ended', 'waiting']);
    const left = await pool.query('SELECT s.message_id FROM retry.progress p LEFT JOIN retry.schedule s USING (id)');
    expect(left.rows).toEqual([{ message_id: 'waiting' }]);
  });
});
