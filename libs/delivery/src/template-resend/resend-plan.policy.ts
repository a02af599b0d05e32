import { factId, type SendDeferred, type StatusChanged } from '#libs/contracts';
import type { Delivery } from '../delivery.ts';
import { withAttempt } from '../publish/attempts.policy.ts';

/**
 * The ledger's state of a hop whose acceptance is revoked. `running`: its call is still in flight; `otherwise`: it is
 * not recorded as accepted.
 */
export type AcceptanceRevoked = 'taken back' | 'running' | 'otherwise';

/**
 * What retry will need if the provider accepts this hop and revokes the acceptance; stored before the call, so that it
 * exists whatever the result.
 */
export interface ResendPlan {
  deferred: SendDeferred;
  attempt: number;
  provider: string;
  /** Keyed hash of the sender, where there were several. */
  sender?: string;
}

/** `now`: ms since 1970. */
export function resendPlanOf(delivery: Delivery<unknown>, provider: string, now: number): ResendPlan {
  const { messageId, tenant, channel, lane, key, hop, request, requestedAt, expiresAt, templateVersion } = delivery;
  const { attempts, attemptCount } = delivery;
  return {
    provider,
    attempt: attemptCount + 1,
    ...(delivery.sender && { sender: delivery.sender.hash }),
    deferred: {
      eventId: factId({ tenant, channel, messageId, hop, source: channel, status: 'deferred:acceptance-revoked' }),
      messageId,
      tenant,
      channel,
      lane,
      key,
      hop,
      request,
      attempts,
      attemptCount,
      requestedAt: requestedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      ...(templateVersion !== undefined && { templateVersion }),
      at: new Date(now).toISOString(),
      why: 'failed',
      acceptanceRevoked: true,
    },
  };
}

/** The hand-over of a message whose acceptance was revoked, made from its receipt. */
export function givenBack(
  { deferred, attempt, provider, sender }: ResendPlan,
  { at, failure }: StatusChanged,
): SendDeferred {
  const { hop, attempts, attemptCount = attempts.length } = deferred;
  return {
    ...deferred,
    at,
    ...(failure && {
      attempts: withAttempt(attempts, { attempt, hop, at, provider, ...(sender && { sender }), failure }),
      attemptCount: attemptCount + 1,
      failure,
      // Another sender is left, or no plan had been kept.
      ...(failure.bySender && { elsewhere: true }),
    }),
  };
}

/** The acceptance was revoked, and there is no plan to resend it: the provider's refusal ends the message. */
export function refusedForGood(fact: StatusChanged): StatusChanged {
  const { tenant, channel, messageId = '', hop = 0 } = fact;
  const reason = 'It is not sent again: the call that it was sent by is not known any more, or was unconfirmed.';
  return {
    ...fact,
    status: 'failed',
    final: true,
    eventId: factId({ tenant, channel, messageId, hop, source: 'receipt', status: 'failed:acceptance-revoked' }),
    reason,
  };
}
