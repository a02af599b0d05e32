import {
  type CancelRule,
  type ControlChanged,
  type ControlTarget,
  pausedKey,
  routeKey,
  type SendDeferred,
} from '#libs/contracts';
import { aDeferred, aFailure } from '#libs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stateOf } from '../src/park/key.policy.ts';
import type { WaitedKey } from '../src/park/parked-plans.port.ts';
import { nextRound } from '../src/park/ramp.policy.ts';
import type { Plan } from '../src/plan/decision.ts';
import { planRetry } from '../src/plan/retry.policy.ts';
import { standardPolicy } from '../src/policy/standard-policy.ts';
import { PlannedSends } from '../src/controls/concerned-plans.port.ts';
import { PostgresPlannedSends } from '../src/controls/concerned-plans.store.ts';
import { PausePreviewService } from '../src/controls/pause-preview.service.ts';
import { SweepService } from '../src/controls/sweep.service.ts';
import { asking, aSchedule, future, past, planned, type Schedule } from './schedule.fixtures.ts';

const shop = pausedKey(['pause:tenant:shop']);
const giveOf = ({ key, ramp, holds, pauses, now }: WaitedKey) => nextRound(ramp, stateOf(key, holds, now, pauses), now);
const common = { eventId: 'e', operationId: 'op', by: 'key:test', reason: 'a test', at: past };
const pause = (seq: number, state: 'on' | 'off', more: object = {}): ControlChanged => ({
  kind: 'pause',
  target: { kind: 'tenant', tenant: 'shop' },
  state,
  seq,
  ...common,
  ...more,
});
const cancel = (rule: Partial<CancelRule>): ControlChanged & { kind: 'cancel' } => ({
  kind: 'cancel',
  rule: { requestedUpTo: new Date().toISOString(), ...rule },
  until: future,
  seq: 1,
  ...common,
});

describe('What an operator has paused or cancelled, in retry', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const decide = (deferred: SendDeferred) =>
    schedule.decisions.decideOnce(
      asking(deferred, (known) => planRetry(deferred, known, standardPolicy, { now: Date.now(), jitter: 0.5 })),
    );
  const park = (messageId: string, position: number, more: Partial<SendDeferred> = {}) =>
    schedule.decisions.decideOnce(
      asking(
        aDeferred({
          messageId,
          tenant: 'shop',
          requestedAt: new Date(Date.parse(past) + position).toISOString(),
          ...more,
        }),
        planned(future, { kind: 'waiting', waitsFor: shop, notBefore: past, position }),
      ),
    );
  const passes = (ms: number) =>
    schedule.pool.query(
      "UPDATE retry.condition SET since = since - $1::int * interval '1 ms', " +
        "moved_at = moved_at - $1::int * interval '1 ms'",
      [ms],
    );
  const round = async () =>
    (await schedule.parkedPlans().bringForward(giveOf)).reduce((sum, { messages }) => sum + messages, 0);
  /** The step that begins as a key opens, and the one after it. */
  const rounds = async () => {
    const first = await round();
    await passes(1_000);
    return first + (await round());
  };
  const released: string[] = [];
  const release = () =>
    schedule.orderedPlans.inTurn(500, async (plans) => {
      released.push(...plans.map(({ due }) => due.messageId));
      return [...plans];
    });

  it('stays parked under the pause, and goes in the order in which it was asked for once it is resumed', async () => {
    await schedule.controls.apply(pause(1, 'on'));
    const places = [3, 1, 4, 0, 2, 5];
    for (const place of places) await park(`m-${place}`, place);
    await passes(60_000);
    expect([await round(), await release()]).toEqual([0, 0]);
    await schedule.controls.apply(pause(2, 'off'));
    expect(await rounds()).toBe(6);
    await release();
    expect(released).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4', 'm-5']);
  });

  it('goes at the pause’s own end, and an older record or a repeat changes nothing', async () => {
    await schedule.controls.apply(pause(2, 'on', { until: new Date(Date.now() + 400).toISOString() }));
    expect(await schedule.controls.apply(pause(1, 'off'))).toBe(false);
    expect(await schedule.controls.apply(pause(2, 'on'))).toBe(false);
    await park('m-1', 0);
    await round();
    await passes(1_000);
    expect(await round()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(await rounds()).toBe(1);
  });

  it('waits for a provider that is paused, and not for one that is not', () => {
    const key = routeKey('email', [
      { provider: 'sendgrid', account: 's' },
      { provider: 'resend', account: 'r' },
    ]);
    const paused = (...names: string[]) => new Map(names.map((name) => [name, 1]));
    const isOpen = (pauses: Map<string, number>) => stateOf(key, new Map(), 10, pauses).isOpen;
    expect(isOpen(paused('pause:provider:email:sendgrid'))).toBe(true);
    expect(isOpen(paused('pause:provider:email:sendgrid', 'pause:provider:email:resend'))).toBe(false);
    expect(isOpen(paused('pause:channel:email'))).toBe(false);
    expect(isOpen(paused('pause:channel:sms', 'pause:provider:sms:resend'))).toBe(true);
  });

  it('is not in the way of what is due: neither look reads it, however much there is', async () => {
    await park('m-first', 0);
    await schedule.pool.query(
      `INSERT INTO retry.schedule (id, hop, channel, tenant, message_id, lane, mode, kind, due_at, bytes, payload,
         trace, waits_for, not_before, position, requested_at)
       SELECT gen_random_uuid(), 2, 'email', 'shop', 'p-' || n, 'transactional', 'send', 'waiting', $1, 100, '{}', '{}',
         (SELECT waits_for FROM retry.schedule LIMIT 1), now(), n, now()
         FROM generate_series(1, 30000) AS n`,
      [future],
    );
    await schedule.pool.query('ANALYZE retry.schedule');
    const looks = [
      `SELECT id FROM retry.schedule WHERE lane = 'transactional' AND state = 'pending' AND waits_for IS NULL
         AND position IS NULL AND (mode <> 'send' OR kind <> 'unknown') AND due_at <= now() ORDER BY due_at LIMIT 500`,
      `SELECT id FROM retry.schedule WHERE state IN ('pending', 'releasing') AND waits_for IS NULL
         AND position IS NOT NULL AND due_at <= now() ORDER BY due_at, requested_at, position LIMIT 500`,
      `SELECT s.id FROM retry.schedule s WHERE s.waits_for = md5('x')::uuid AND s.lane = 'transactional'
         AND s.state = 'pending' AND s.waits_for IS NOT NULL AND s.not_before <= now()
        ORDER BY s.requested_at, s.position LIMIT 10`,
    ];
    for (const look of looks) {
      const { rows } = await schedule.pool.query<{ 'QUERY PLAN': { Plan: Record<string, unknown> }[] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${look}`,
      );
      const { Plan: plan } = rows[0]!['QUERY PLAN'][0]!;
      expect(JSON.stringify(plan)).not.toContain('Seq Scan');
      expect(Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks'])).toBeLessThan(20);
    }
    expect((await schedule.aReplica().take({})).plans).toEqual([]);
  });

  it('is looked at once a day, and a last time before it expires', () => {
    const deferred = aDeferred({
      why: 'waiting',
      waitsFor: shop,
      failure: aFailure({ code: 'MSG_PAUSED', kind: 'unavailable' }),
      inOrder: true,
      position: 7,
      requestedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(),
    });
    const now = Date.now();
    const { plan } = planRetry(deferred, { accepted: false, cancelled: false }, standardPolicy, { now, jitter: 0 });
    expect(plan).toMatchObject({ waitsFor: shop, position: 7, dueAt: new Date(now + 86_400_000).toISOString() });
  });

  it('is cancelled by a rule where it is planned and as it is decided on, not after a lost answer', async () => {
    const request = { tags: ['sale'], template: { name: 'welcome' } };
    const unknown = aFailure({ kind: 'unknown' });
    const lost = [{ attempt: 1, hop: 1, at: past, provider: 'sendgrid', failure: unknown }];
    await park('m-tagged', 0, { request });
    await park('m-other', 1, { request: { tags: ['news'] } });
    await park('m-doubt', 2, { request, attempts: lost });
    const rule = cancel({ tenant: 'shop', tag: 'sale', template: 'welcome' });
    await schedule.controls.apply(rule);
    const reported: [string | undefined, string, string | undefined][] = [];
    const sweep = new SweepService(schedule.cancelledPlans, {
      facts: async (facts) =>
        void reported.push(
          ...facts.map((f): [string | undefined, string, string | undefined] => [f.messageId, f.status, f.reason]),
        ),
    });
    await schedule.controls.markSeen();
    const [open] = await schedule.controls.unreported();
    expect(await sweep.carryOut(open!)).toEqual({ done: true, counts: { cancelled: 1 } });
    // A crash before it was noted: the same is reported once more, under the same ids.
    expect(await sweep.carryOut(open!)).toEqual({ done: true, counts: { cancelled: 1 } });
    const words = ['m-tagged', 'cancelled', 'Cancelled by filter, by key:test: a test'];
    expect(reported).toEqual([words, words]);
    expect((await schedule.rows()).map(({ message_id, state }) => [message_id, state])).toEqual([
      ['m-doubt', 'pending'],
      ['m-other', 'pending'],
      ['m-tagged', 'cancelled'],
    ]);
    const late = (messageId: string, more: Partial<SendDeferred> = {}) =>
      decide(aDeferred({ messageId, tenant: 'shop', request, requestedAt: past, expiresAt: future, ...more }));
    expect((await late('m-late'))?.decision).toMatchObject({ outcome: 'cancelled' });
    const taken = await late('m-late-doubt', { attempts: lost });
    expect(taken?.decision).toMatchObject({
      outcome: 'dead-lettered',
      facts: [{ status: 'unconfirmed', final: true }],
    });
    const after = await late('m-after', { requestedAt: new Date(Date.now() + 60_000).toISOString() });
    expect(after?.decision.outcome).toBe('planned');
  });

  it('is cancelled by no rule that was withdrawn, and what was cancelled before stays so', async () => {
    const request = { tags: ['sale'] };
    await park('m-before', 0, { request });
    const rule = cancel({ tenant: 'shop', tag: 'sale' });
    await schedule.controls.apply(rule);
    expect((await schedule.cancelledPlans.portion(rule, null)).cancelled).toHaveLength(1);
    await park('m-after', 1, { request });
    const withdrawn: ControlChanged = { ...rule, ruleId: 'op', operationId: 'op-2', state: 'off', seq: 2 };
    expect(await schedule.controls.apply(withdrawn)).toBe(true);
    // A sweep that was under way meanwhile ends nothing more.
    const { cancelled } = await schedule.cancelledPlans.portion(rule, null);
    expect(cancelled.map(({ due }) => due.messageId)).toEqual(['m-before']);
    await schedule.controls.markSeen();
    const [open] = await schedule.controls.unreported();
    const sweep = new SweepService(schedule.cancelledPlans, { facts: () => Promise.reject(new Error('no fact')) });
    expect(await sweep.carryOut(open!)).toEqual({ done: true });
    expect((await schedule.rows()).map(({ message_id, state }) => [message_id, state])).toEqual([
      ['m-after', 'pending'],
      ['m-before', 'cancelled'],
    ]);
    const late = aDeferred({ messageId: 'm-late', tenant: 'shop', request, requestedAt: past, expiresAt: future });
    expect((await decide(late))?.decision.outcome).toBe('planned');
  });
});

describe('The preview of a pause', () => {
  let schedule: Schedule;
  beforeEach(async () => (schedule = await aSchedule()));
  afterEach(() => schedule.drop());

  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const waits = (messageId: string, more: Partial<SendDeferred>, plan: Partial<Plan> = {}) =>
    schedule.decisions.decideOnce(asking(aDeferred({ messageId, ...more }), planned(future, plan)));

  it('says how many wait that it would keep back, and how many of them expire before its end', async () => {
    const [first, second] = [inHours(1), inHours(3)];
    await waits('m-1', { tenant: 'shop', expiresAt: first }, { waitsFor: shop, notBefore: past });
    await waits('m-2', { tenant: 'shop', expiresAt: second, channel: 'sms', lane: 'urgent' });
    await waits('m-3', { tenant: 'other', expiresAt: first, request: { template: { name: 'welcome' }, text: '\0' } });
    // What is looked for, or waits for proof, is another matter.
    await waits('m-4', { tenant: 'shop', expiresAt: first }, { mode: 'reconcile', kind: 'unknown' });
    const previews = new PausePreviewService(new PostgresPlannedSends(schedule.pool));
    const preview = async (target: ControlTarget, until?: string) => {
      const { messages, expireBeforeEnd, firstExpiresAt, complete } = await previews.preview(target, until);
      return [messages, expireBeforeEnd, firstExpiresAt, complete];
    };
    const tenant: ControlTarget = { kind: 'tenant', tenant: 'shop' };
    expect(await preview(tenant, inHours(2))).toEqual([2, 1, first, true]);
    expect(await preview(tenant, inHours(4))).toEqual([2, 2, first, true]);
    expect(await preview(tenant)).toEqual([2, null, first, true]);
    expect(await preview({ kind: 'channel', channel: 'sms' }, inHours(2))).toEqual([1, 0, second, true]);
    expect(await preview({ kind: 'lane', lane: 'urgent', channel: 'email' }, inHours(9))).toEqual([0, 0, null, true]);
    expect(await preview({ kind: 'template', template: 'welcome' }, inHours(2))).toEqual([1, 1, first, true]);
    expect(await preview({ kind: 'provider', channel: 'email', provider: 'p' }, inHours(2))).toEqual([
      2,
      2,
      first,
      true,
    ]);
  });

  it('says so where there is more than it can look at in time', async () => {
    let portions = 0;
    const plans = new (class extends PlannedSends {
      portion = () => Promise.resolve({ plans: [], upTo: String((portions += 1)) });
    })();
    let now = 0;
    const seen = await new PausePreviewService(plans).preview(
      { kind: 'channel', channel: 'sms' },
      past,
      () => (now += 400),
    );
    expect([seen.complete, portions]).toEqual([false, 8]);
  });
});
