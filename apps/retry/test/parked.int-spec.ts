import { type Lane, type ProviderChanged, routeKey } from '#libs/contracts';
import { aDeferred } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stateOf } from '../src/park/key.policy.ts';
import type { WaitedKey } from '../src/park/parked-plans.port.ts';
import { FIRST_RATE, nextRound } from '../src/park/ramp.policy.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

const sendgrid = { provider: 'sendgrid', account: 's' };
const resend = { provider: 'resend', account: 'r' };
const both = routeKey('email', [sendgrid, resend]);

const giveOf = ({ key, ramp, holds, now }: WaitedKey) => nextRound(ramp, stateOf(key, holds, now), now);

describe('Plans that wait for a provider, in Postgres', () => {
  let schedule: Schedule;
  let seq = 0;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const park = (messageId: string, more: { lane?: Lane; key?: string; notBefore?: string; rests?: number } = {}) => {
    const { lane = 'transactional', key = both, notBefore = past, rests = 1 } = more;
    return schedule.decisions.decideOnce(
      asking(
        aDeferred({ messageId, lane, rests, hop: rests }),
        planned(future, { kind: 'waiting', waitsFor: key, notBefore }),
      ),
    );
  };
  const many = (count: number, lane: Lane) =>
    Promise.all(Array.from({ length: count }, (_, index) => park(`${lane}-${index}`, { lane })));
  const hold = (of: { provider: string; account: string }, more: Partial<ProviderChanged> = {}) =>
    schedule.holds.apply({
      eventId: 'e',
      channel: 'email',
      ...of,
      scope: 'all',
      holdId: `h-${(seq += 1)}`,
      seq,
      state: 'held',
      forMs: 60_000,
      kind: 'throttled',
      code: '429',
      meaning: '',
      at: past,
      ...more,
    });
  const due = async () =>
    (
      await schedule.pool.query<{ message_id: string }>(
        'SELECT message_id FROM retry.schedule WHERE waits_for IS NULL ORDER BY message_id',
      )
    ).rows.map((row) => row.message_id);
  /** As if the last round had been so long ago. */
  const passes = async (ms: number) => {
    await schedule.pool.query(
      "UPDATE retry.condition SET since = since - $1::int * interval '1 ms', " +
        "moved_at = moved_at - $1::int * interval '1 ms'",
      [ms],
    );
    await schedule.pool.query("UPDATE retry.hold SET held_at = held_at - $1::int * interval '1 ms'", [ms]);
  };
  const round = () => schedule.parkedPlans().bringForward(giveOf);
  const moved = async () => (await round()).reduce((sum, { messages }) => sum + messages, 0);

  it('are not due, and go once the one or the other can take them', async () => {
    await park('m-1');
    expect((await schedule.aReplica().take({})).plans).toEqual([]);
    await passes(1_000);
    expect(await round()).toEqual([{ key: both, messages: 1, rate: FIRST_RATE }]);
    expect((await schedule.aReplica().take({})).plans).toMatchObject([{ due: { messageId: 'm-1', hop: 2 } }]);
  });

  it('stay while all are held, go at a hold’s end, and start slowly again after a new one', async () => {
    await many(300, 'bulk');
    for (let second = 0; second < 8; second += 1) {
      await passes(1_000);
      await round();
    }
    const before = (await due()).length;
    expect(before).toBeGreaterThan(70);
    await hold(sendgrid);
    await hold(resend);
    await passes(1_000);
    expect(await moved()).toBe(0);
    await hold(resend, { state: 'lifted', holdId: `h-${seq}`, forMs: 0 });
    await passes(1_000);
    await round();
    await passes(1_000);
    const after = await moved();
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(FIRST_RATE);
  });

  it('go on after a hold that was set once they were parked', async () => {
    await park('m-1');
    await hold(sendgrid);
    await hold(resend);
    await round();
    await hold(resend, { state: 'lifted', holdId: `h-${seq}`, forMs: 0 });
    await round();
    // Only the rounds' own time passes: what is written by one must be there for the next.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await moved()).toBe(1);
  });

  it('go under each key, also one that is first needed while another one is in use', async () => {
    const other = routeKey('sms', [{ provider: 'twilio', account: 't1' }]);
    await park('m-1');
    await park('m-2', { key: other });
    await passes(1_000);
    expect((await round()).map(({ key }) => key).toSorted()).toEqual([both, other].toSorted());
  });

  it('go urgent first, and bulk gets its part', async () => {
    await many(200, 'urgent');
    await many(200, 'bulk');
    await schedule.pool.query('UPDATE retry.condition SET rate = 100');
    await passes(1_000);
    await round();
    const lanes = (await due()).map((id) => id.split('-')[0]);
    expect(lanes.length).toBeGreaterThanOrEqual(100);
    expect(lanes.filter((lane) => lane === 'urgent').length).toBeGreaterThan(90);
    expect(lanes).toContain('bulk');
  });

  it('rest until their time, whoever can take them by then, and the longest rested go first', async () => {
    await park('rests', { notBefore: future });
    await park('later', { notBefore: '2021-01-01T00:00:00Z' });
    await park('first', { notBefore: past });
    await schedule.pool.query('UPDATE retry.condition SET moved_at = clock_timestamp(), credit = 1');
    await round();
    expect(await due()).toEqual(['first']);
    await passes(1_000);
    await round();
    expect(await due()).toEqual(['first', 'later']);
  });

  it('go when they have waited for as long as they may, in portions, though nobody can take them', async () => {
    await hold(sendgrid);
    await hold(resend);
    await many(600, 'bulk');
    await park('stays');
    await schedule.pool.query(`UPDATE retry.schedule SET due_at = now() - interval '1 s' WHERE lane = 'bulk'`);
    expect(await schedule.parkedPlans().bringLongest()).toEqual({ more: true });
    expect(await schedule.parkedPlans().bringLongest()).toEqual({ more: false });
    expect(await due()).toHaveLength(600);
    expect((await schedule.aReplica().take({})).plans).toHaveLength(500);
  });

  it('are moved by one replica at a time: two are no faster than one', async () => {
    await many(300, 'bulk');
    await schedule.pool.query('UPDATE retry.condition SET rate = 100');
    await passes(1_000);
    const results = await Promise.all(Array.from({ length: 4 }, () => moved()));
    const all = results.reduce((sum, each) => sum + each, 0);
    expect(all).toBeGreaterThanOrEqual(100);
    expect(all).toBeLessThan(150);
    expect(await due()).toHaveLength(all);
  });

  it('are not sent faster while they come back, and what came back is counted once', async () => {
    await many(60, 'bulk');
    await passes(1_000);
    expect(await moved()).toBe(10);
    await Promise.all((await due()).map((messageId) => park(messageId, { lane: 'bulk', rests: 2 })));
    for (let step = 0; step < 3; step += 1) {
      await passes(5_000);
      await round();
      expect((await schedule.pool.query('SELECT rate FROM retry.condition')).rows).toEqual([{ rate: FIRST_RATE }]);
    }
    expect((await schedule.pool.query('SELECT 1 FROM retry.came_back')).rowCount).toBe(0);
  });

  it('keep their ramp when a replica dies in the middle of a round', async () => {
    await many(100, 'bulk');
    await schedule.pool.query('UPDATE retry.condition SET rate = 40');
    await passes(1_000);
    const died = { message: 'killed' };
    let asked = 0;
    const dying = schedule.parkedPlans().bringForward((key) => {
      if ((asked += 1) > 1) throw Object.assign(new Error(died.message));
      return giveOf(key);
    });
    await expect(dying).rejects.toThrow(died.message);
    expect(await due()).toEqual([]);
    expect((await round())[0]).toMatchObject({ rate: 40, messages: expect.any(Number) });
  });

  it('are cancelled and stopped as any other', async () => {
    await park('unwanted');
    await park('accepted');
    const identity = (messageId: string) => ({ tenant: 'default', channel: 'email' as const, messageId });
    expect(await schedule.stops.cancel(identity('unwanted'))).toMatchObject({ cancelled: true });
    expect(await schedule.stops.markAccepted(identity('accepted'), 2)).toBe(true);
    await passes(1_000);
    expect(await moved()).toBe(0);
  });

  it('leave nothing behind once nobody waits for the same any more', async () => {
    await park('m-1');
    await passes(1_000);
    await round();
    await schedule.pool.query(`UPDATE retry.condition SET used_at = now() - interval '2 hours'`);
    await park('m-2', { key: routeKey('email', [resend]) });
    await schedule.pool.query(
      `UPDATE retry.condition SET used_at = now() - interval '2 hours' WHERE used_at < now() - interval '1 hour'`,
    );
    await schedule.retention.deleteSome();
    expect((await schedule.pool.query('SELECT key FROM retry.condition')).rows).toEqual([
      { key: routeKey('email', [resend]) },
    ]);
  });
});

describe('Holds, in Postgres', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const change = (seq: number, more: Partial<ProviderChanged> = {}): ProviderChanged => ({
    eventId: 'e',
    channel: 'email',
    ...sendgrid,
    scope: 'all',
    holdId: 'h-1',
    seq,
    state: 'held',
    forMs: 60_000,
    kind: 'throttled',
    code: '429',
    meaning: '',
    at: past,
    ...more,
  });
  const apply = (of: ProviderChanged, ageMs?: number) => schedule.holds.apply(of, ageMs);
  const leftMs = async () =>
    (
      await schedule.pool.query<{ left: number }>(
        'SELECT round(extract(epoch FROM until - now()) * 1000)::float8 AS left FROM retry.hold',
      )
    ).rows[0]!.left;

  it('last as long as they say, by the database’s own clock, whatever the writer’s clock says', async () => {
    await apply(change(1, { at: '2040-01-01T00:00:00Z' }));
    expect(await leftMs()).toBeGreaterThan(58_000);
    expect(await leftMs()).toBeLessThanOrEqual(60_000);
  });

  it('last no longer than a hold can, whatever they say', async () => {
    await apply(change(1, { forMs: 86_400_000 }));
    expect(await leftMs()).toBeLessThanOrEqual(20 * 60_000);
  });

  it('are not changed by what is older, though that comes later', async () => {
    await apply(change(3, { state: 'lifted', forMs: 0 }));
    await apply(change(2));
    await apply(change(3));
    expect(await leftMs()).toBeLessThanOrEqual(0);
    await apply(change(4, { holdId: 'h-2' }));
    expect(await leftMs()).toBeGreaterThan(58_000);
  });

  it('last less by as much as they are old, when they are read again', async () => {
    await apply(change(1), 50_000);
    expect(await leftMs()).toBeLessThanOrEqual(10_000);
    await apply(change(2), 3_600_000);
    expect(await leftMs()).toBeLessThanOrEqual(0);
  });
});
