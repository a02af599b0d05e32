import type { CallReference, Repeat, SendResult } from '#libs/providers';
import type { UnconfirmedCall, Failure } from '#libs/contracts';
import type { Delivery, Outcome } from '../delivery.ts';

/** The ids of a call, for the provider and for us. */
export function referenceOf(
  delivery: Delivery<unknown>,
  call: Pick<CallReference, 'hop' | 'attempt' | 'callId' | 'traceparent'>,
): CallReference {
  const { messageId, tenant, lane, recipients, goesTo = recipients } = delivery;
  return {
    messageId,
    tenant,
    lane,
    ...call,
    recipientCount: recipients.length > 1 ? recipients.length : undefined,
    recipientHash: goesTo.length === 1 ? goesTo[0]!.hash : undefined,
  };
}

/** A repeat of the unconfirmed call, where enough is known about it. */
export function repeatOf(
  delivery: Delivery<unknown>,
  { hop, attempt, callId, traceparent, replay, at }: UnconfirmedCall,
  mayStillSend: () => boolean,
): Repeat | undefined {
  if (!replay || attempt === undefined) return undefined;
  return {
    reference: referenceOf(delivery, { hop, attempt, callId, traceparent }),
    replay,
    lostAt: Date.parse(at),
    mayStillSend,
  };
}

/** The channel does not allow it; no provider was asked, so it is not an attempt. `now` is ms since 1970. */
export function heldBack(delivery: Delivery<unknown>, failure: Failure, now: number): Outcome {
  return { kind: 'failed', at: new Date(now).toISOString(), attempt: delivery.attemptCount, failure };
}

/** The lease's guard stopped it before anything was written. */
export const isUnwritten = (result: SendResult): boolean => !result.sent && result.failure.code === 'MSG_NOT_STARTED';

/** A provider's result in the ledger's form. `now` is ms since 1970. */
export function outcomeOf(
  result: SendResult,
  provider: string,
  { callId, attempt, traceparent }: CallReference,
  now: number,
): Outcome {
  const at = new Date(now).toISOString();
  if (result.sent && result.validatedOnly) return { kind: 'validated', at, provider, attempt };
  if (result.sent)
    return {
      kind: 'sent',
      at,
      provider,
      providerMessageId: result.providerMessageId,
      callId,
      attempt,
      ...(result.size && { size: result.size }),
    };
  const { failure, replay } = result;
  if (failure.kind !== 'unknown') return { kind: 'failed', at, provider, attempt, failure };
  return {
    kind: 'unknown',
    at,
    provider,
    callId,
    attempt,
    failure,
    ...(replay && { replay, ...(traceparent !== undefined && { traceparent }) }),
  };
}

/** An outcome as attributes of spans and log lines. */
export function logFields(outcome: Outcome): Record<string, string | boolean> {
  if (!('failure' in outcome)) return { 'mi.outcome': outcome.kind };
  const { kind, code, help, unlisted } = outcome.failure;
  return {
    'mi.outcome': outcome.kind,
    'mi.failure.kind': kind,
    'mi.failure.code': code,
    ...(help && { 'mi.failure.help': help }),
    ...(unlisted && { 'mi.failure.unlisted': true }),
  };
}
