import { type ControlTarget, isPausedBy, type SendDue } from '#libs/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { isoOf, msOf } from '../instant.ts';
import { controlledOf } from './controlled.policy.ts';
import { type Narrowed, PlannedSends } from './concerned-plans.port.ts';

/** How long a preview looks at most, in milliseconds: reporting waits for five seconds. */
const LOOKS_MS = 3_000;

/** What a pause would keep back of that which waits now. */
export interface PausePreview {
  messages: number;
  /** Null: the pause has no end. */
  expireBeforeEnd: number | null;
  /** ISO 8601. */
  firstExpiresAt: string | null;
  /** False: there are more than could be looked at. */
  complete: boolean;
}

/** Says what a pause would be about, before it is ordered. */
@Injectable()
export class PausePreviewService {
  constructor(@Inject(PlannedSends) private readonly plans: PlannedSends) {}

  /** @throws InfrastructureDown when PostgreSQL cannot be reached */
  async preview(
    target: ControlTarget,
    until: string | undefined,
    now = () => performance.now(),
  ): Promise<PausePreview> {
    const stop = now() + LOOKS_MS;
    const end = until === undefined ? undefined : msOf(until);
    let [messages, expiring, first] = [0, 0, Infinity];
    let after: string | null = null;
    do {
      const portion = await this.plans.portion(narrowed(target), after);
      for (const due of portion.plans.filter((plan) => isConcerned(target, plan))) {
        const expires = msOf(due.expiresAt);
        messages += 1;
        if (end !== undefined && expires <= end) expiring += 1;
        first = Math.min(first, expires);
      }
      after = portion.upTo;
    } while (after !== null && now() < stop);
    return {
      messages,
      expireBeforeEnd: end === undefined ? null : expiring,
      firstExpiresAt: first === Infinity ? null : isoOf(first),
      complete: after === null,
    };
  }
}

const narrowed = (target: ControlTarget): Narrowed => ({
  channel: target.kind === 'tenant' || target.kind === 'template' ? undefined : target.channel,
  tenant: target.kind === 'tenant' ? target.tenant : undefined,
  lane: target.kind === 'lane' ? target.lane : undefined,
});

/** Of a provider all of its channel: what another one takes does not wait, but that is for the channel to say. */
const isConcerned = (target: ControlTarget, plan: SendDue): boolean =>
  target.kind === 'provider' || isPausedBy(target, controlledOf(plan));
