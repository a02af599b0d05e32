import { identityKey, type StatusChanged } from '#libs/contracts';
import { pause, waitOrStop } from '#libs/transport';
import type { OutcomePublisher } from '../publish/outcome-publisher.service.ts';
import { givenBack, refusedForGood, type ResendPlan, type AcceptanceRevoked } from './resend-plan.policy.ts';

/** Longer than any call with its lease. */
const SETTLED_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 100;

type RevokeAcceptance = (id: string, hop: number) => Promise<AcceptanceRevoked>;

/**
 * A message whose acceptance was revoked is handed over to retry like any failed one; no provider has it, so it is not
 * sent twice.
 */
export class TemplateResendService {
  private readonly revokeAcceptance: RevokeAcceptance;
  private readonly outcomes: OutcomePublisher;
  private readonly stopping: AbortSignal;

  constructor(revokeAcceptance: RevokeAcceptance, outcomes: OutcomePublisher, stopping: AbortSignal) {
    this.revokeAcceptance = revokeAcceptance;
    this.outcomes = outcomes;
    this.stopping = stopping;
  }

  /**
   * @param standby the plan stored before the call; undefined: none
   * @throws InfrastructureDown when PostgreSQL or Kafka cannot be reached; repeating is safe.
   */
  async resendAsTemplate(fact: StatusChanged, resendPlan: ResendPlan | undefined): Promise<void> {
    const taken = resendPlan && (await this.settled(fact));
    if (taken === 'taken back') return this.outcomes.publish({ facts: [], deferred: givenBack(resendPlan!, fact) });
    // An unconfirmed call is reconciled separately: a second plan besides that one could send twice.
    return this.outcomes.publishFact(refusedForGood(fact));
  }

  /** The provider's receipt may arrive before our own call has ended. */
  private async settled({ tenant, channel, messageId = '', hop = 0 }: StatusChanged): Promise<AcceptanceRevoked> {
    const id = identityKey({ tenant, channel, messageId });
    for (const end = performance.now() + SETTLED_WITHIN_MS; ;) {
      const state = await this.revokeAcceptance(id, hop);
      if (state !== 'running' || performance.now() > end) return state;
      await waitOrStop(pause, LOOK_AGAIN_MS, this.stopping);
    }
  }
}
