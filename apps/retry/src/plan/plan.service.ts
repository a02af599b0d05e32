import type { Failure, SendDeferred } from '#libs/contracts';
import { LOGGER } from '#libs/runtime';
import { type Logger, traceHeaders } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Answers } from '../answer/answers.port.ts';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { deadLetterOf, factsOf, leftFact, plannedOf } from '../publish/facts.policy.ts';
import { Policies } from '../policy/policies.port.ts';
import type { Decision, Moment } from './decision.ts';
import { type Answer, Decisions } from './decisions.port.ts';
import { isoOf } from '../instant.ts';
import { endNow } from './ending.policy.ts';
import { attemptsMade } from './life.policy.ts';
import { MOMENT } from './moment.ts';
import { planRetry } from './retry.policy.ts';

/** More than a message can have. */
const EVERY_HOP = 2 ** 31 - 1;

/** Decides what follows from a message that was not sent, and reports it. */
@Injectable()
export class PlanService {
  constructor(
    @Inject(Decisions) private readonly decisions: Decisions,
    @Inject(OutcomePublisher) private readonly outcomes: OutcomePublisher,
    @Inject(Answers) private readonly answers: Answers,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(MOMENT) private readonly moment: () => Moment,
  ) {}

  /**
   * @throws InfrastructureDown when Postgres or Kafka cannot be reached; the record then comes again, and reports the
   * same.
   */
  async plan(deferred: SendDeferred): Promise<void> {
    const moment = this.moment();
    const answer = await this.decisions.decideOnce({
      deferred,
      trace: traceHeaders(),
      decide: (known) => planRetry(deferred, known, this.policies.current, moment),
    });
    this.log(deferred, answer);
    await this.report(deferred, answer?.decision);
    // Only what has been reported is answered: until then its channel is asked to hand it over again.
    if (!answer?.decision.plan)
      await this.answers.note(deferred, !answer && deferred.acceptanceRevoked ? EVERY_HOP : deferred.hop);
    if (deferred.acknowledge) await this.outcomes.planned(plannedOf(deferred));
  }

  private async report(deferred: SendDeferred, decision: Decision | undefined): Promise<void> {
    if (!decision) return deferred.acceptanceRevoked ? this.outcomes.facts([leftFact(deferred)]) : undefined;
    // Only after the decision is kept: a crash in between repeats it on redelivery, under the same ids and times.
    await this.outcomes.facts(factsOf(deferred, decision));
    const letter = deadLetterOf(deferred, decision);
    if (letter) await this.outcomes.deadLetter(letter);
  }

  /**
   * Ends a message whose hand-over cannot be read or dealt with: a final status, and a dead letter of what is left of
   * it.
   * @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe.
   */
  async end(deferred: SendDeferred, failure: Failure): Promise<void> {
    const at = isoOf(this.moment().now);
    const answer = await this.decisions.decideOnce({
      deferred,
      trace: traceHeaders(),
      decide: (known) => endNow(deferred, failure, known, at),
    });
    this.log(deferred, answer);
    await this.report(deferred, answer?.decision);
    if (!answer?.decision.plan) await this.answers.note(deferred, deferred.hop);
    await this.outcomes.planned(plannedOf(deferred));
  }

  private log(deferred: SendDeferred, answer: Answer | undefined): void {
    const { tenant, channel, messageId, lane, hop, why, failure } = deferred;
    const decision = answer?.decision;
    this.logger.info(
      {
        tenant,
        channel,
        messageId,
        lane,
        hop,
        why,
        failureKind: failure?.kind,
        failureCode: failure?.code,
        attempts: attemptsMade(deferred),
        decision: decision?.outcome ?? 'stale',
        repeated: answer?.repeated,
        mode: decision?.plan?.mode,
        dueAt: decision?.plan?.dueAt,
        waitsFor: decision?.plan?.waitsFor,
        reason: decision?.burial?.reason,
      },
      'retry decision',
    );
  }
}
