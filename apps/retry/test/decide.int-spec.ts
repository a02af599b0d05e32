import { aDeferred, anEmailRequest } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Decision, Known } from '../src/plan/decision.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

const deadLettered: Decision = { outcome: 'dead-lettered', at: past, facts: [] };

describe('Deciding in Postgres', () => {
  let schedule: Schedule;
  beforeAll(async () => (schedule = await aSchedule()));
  afterAll(() => schedule.drop());

  const rowOf = async (messageId: string) => (await schedule.rows()).find((row) => row.message_id === messageId);

  it('keeps the plan and gives the same decision when the same fact comes again', async () => {
    const deferred = aDeferred({ messageId: 'same' });
    const first = await schedule.decisions.decideOnce(asking(deferred, planned(future)));
    const again = await schedule.decisions.decideOnce(asking(deferred, deadLettered));
    expect(first).toEqual({ decision: planned(future), repeated: false });
    expect(again).toEqual({ decision: planned(future), repeated: true });
    expect(await rowOf('same')).toMatchObject({ hop: 2, state: 'pending', mode: 'send' });
  });

  it('ignores facts at or below the high water', async () => {
    const at = (hop: number) => asking(aDeferred({ messageId: 'high', hop }), planned(future));
    expect(await schedule.decisions.decideOnce(at(3))).toBeDefined();
    expect(await schedule.decisions.decideOnce(at(2))).toBeUndefined();
    expect(await schedule.decisions.decideOnce(at(3))).toBeUndefined();
    expect(await rowOf('high')).toMatchObject({ hop: 4 });
    expect(await schedule.decisions.decideOnce(at(4))).toMatchObject({ repeated: false });
    expect(await rowOf('high')).toMatchObject({ hop: 5, state: 'pending' });
  });

  it('remembers how far a message came when its plan is long deleted', async () => {
    await schedule.decisions.decideOnce(asking(aDeferred({ messageId: 'deleted', hop: 2 }), planned(future)));
    await schedule.pool.query(`DELETE FROM retry.schedule WHERE message_id = 'deleted'`);
    expect(
      await schedule.decisions.decideOnce(asking(aDeferred({ messageId: 'deleted', hop: 1 }), planned(future))),
    ).toBeUndefined();
    expect(await rowOf('deleted')).toBeUndefined();
  });

  it('decides one fact once when two replicas are given it at the same time', async () => {
    const deferred = aDeferred({ messageId: 'twice' });
    let decided = 0;
    const count = () => ((decided += 1), planned(future));
    const other = new (schedule.decisions.constructor as new (pool: typeof schedule.pool) => typeof schedule.decisions)(
      schedule.pool,
    );
    const answers = await Promise.all(
      [schedule.decisions, other].map((replica) => replica.decideOnce(asking(deferred, count))),
    );
    expect(decided).toBe(1);
    expect(answers.filter((answer) => answer?.repeated)).toHaveLength(1);
  });

  it('takes hundreds of messages together, and two hops of one message in their order', async () => {
    const deferred = Array.from({ length: 300 }, (_, index) => aDeferred({ messageId: `many-${index}` }));
    const hops = [...deferred.slice(0, 1), aDeferred({ messageId: 'many-0', hop: 2 }), ...deferred.slice(1)];
    const answers = await Promise.all(hops.map((one) => schedule.decisions.decideOnce(asking(one, planned(future)))));
    expect(answers.filter((answer) => answer?.repeated === false)).toHaveLength(301);
    expect(await rowOf('many-0')).toMatchObject({ hop: 3 });
  });

  it('loses no message over a text that holds U+0000 or half a surrogate pair', async () => {
    // Refused at the door by now; what was taken before is still under way.
    const request = { ...anEmailRequest({ messageId: 'nul' }), text: 'a\u0000b\ud800c' };
    await schedule.decisions.decideOnce(asking(aDeferred({ messageId: 'nul', request }), planned(past)));
    const { plans } = await schedule.aReplica().take({});
    expect(plans.find(({ due }) => due.messageId === 'nul')?.due.request).toEqual(request);
  });

  it('is given what is known of a message', async () => {
    const of = (hop: number) => aDeferred({ messageId: 'known', hop });
    const seen: Known[] = [];
    const look = (known: Known) => (
      seen.push({ accepted: known.accepted, cancelled: known.cancelled }),
      planned(future, { mode: 'reconcile' })
    );
    await schedule.decisions.decideOnce(asking(of(1), look));
    await schedule.stops.cancel(of(1));
    await schedule.decisions.decideOnce(asking(of(2), look));
    await schedule.stops.markAccepted(of(2), 3);
    await schedule.decisions.decideOnce(asking(of(3), look));
    expect(seen).toEqual([
      { accepted: false, cancelled: false },
      { accepted: false, cancelled: true },
      { accepted: true, cancelled: true },
    ]);
  });
});
