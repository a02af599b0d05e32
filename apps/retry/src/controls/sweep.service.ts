import { type CancelRuleChanged, isOn } from '#libs/contracts';
import type { CarriedOut, OpenControl } from '#libs/runtime';
import { contextFrom, count, counters, inSpan } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { cancelledFact } from '../publish/facts.policy.ts';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { type CancelledPlan, CancelledPlans } from './cancelled-plans.port.ts';
import { wordsOfRule } from './controlled.policy.ts';

/** How long one round sweeps at most, in milliseconds: other controls are to be seen meanwhile. */
const ROUND_MS = 500;

/**
 * Cancels what is planned by an operator's rule, portion by portion. What is planned later, or under way, meets the
 * rule as it is decided on, or at its channel's claim.
 */
@Injectable()
export class SweepService {
  constructor(
    @Inject(CancelledPlans) private readonly plans: CancelledPlans,
    @Inject(OutcomePublisher) private readonly outcomes: Pick<OutcomePublisher, 'facts'>,
  ) {}

  /** @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe: the facts are the same. */
  async carryOut({ control, sweptTo }: OpenControl, now = () => performance.now()): Promise<CarriedOut> {
    if (control.kind !== 'cancel' || !isOn(control)) return { done: true };
    const until = now() + ROUND_MS;
    for (let after = sweptTo; ;) {
      const { cancelled, upTo } = await this.plans.portion(control, after);
      await Promise.all(cancelled.map((plan) => this.report(control, plan)));
      const counts = { cancelled: await this.plans.count(control) };
      if (upTo === null) return { done: true, counts };
      if (now() >= until) return { done: false, counts, sweptTo: upTo };
      after = upTo;
    }
  }

  private async report(rule: CancelRuleChanged, { due, at, trace }: CancelledPlan): Promise<void> {
    const attributes = { 'messaging.message.id': due.messageId };
    await inSpan('retry cancel', { parent: contextFrom(trace), attributes }, () =>
      this.outcomes.facts([cancelledFact(due, at, wordsOfRule(rule))]),
    );
    count(counters.cancelledByFilter, { 'mi.channel': due.channel });
  }
}
