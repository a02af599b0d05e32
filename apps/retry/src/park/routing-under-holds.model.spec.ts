import { holdKey, Lane, type ProviderChanged, routeKey, type SendDeferred } from '#libs/contracts';
import { aDeferred } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lastsMs } from '../holds/hold.policy.ts';
import { isoOf, msOf } from '../instant.ts';
import type { Plan } from '../plan/decision.ts';
import { planRetry } from '../plan/retry.policy.ts';
import { standardPolicy } from '../policy/standard-policy.ts';
import { type KnownHold, stateOf } from './key.policy.ts';
import { freshRamp, nextRound } from './ramp.policy.ts';

const noon = Date.parse('2030-01-31T12:00:00Z');
const TICK_MS = 250;
const HOUR = 3_600_000;
const providers = ['sendgrid', 'resend'] as const;
const targets = providers.map((provider) => ({ provider, account: 'a' }));
const key = routeKey('email', targets);
const nameOf = (provider: string) => holdKey({ channel: 'email', provider, account: 'a', scope: 'all' });

interface History {
  lanes: Lane[];
  /** How long messages are wanted, in milliseconds. */
  life: number;
  /** From when until when each provider refuses, in milliseconds after noon. */
  refusals: [number, number][];
  /** How long a refusal holds a provider, in milliseconds. */
  holdMs: number;
  /** How far the clock of whoever writes the changes is off, in milliseconds. */
  writersClockOff: number;
}

/** A rule that is left out. */
interface Planted {
  withoutRests?: boolean;
  givesUpEarly?: boolean;
  onceHeldForGood?: boolean;
  byWritersClock?: boolean;
}

interface Message {
  id: string;
  lane: Lane;
  hop: number;
  rests: number;
  expiresAt: number;
  plan: Plan | undefined;
  ended?: { as: 'sent' | 'expired'; at: number };
}

/** Messages that both providers refuse for a while, by the real policies of retry; the channel is played. */
function play({ lanes, life, refusals, holdMs, writersClockOff }: History, planted: Planted = {}): string[] {
  const broken: string[] = [];
  const holds = new Map<string, KnownHold>();
  const messages = lanes.map((lane, index): Message => ({
    id: `m-${index}`,
    lane,
    hop: 0,
    rests: 0,
    expiresAt: noon + life,
    plan: undefined,
  }));
  const refuses = (provider: number, now: number) => {
    const [from, until] = refusals[provider]!;
    return now >= noon + from && now < noon + until;
  };
  const isHeld = (provider: string, now: number) => (holds.get(nameOf(provider))?.until ?? 0) > now;
  let ramp = freshRamp(noon);

  /** As the channel: the first that is not held is called; a refusal holds it. */
  function hop(message: Message, now: number): void {
    message.hop += 1;
    if (now >= message.expiresAt) return void (message.ended = { as: 'expired', at: now });
    for (const [index, provider] of providers.entries()) {
      if (isHeld(provider, now)) continue;
      if (!refuses(index, now)) return void (message.ended = { as: 'sent', at: now });
      const change: Pick<ProviderChanged, 'state' | 'forMs'> = { state: 'held', forMs: holdMs };
      const lasts = planted.byWritersClock ? holdMs + writersClockOff : lastsMs(change);
      holds.set(nameOf(provider), { heldAt: now, until: planted.onceHeldForGood ? Infinity : now + lasts });
    }
    message.rests += 1;
    decide(message, now);
  }

  function decide(message: Message, now: number): void {
    const { id, lane, hop: at, rests, expiresAt } = message;
    const deferred: SendDeferred = {
      ...template,
      messageId: id,
      lane,
      hop: at,
      rests: planted.withoutRests ? 0 : rests,
      expiresAt: isoOf(expiresAt),
    };
    const decision = planRetry(deferred, { accepted: false, cancelled: false }, standardPolicy, { now, jitter: 0.5 });
    const late = planted.givesUpEarly && Math.min(...[...holds.values()].map(({ until }) => until)) >= expiresAt;
    if (!decision.plan || late) message.ended = { as: 'expired', at: now };
    else message.plan = decision.plan;
  }

  for (let now = noon; now <= noon + life + HOUR && messages.some(({ ended }) => !ended); now += TICK_MS) {
    const state = stateOf(key, holds, now);
    const round = nextRound(ramp, state, now);
    ramp = round.ramp;
    const waiting = messages.filter(({ ended, plan }) => !ended && plan);
    const ready = waiting.filter(({ plan }) => msOf(plan!.notBefore!) <= now).slice(0, round.portion);
    const due = new Set([
      ...(now === noon ? messages : []),
      ...ready,
      ...waiting.filter(({ plan }) => msOf(plan!.dueAt) <= now),
    ]);
    ramp = { ...ramp, moved: ramp.moved + ready.length };
    if (ready.length > 0 && !state.isOpen) broken.push('moved under a closed key');
    for (const message of due) {
      message.plan = undefined;
      hop(message, now);
    }
  }

  for (const { id, lane, ended, hop: hops, expiresAt } of messages) {
    const open = Math.min(...refusals.map(([, until]) => noon + until));
    if (!ended) broken.push(`${id} has no end`);
    else if (ended.as === 'expired' && ended.at < expiresAt) broken.push(`${id} expired before its time`);
    // A hold, its half-open call, and the longest rest: all of them may lie before it.
    else if (ended.as === 'expired' && open + holdMs + 2 * standardPolicy[lane].restCapMs + 60_000 < expiresAt)
      broken.push(`${id} expired though a way was open for long`);
    if (hops > 20 + (2 * life) / standardPolicy[lane].restCapMs) broken.push(`${id} burnt ${hops} hops`);
  }
  return broken;
}

const template = aDeferred({
  why: 'waiting',
  waitsFor: key,
  failure: undefined,
  attempts: [],
  requestedAt: isoOf(noon),
});

const minutes = (least: number, most: number) => fc.integer({ min: least * 60, max: most * 60 }).map((s) => s * 1_000);
const refusal = fc.tuple(fc.constant(0), minutes(0, 30));
const histories: fc.Arbitrary<History> = fc.record({
  lanes: fc.array(fc.constantFrom(...Lane.options), { minLength: 1, maxLength: 6 }),
  life: minutes(1, 45),
  refusals: fc.tuple(refusal, refusal),
  holdMs: fc.constantFrom(1_000, 30_000, 300_000, 86_400_000).map((ms) => Math.min(ms, 300_000)),
  writersClockOff: fc.constantFrom(0, 2 * HOUR),
});

const brokenWithin = (runs: number, planted: Planted): string[] => {
  for (const history of fc.sample(histories, { numRuns: runs, seed: 7 })) {
    const broken = play(history, planted);
    if (broken.length > 0) return broken;
  }
  return [];
};

describe('Messages that no provider takes for a while', () => {
  it('end as sent once one takes them again, expire only at their time, and burn no hops', () => {
    fc.assert(
      fc.property(histories, (history) => {
        expect(play(history)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it.each<[string, Planted, RegExp]>([
    ['no rest between two tries', { withoutRests: true }, /burnt/],
    ['given up since the wait ends too late', { givesUpEarly: true }, /expired before its time/],
    ['the state of a key known once, and not asked each round', { onceHeldForGood: true }, /though a way was open/],
    ['a hold counted by the clock of who wrote it', { byWritersClock: true }, /though a way was open/],
  ])(
    'would not, with %s: the model notices',
    (_, planted, promise) => {
      expect(brokenWithin(300, planted).join('\n')).toMatch(promise);
    },
    120_000,
  );
});
