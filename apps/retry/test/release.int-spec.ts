import { aDeferred } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadUpTo } from '../src/release/evidence-reader.port.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

describe('Releasing from Postgres', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const plan = (messageId: string, dueAt = past, hop = 1) =>
    schedule.decisions.decideOnce(asking(aDeferred({ messageId, hop }), planned(dueAt)));
  const states = async () => Object.fromEntries((await schedule.rows()).map((row) => [row.message_id, row.state]));
  const leaseEnds = () =>
    schedule.pool.query(
      `UPDATE retry.schedule SET lease_until = now() - interval '1 second' WHERE state = 'releasing'`,
    );

  it('takes what is due with its trace and leaves what is not', async () => {
    await Promise.all([plan('now'), plan('later', future)]);
    const batch = await schedule.aReplica().take({});
    expect(batch).toMatchObject({
      more: false,
      plans: [
        {
          due: { messageId: 'now', hop: 2, mode: 'send' },
          trace: { traceparent: expect.stringContaining('0af7651916cd43dd') },
        },
      ],
    });
    expect(await states()).toEqual({ now: 'releasing', later: 'pending' });
    await schedule.aReplica().markPublished(batch.token, batch.plans);
    expect(await states()).toEqual({ now: 'published', later: 'pending' });
  });

  it('never gives one plan to two replicas', async () => {
    await Promise.all(Array.from({ length: 400 }, (_, index) => plan(`m-${index}`)));
    const replicas = Array.from({ length: 4 }, () => schedule.aReplica({ RETRY_BATCH: 30 }));
    const taken: string[] = [];
    await Promise.all(
      replicas.map(async (replica) => {
        for (;;) {
          const { token, plans } = await replica.take({});
          if (plans.length === 0) return;
          taken.push(...plans.map(({ due }) => due.messageId));
          await replica.markPublished(token, plans);
        }
      }),
    );
    expect(taken).toHaveLength(400);
    expect(new Set(taken).size).toBe(400);
    expect(new Set(Object.values(await states()))).toEqual(new Set(['published']));
  });

  it('takes up what a replica left unfinished, but not before its lease is over', async () => {
    await plan('stuck');
    const dead = await schedule.aReplica().take({});
    expect((await schedule.aReplica().take({})).plans).toEqual([]);
    await leaseEnds();
    const heir = await schedule.aReplica().take({});
    expect(heir.plans).toEqual(dead.plans);
    await schedule.aReplica().markPublished(dead.token, dead.plans);
    expect(await states()).toEqual({ stuck: 'releasing' });
    await schedule.aReplica().markPublished(heir.token, heir.plans);
    expect(await states()).toEqual({ stuck: 'published' });
  });

  it('does not mark the next hop of a message that came back before its release was marked', async () => {
    await plan('fast');
    const batch = await schedule.aReplica().take({});
    await plan('fast', future, 2);
    await schedule.aReplica().markPublished(batch.token, batch.plans);
    expect(await schedule.rows()).toMatchObject([{ hop: 3, state: 'pending' }]);
  });

  it('holds back a resend after a lost answer until every fact published before its plan has been read', async () => {
    const again = async (messageId: string, channel: 'email' | 'sms') =>
      schedule.decisions.decideOnce(asking(aDeferred({ messageId, channel }), planned(past, { kind: 'unknown' })));
    const replica = schedule.aReplica();
    const taken = async (upTo: ReadUpTo) => (await replica.take(upTo)).plans.map(({ due }) => due.messageId).sort();
    const before = (await replica.waitingResends()).now;
    await again('mail', 'email');
    await again('text', 'sms');
    await schedule.decisions.decideOnce(
      asking(aDeferred({ messageId: 'look' }), planned(past, { kind: 'unknown', mode: 'reconcile' })),
    );
    const waiting = await replica.waitingResends();
    expect(waiting.channels.sort()).toEqual(['email', 'sms']);
    expect(await taken({ email: before, sms: before })).toEqual(['look']);
    expect(await taken({})).toEqual([]);
    expect(await taken({ sms: waiting.now })).toEqual(['text']);
    expect((await replica.waitingResends()).channels).toEqual(['email']);
    expect(await taken({ email: waiting.now })).toEqual(['mail']);
  });

  it('says that there is more when a batch was full', async () => {
    await Promise.all(['a', 'b', 'c'].map((id) => plan(id)));
    const replica = schedule.aReplica({ RETRY_BATCH: 2 });
    expect(await replica.take({})).toMatchObject({ more: true });
    expect(await replica.take({})).toMatchObject({ more: false });
  });

  it('takes urgent ones first after a downtime, and of every lane its part, however old the others are', async () => {
    const lanes = ['bulk', 'transactional', 'urgent'] as const;
    const older = (index: number) => new Date(Date.parse(past) + index * 60_000).toISOString();
    await Promise.all(
      lanes.flatMap((lane, index) =>
        Array.from({ length: 60 }, (_, number) =>
          schedule.decisions.decideOnce(
            asking(aDeferred({ messageId: `${lane}-${number}`, lane }), planned(older(index))),
          ),
        ),
      ),
    );
    const { plans } = await schedule.aReplica().take({}, 50);
    const taken = lanes.map((lane) => plans.filter(({ due }) => due.lane === lane).length);
    expect(taken.reduce((sum, count) => sum + count)).toBe(50);
    expect(taken[2]).toBeGreaterThanOrEqual(35);
    expect(taken[0]).toBeGreaterThan(0);
  });

  it('takes few large messages at once, however many are due', async () => {
    const request = { text: 'x'.repeat(3_000_000) };
    await Promise.all(
      [1, 2, 3, 4].map((number) =>
        schedule.decisions.decideOnce(asking(aDeferred({ messageId: `large-${number}`, request }), planned(past))),
      ),
    );
    const replica = schedule.aReplica();
    const sizes = [await replica.take({}), await replica.take({})].map(({ plans, more }) => [plans.length, more]);
    expect(sizes).toEqual([
      [3, true],
      [1, false],
    ]);
  });
});
