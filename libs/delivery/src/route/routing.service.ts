import { type ConsideredProvider, type Failure, type Lane, nearestInstant } from '#libs/contracts';
import { ownFailure, type Provider, type SendResult } from '#libs/providers';
import { admit } from '../accept/admit.policy.ts';
import { postponed } from '../accept/postpone.policy.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Delivery, Outcome } from '../delivery.ts';
import { type Candidate, Candidates, type CandidatesOptions, type Lacking } from './candidates.ts';
import { considered, inWords } from './considered.policy.ts';
import type { Leave, ProviderHealth } from './health/provider-health.ts';
import type { HeldProviders, Passage } from './holds/held-providers.ts';
import { pausedFailure } from '../controls/control.policy.ts';
import { type Obstacle, Obstacles } from './obstacles.ts';
import type { Permits } from './permits/permits.service.ts';

export interface RoutingOptions<M> extends CandidatesOptions<M> {
  health: ProviderHealth;
  holds: Pick<HeldProviders, 'stateOf' | 'enter' | 'leave'>;
  permits: Permits;
  /** How long a message may wait for a provider in memory, by lane, in milliseconds. */
  waitMs: Record<Lane, number>;
  clock?: Clock;
}

/** A route for one call, or the outcome that sends the message away instead. */
export type Route<M> = { open: true; grant: Grant<M> } | { open: false; outcome: Outcome };

/** One call that may be made: it holds a place at its provider until it is given back. */
export interface Grant<M> {
  provider: Provider<M>;
  /** Why this one, for the log. */
  why: string;
  /** What was found of each provider that could take it; undefined: the first one took it. */
  considered: readonly ConsideredProvider[] | undefined;
  /** Once, with the answer where the call was made: it says how the provider does. */
  giveBack: (result: SendResult | undefined) => void;
}

/** A message, and the providers that are asked for it. */
interface Question<M> {
  delivery: Delivery<M>;
  candidates: readonly Candidate<M>[];
  /** Those that are not asked, and why. */
  lacking: readonly Lacking[];
}

/** A candidate, and what must be over before it takes the call. */
interface Waitable<M> {
  candidate: Candidate<M>;
  obstacle: Obstacle;
}

/** Of the time in which a request may be written, the part that may be waited: the rest is for the call. */
const PART_OF_LEASE = 0.8;

/**
 * Which provider takes a call, and when: one question. The candidates are asked in order; the first that takes it now,
 * or soonest within the lane's wait, gets it (docs/architecture.md).
 */
export class RoutingService<M> {
  private readonly options: RoutingOptions<M>;
  private readonly candidates: Candidates<M>;
  private readonly obstacles: Obstacles;
  private readonly clock: Clock;
  /** The members of a coalesced call share one answer: it speaks for the provider once. */
  private heard: SendResult | undefined;

  constructor(options: RoutingOptions<M>) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.candidates = new Candidates(options);
    this.obstacles = new Obstacles({ ...options, clock: this.clock });
  }

  /** What a message waits for that none of its providers takes: their key. */
  keyOf(delivery: Delivery<M>): string {
    return this.candidates.keyOf(delivery);
  }

  /**
   * At once where a provider takes it now; else as soon as one does, within the lane's wait.
   * @param deadline the last moment to write the request, on the steady clock
   */
  acquire(delivery: Delivery<M>, deadline: number): Route<M> | Promise<Route<M>> {
    const { able, lacking, failure } = this.candidates.able(delivery.message);
    if (failure) return { open: false, outcome: unsupportedByAll(delivery, failure, this.clock.now()) };
    const question = { delivery, lacking, candidates: this.candidates.of(able, delivery) };
    return this.atOnce(question) ?? this.inTurn(question, deadline);
  }

  /**
   * Whether another provider, or, where the failure lay with the sender, another sender would take it now: one that has
   * not failed the message. It takes nothing.
   */
  isOpenElsewhere(delivery: Delivery<M>, failed: string, { bySender }: Pick<Failure, 'bySender'> = {}): boolean {
    const failedBefore = new Set([failed, ...delivery.attempts.map(({ provider }) => provider)]);
    const { able } = this.candidates.able(delivery.message);
    const others = able.filter(({ name }) => !failedBefore.has(name));
    if (this.candidates.of(others, delivery).some((candidate) => !this.obstacles.troubleOf(candidate))) return true;
    const [, ...fromOthers] = bySender ? this.candidates.withUntried(delivery) : [];
    return fromOthers.some(({ message }) => !this.troubleOf(message));
  }

  /** Why no provider takes a message from its sender now; undefined: one does. It takes nothing. */
  troubleOf(message: M): ConsideredProvider | undefined {
    const { able, lacking, failure } = this.candidates.able(message);
    if (failure) return { provider: 'none', why: failure.meaning, ...lacking[0], taken: false };
    const request = { sender: this.options.senderOf(message) };
    let soonest: { provider: Provider<M>; obstacle: Obstacle } | undefined;
    for (const provider of able) {
      const obstacle = this.obstacles.troubleOf({ provider, request });
      if (!obstacle) return undefined;
      if (!soonest || obstacle.until < soonest.obstacle.until) soonest = { provider, obstacle };
    }
    return soonest && this.obstacles.passedOver(soonest, soonest.obstacle);
  }

  /**
   * What would be found of each provider for a message now. It takes nothing.
   * @returns `taken`: which one would take it within the lane's wait; `outcome`: where none can carry it at all
   */
  consider(delivery: Delivery<M>): { route: readonly ConsideredProvider[]; taken?: string; outcome?: Outcome } {
    const { message, sender } = delivery;
    const { able, lacking, failure } = this.candidates.able(message);
    if (failure)
      return {
        route: considered({ sender, lacking }, []),
        outcome: unsupportedByAll(delivery, failure, this.clock.now()),
      };
    const latest = this.clock.steady() + this.options.waitMs[delivery.lane];
    const found = this.candidates.of(able, delivery).map((candidate) => {
      const obstacle = this.obstacles.obstacleOf(candidate);
      return { candidate, obstacle, isFree: !obstacle.ofOthers && obstacle.until <= latest };
    });
    const taken = found.find(({ isFree }) => isFree)?.candidate.provider.name;
    const asked = found.map(({ candidate, obstacle, isFree }) => {
      const { provider, reason } = candidate;
      if (!isFree) return this.obstacles.passedOver(candidate, obstacle);
      const why = [reason, this.candidates.unknownOf(provider, message)].filter(Boolean).join('; ');
      return { provider: provider.name, taken: provider.name === taken, why };
    });
    return { route: considered({ sender, lacking }, asked), ...(taken !== undefined && { taken }) };
  }

  private atOnce(question: Question<M>): Route<M> | undefined {
    const { health, permits } = this.options;
    for (const candidate of question.candidates) {
      const { name } = candidate.provider;
      if (this.obstacles.troubleOf(candidate) || !health.isFree(name) || !permits.takeAtOnce(candidate.request))
        continue;
      const leave = health.enterAtOnce(name);
      if (leave) return this.granted(candidate, question, leave);
      permits.giveBack(candidate.request);
    }
    return undefined;
  }

  private async inTurn(question: Question<M>, deadline: number): Promise<Route<M>> {
    const { delivery, candidates } = question;
    const now = this.clock.steady();
    const end = now + Math.min(this.options.waitMs[delivery.lane], (deadline - now) * PART_OF_LEASE);
    const refused = new Set<Candidate<M>>();
    for (;;) {
      const next = this.soonest(candidates.filter((candidate) => !refused.has(candidate)));
      if (!next || next.obstacle.until > end) return { open: false, outcome: this.none(question) };
      const leave = await this.wait(next, end, refused);
      const late = admit(delivery, this.clock.now());
      // A hold may have been set, or a circuit opened, while it was waited for.
      if (leave && !late && !this.obstacles.troubleOf(next.candidate))
        return this.granted(next.candidate, question, leave);
      if (leave) this.unused(next.candidate, leave);
      if (late) return { open: false, outcome: late };
      const route = this.atOnce(question);
      if (route) return route;
      if (this.clock.steady() >= end) return { open: false, outcome: this.none(question) };
    }
  }

  /**
   * Waits for a permit and a place at a candidate.
   * @param refused where a candidate is put that has no turn in time
   * @returns undefined: nothing is taken
   */
  private async wait(
    { candidate, obstacle }: Waitable<M>,
    end: number,
    refused: Set<Candidate<M>>,
  ): Promise<Leave | undefined> {
    const { health, permits } = this.options;
    const { clock } = this;
    if (obstacle.ofOthers) {
      if (obstacle.end) await orAfter(clock, obstacle.end, end - clock.steady());
      else await clock.wait(obstacle.until - clock.steady());
      return undefined;
    }
    if (await permits.take({ ...candidate.request, notAfter: end })) {
      const entry = await health.enter(candidate.provider.name, candidate.request.lane, end - clock.steady());
      if (entry.entered) return entry.leave;
      permits.giveBack(candidate.request);
      if (entry.why === 'circuit-open') return undefined;
    }
    refused.add(candidate);
    return undefined;
  }

  private unused({ request }: Candidate<M>, leave: Leave): void {
    leave();
    this.options.permits.giveBack(request);
  }

  /** The candidate that takes it soonest, of those of which it is known when. */
  private soonest(candidates: readonly Candidate<M>[]): Waitable<M> | undefined {
    let soonest: Waitable<M> | undefined;
    for (const candidate of candidates) {
      const obstacle = this.obstacles.obstacleOf(candidate);
      if (obstacle.until < (soonest?.obstacle.until ?? Infinity)) soonest = { candidate, obstacle };
    }
    return soonest;
  }

  /** No provider takes it in time; that is no attempt. */
  private none({ candidates, delivery, lacking }: Question<M>): Outcome {
    const now = this.clock.now();
    const found = candidates.map((candidate) => ({ candidate, obstacle: this.obstacles.obstacleOf(candidate) }));
    const passedOver = found.map(({ candidate, obstacle }) => this.obstacles.passedOver(candidate, obstacle));
    const route = considered({ sender: delivery.sender, lacking }, passedOver);
    const own = found.filter(({ obstacle }) => !obstacle.ofOthers);
    if (own.length === 0) {
      return {
        kind: 'parked',
        at: nearestInstant(now),
        reason: `No provider can take it now: ${inWords(route)}`,
        waitsFor: this.candidates.keyOf(delivery),
        failure: found.some(({ candidate }) => candidate.paused) ? pausedFailure : noRoute,
        route,
      };
    }
    // A limit of our own: no provider's recovery helps it, so it has an appointment.
    const appointments = own.map(({ candidate }) => this.options.permits.appoint(candidate.request));
    const until = now + Math.max(0, Math.min(...appointments) - this.clock.steady());
    return {
      ...postponed(delivery, until, `No provider can take it now: ${inWords(route)}`, now),
      route,
    };
  }

  private granted(candidate: Candidate<M>, { candidates, delivery, lacking }: Question<M>, leave: Leave): Route<M> {
    const { provider, reason, request } = candidate;
    const passage = this.options.holds.enter(provider.name, request.sender);
    const before = candidates.slice(0, candidates.indexOf(candidate));
    const preferred = this.candidates.beforeIn(lacking, candidate, delivery);
    const why = before.length > 0 ? 'those before it cannot take it now' : reason;
    const asked = [
      ...before.map((one) => this.obstacles.passedOver(one, this.obstacles.obstacleOf(one))),
      { provider: provider.name, taken: true, why },
    ];
    const isNews =
      before.length > 0 ||
      preferred.length > 0 ||
      reason === 'failed longest ago' ||
      reason === 'next after a failure' ||
      (delivery.sender?.passedOver.length ?? 0) > 0;
    const route = isNews ? considered({ sender: delivery.sender, lacking: preferred }, asked) : undefined;
    const giveBack = (result: SendResult | undefined) => this.giveBack(provider.name, leave, passage, result);
    return { open: true, grant: { provider, why, considered: route, giveBack } };
  }

  private giveBack(provider: string, leave: Leave, passage: Passage, result: SendResult | undefined): void {
    this.options.holds.leave(passage, result);
    // Members of one call give it back one right after the other.
    if (!result || result === this.heard) return leave();
    this.heard = result;
    leave(result);
    // What rate headers say of a call that was taken is a limit of this replica's own: the next calls wait for it.
    if (result.sent && result.holdUntil !== undefined) this.options.permits.hold(provider, result.holdUntil);
  }
}

const noRoute = ownFailure(
  'MSG_NO_ROUTE',
  'unavailable',
  'backoff',
  'Every provider that could take it is held or failing at present; nothing was sent.',
);

/** No provider will ever take it; nothing was tried. */
function unsupportedByAll(delivery: Delivery<unknown>, failure: Failure, now: number): Outcome {
  return { kind: 'failed', at: nearestInstant(now), attempt: delivery.attemptCount + 1, failure };
}

/** Ends with the work, or after so many milliseconds. */
async function orAfter(clock: Clock, work: Promise<void>, ms: number): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, clock.wait(Math.max(0, ms), done.signal)]);
  done.abort();
}
