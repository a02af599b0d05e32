import { randomUUID } from 'node:crypto';
import { type Failure, IdConflict, InfrastructureDown, nearestInstant, repairTexts } from '#libs/contracts';
import { failureBy, ownFailure } from '#libs/providers';
import type { Logger } from '#libs/telemetry';
import { Stopping, untilUp, type UntilUpOptions, waitOrStop } from '#libs/transport';
import { eventsFor } from '../publish/events.policy.ts';
import type { OutcomePublisher } from '../publish/outcome-publisher.service.ts';
import type { Clock } from '../clock.ts';
import type { Claim, Delivery, Ledger, Outcome } from '../delivery.ts';
import { type CallUnderWay, stopped, saidPlainly } from '../ending/ending.policy.ts';

export interface HopOptions {
  ledger: Ledger;
  outcomes: OutcomePublisher;
  logger: Logger;
  stopping: AbortSignal;
  /** How long a claim protects its holder, in milliseconds. */
  leaseMs: number;
  /** The part of the lease that must be left when a request is written, in milliseconds. */
  guardMs: number;
  clock: Clock;
}

/** A claim that was won; `call`: the provider was called under it. */
export type WonClaim = Extract<Claim, { verdict: 'mine' }> & { call?: CallUnderWay };

/** @param deadline the last moment to write a request, on the steady clock */
type Decide = (claim: WonClaim, deadline: number) => Promise<Outcome>;
type Publish = (outcome: Outcome) => Promise<void>;

/** What holds one hop together: its claim, its settlement, and what is reported of it. */
export class HopService {
  private readonly options: HopOptions;
  private readonly down: UntilUpOptions;

  constructor(options: HopOptions) {
    this.options = options;
    const { logger, stopping, clock } = options;
    this.down = { logger, stopping, firstWaitMs: 100, wait: (ms, signal) => clock.wait(ms, signal) };
  }

  /**
   * Claims, decides, settles and tells: where somebody else has settled the hop, that is reported instead.
   * @throws IdConflict, Stopping, and whatever `decide` has thrown, once how the hop ends is settled
   */
  async seeThrough(
    delivery: Delivery<unknown>,
    decide: Decide,
    publish: Publish = (outcome) => this.publish(delivery, outcome),
  ): Promise<void> {
    for (;;) {
      // The lease counts from before the claim: the database grants it later, never earlier.
      const claimedAt = this.options.clock.steady();
      const token = randomUUID();
      const claim = await this.untilUp(() => this.options.ledger.claim(delivery, token));
      switch (claim.verdict) {
        case 'repeat':
          return this.repeated(delivery, claim.of, decide, publish);
        case 'conflict':
          throw new IdConflict();
        case 'forgotten':
          return this.leaveToOperator(delivery);
        case 'settled':
          return publish(claim.outcome);
        case 'running':
          await waitOrStop(this.down.wait!, claim.waitMs, this.options.stopping);
          continue;
        case 'mine': {
          const { outcome, fault } = await this.decideInAnyCase(delivery, claim, () =>
            decide(claim, claimedAt + this.options.leaseMs - this.options.guardMs),
          );
          const settled = await this.settle(delivery, token, outcome);
          // Taken over meanwhile: what the ledger holds now is reported instead.
          if (!settled) continue;
          if (fault) throw fault;
          return publish(settled);
        }
      }
    }
  }

  /**
   * A repeat is absorbed in silence, unless retry asks since it has heard nothing: then the record that the hop is
   * claimed for, or what was reported of it, was lost, and this one stands for it.
   */
  private repeated(
    delivery: Delivery<unknown>,
    of: string | undefined,
    decide: Decide,
    publish: Publish,
  ): Promise<void> | void {
    if (delivery.again && of !== undefined)
      return this.seeThrough({ ...delivery, again: false, source: of }, decide, publish);
    this.log(delivery, 'repeat');
  }

  /**
   * A fault of ours is an outcome, too: what is claimed must come to an end. The fault itself is thrown once that is
   * settled.
   */
  private async decideInAnyCase(
    delivery: Delivery<unknown>,
    claim: WonClaim,
    decide: () => Promise<Outcome>,
  ): Promise<{ outcome: Outcome; fault?: Error }> {
    try {
      return { outcome: await decide() };
    } catch (error) {
      if (error instanceof Stopping || error instanceof InfrastructureDown) throw error;
      const fault = error instanceof Error ? error : new TypeError(`thrown was no error, but ${typeof error}`);
      return { outcome: stopped(delivery, failureBy(fault), this.options.clock.now(), claim.call), fault };
    }
  }

  /**
   * @returns what the ledger holds now: where PostgreSQL refuses a text of the provider's in it, the outcome without
   * what it refuses.
   */
  private async settle(delivery: Delivery<unknown>, token: string, outcome: Outcome): Promise<Outcome | undefined> {
    const settle = async (as: Outcome) =>
      (await this.untilUp(() => this.options.ledger.settle(delivery, token, as))) ? as : undefined;
    try {
      return await settle(outcome);
    } catch (error) {
      if (error instanceof Stopping) throw error;
      this.logFault(error, delivery, 'an outcome is settled without what the database refuses');
      return settle(repairTexts(outcome) as Outcome);
    }
  }

  /**
   * Ends a hop that cannot be seen through: told is what the ledger has of it, and `failure` where it has nothing yet.
   * @throws Stopping when the service stops before it is through
   */
  async breakOff(delivery: Delivery<unknown>, failure: Failure): Promise<void> {
    const end = () => stopped(delivery, failure, this.options.clock.now());
    const publish = (outcome: Outcome) => this.publishInAnyCase(delivery, outcome);
    try {
      await this.seeThrough(
        delivery,
        ({ cancelled }) =>
          Promise.resolve(cancelled ? { kind: 'cancelled', at: nearestInstant(this.options.clock.now()) } : end()),
        publish,
      );
    } catch (error) {
      if (error instanceof Stopping) throw error;
      if (error instanceof IdConflict) return this.log(delivery, 'conflict');
      // The ledger refuses what it is told of this record: as it came to nothing before, it comes to nothing now.
      this.logFault(error, delivery, 'a hop is ended without the ledger');
      await publish(end());
    }
  }

  private async publish(delivery: Delivery<unknown>, outcome: Outcome): Promise<void> {
    await this.untilUp(() => this.options.outcomes.publish(eventsFor(delivery, outcome)));
  }

  /** Where a record of it is refused, it is reported without what can be what is wrong. */
  private async publishInAnyCase(delivery: Delivery<unknown>, outcome: Outcome): Promise<void> {
    try {
      await this.publish(delivery, outcome);
    } catch (error) {
      if (error instanceof Stopping) throw error;
      this.logFault(error, delivery, 'a hop is reported without its request, since a record of it was refused');
      await this.untilUp(() => this.options.outcomes.publish(saidPlainly(delivery, outcome)));
    }
  }

  /** Older than the ledger remembers: it may have been sent before, so an operator decides. */
  async leaveToOperator(delivery: Delivery<unknown>): Promise<void> {
    const at = delivery.requestedAt.toISOString();
    const failure = ownFailure(
      'MSG_TOO_OLD',
      'unknown',
      'operator',
      'The request is older than the ledger remembers; it may have been sent before.',
      {
        remedy: 'Find out whether it was sent; if not, publish it again under a new messageId.',
      },
    );
    const { facts } = eventsFor(delivery, { kind: 'unknown', at, callId: '', attempt: 0, failure });
    await this.untilUp(() =>
      this.options.outcomes.publish({ facts: facts.map(({ callId: _, ...fact }) => ({ ...fact, final: true })) }),
    );
  }

  private logFault(err: unknown, delivery: Delivery<unknown>, what: string): void {
    this.options.logger.error({ err, 'messaging.message.id': delivery.messageId, 'mi.hop': delivery.hop }, what);
  }

  private log(delivery: Delivery<unknown>, outcome: string): void {
    this.options.logger.info(
      { 'messaging.message.id': delivery.messageId, 'mi.hop': delivery.hop, 'mi.outcome': outcome },
      'absorbed',
    );
  }

  /** Postgres or Kafka away is no outcome: the step is repeated until it is back. */
  untilUp<T>(step: () => Promise<T>): Promise<T> {
    return untilUp(this.down, step);
  }
}
