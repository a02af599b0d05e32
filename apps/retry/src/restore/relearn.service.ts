import type { CancelRequested, ProviderChanged, SendDeferred, StatusChanged } from '#libs/contracts';
import { traceHeaders } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Letters } from '../letters/letters.port.ts';
import { Holds } from '../holds/holds.port.ts';
import type { Moment } from '../plan/decision.ts';
import { Decisions } from '../plan/decisions.port.ts';
import { MOMENT } from '../plan/moment.ts';
import { planRetry } from '../plan/retry.policy.ts';
import { Policies } from '../policy/policies.port.ts';
import { deadLetterOf, factsOf } from '../publish/facts.policy.ts';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { Stops } from '../stop/stops.port.ts';
import { discardedBy, endedBy, sentBy } from './relearn.policy.ts';
import { PlanEnds } from './plan-ends.port.ts';

/**
 * Teaches restored tables what they have forgotten (docs/adr/0042), in this order: who is left alone, what was handed
 * over, what came of it, what was cancelled. Nothing is released meanwhile, and nothing is published but ends that may
 * never have been.
 */
@Injectable()
export class RelearnService {
  constructor(
    @Inject(Holds) private readonly holds: Holds,
    @Inject(Decisions) private readonly decisions: Decisions,
    @Inject(Stops) private readonly stops: Stops,
    @Inject(PlanEnds) private readonly ends: PlanEnds,
    @Inject(Letters) private readonly letters: Pick<Letters, 'discardedBefore'>,
    @Inject(OutcomePublisher) private readonly outcomes: OutcomePublisher,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(MOMENT) private readonly moment: () => Moment,
  ) {}

  /**
   * @param ageMs how long ago the change was published
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  async onHold(change: ProviderChanged | null, ageMs: number): Promise<void> {
    if (change) await this.holds.apply(change, ageMs);
  }

  /**
   * Decides on a hand-over as before. What follows from it was published when it was decided first.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  async onDeferred(deferred: SendDeferred): Promise<void> {
    const answer = await this.decide(deferred);
    // Its hop came back, so the plan of that hop has been released, whatever the backup says.
    if (!answer?.decision.plan) await this.ends.endUpTo(deferred, deferred.hop);
  }

  /**
   * A fact proves that a provider has the message, or that a hop is done with: no plan up to it goes.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  async onFact(fact: StatusChanged): Promise<void> {
    const discarded = discardedBy(fact);
    if (discarded) await this.letters.discardedBefore(discarded, discarded.hop, discarded.operationId);
    const sent = sentBy(fact);
    if (sent) await this.stops.markAccepted(sent, sent.hop);
    const ended = endedBy(fact);
    if (ended) await this.ends.endUpTo(ended, ended.hop);
  }

  /** @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe. */
  async onCancel({ tenant, channel, messageId }: CancelRequested): Promise<void> {
    await this.stops.cancel({ tenant, channel, messageId });
  }

  /**
   * Reports a message's end once more, since what was planned then may have ended only as it was decided again:
   * under the same ids, so that whoever knows of it does not count it twice.
   * @throws InfrastructureDown when PostgreSQL or Kafka cannot be reached; repeating is safe.
   */
  async reportEnd(deferred: SendDeferred): Promise<void> {
    const answer = await this.decide(deferred);
    if (answer?.decision.outcome !== 'dead-lettered' || (await this.ends.isAccepted(deferred))) return;
    await this.outcomes.facts(factsOf(deferred, answer.decision));
    const letter = deadLetterOf(deferred, answer.decision);
    if (letter) await this.outcomes.deadLetter(letter);
  }

  private decide(deferred: SendDeferred) {
    const moment = this.moment();
    return this.decisions.decideOnce({
      deferred,
      trace: traceHeaders(),
      decide: (known) => planRetry(deferred, known, this.policies.current, moment),
    });
  }
}
