import {
  type Channel,
  contentDigest,
  type Failure,
  identityKey,
  nearestInstant,
  RecordRefused,
  type SalvagedHandover,
  withoutIdleNulls,
} from '#libs/contracts';
import { failureBy, ownFailure } from '#libs/providers';
import { type OutcomeEvents, eventsFor } from '../publish/events.policy.ts';
import type { RequestEnvelope } from '../channel.port.ts';
import { lifeEnd, type Origin } from '../accept/decode.ts';
import type { Delivery, Outcome } from '../delivery.ts';
import type { z } from 'zod';

/** The provider may have accepted it: it is looked up. */
const adapterFault = (provider: string) =>
  ownFailure(
    'MSG_ADAPTER_FAULT',
    'unknown',
    'backoff',
    'The platform failed while it was sending; the provider may have taken the message.',
    { provider },
  );

/** A call that was in flight when an error was thrown. */
export interface CallUnderWay {
  provider: string;
  callId: string;
}

/**
 * The outcome of a hop that a bug of ours has stopped. Failed only where nothing was sent: a call that was made may
 * have been accepted, and an earlier unconfirmed call is not resolved by this hop. `now`: ms since 1970.
 */
export function stopped(delivery: Delivery<unknown>, failure: Failure, now: number, call?: CallUnderWay): Outcome {
  const at = nearestInstant(now);
  if (delivery.mode === 'reconcile') return { kind: 'unresolved', at };
  if (call)
    return {
      kind: 'unknown',
      at,
      ...call,
      attempt: delivery.attemptCount + 1,
      failure: adapterFault(call.provider),
    };
  return { kind: 'failed', at, attempt: delivery.attemptCount, failure };
}

/** The first hop of a request, made from its schema only, because any further processing may be what throws. */
export function bareFirstHop(
  channel: Channel,
  schema: z.ZodType<RequestEnvelope>,
  json: unknown,
  origin: Origin,
): Delivery<undefined> {
  const request = schema.parse(json);
  const { tenant, messageId, correlationId, tags } = request;
  const requestedAt = new Date(nearestInstant(origin.timestamp));
  return {
    ...nothingKnown,
    channel,
    tenant,
    messageId,
    correlationId,
    tags,
    requestedAt,
    id: identityKey({ tenant, channel, messageId }),
    lane: origin.lane,
    hop: 1,
    mode: 'send',
    source: origin.source,
    rememberedAt: requestedAt,
    expiresAt: lifeEnd(request, origin),
    digest: digestOf(schema, json),
    key: origin.key?.toString('base64') ?? null,
    request: json as Record<string, unknown>,
    attempts: [],
    attemptCount: 0,
    rests: 0,
    unconfirmedCall: undefined,
    unconfirmedSince: undefined,
  };
}

/** A later hop, from what can be read of its hand-over. If there is an unconfirmed call, it was to be looked up. */
export function bareLaterHop(due: SalvagedHandover, origin: Origin): Delivery<undefined> {
  const {
    tenant,
    channel,
    messageId,
    hop,
    lane,
    key,
    request,
    attempts,
    templateVersion,
    unconfirmedCall,
    unconfirmedSince,
  } = due;
  return {
    ...nothingKnown,
    channel,
    tenant,
    messageId,
    hop,
    lane,
    key,
    request,
    attempts,
    attemptCount: attempts.length,
    rests: 0,
    templateVersion,
    unconfirmedCall,
    unconfirmedSince,
    mode: unconfirmedCall ? 'reconcile' : 'send',
    again: due.again !== undefined,
    id: identityKey({ tenant, channel, messageId }),
    source: origin.source,
    requestedAt: new Date(due.requestedAt),
    rememberedAt: new Date(due.dueAt ?? due.requestedAt),
    expiresAt: new Date(due.expiresAt),
    digest: undefined,
    correlationId: textOf(request['correlationId']),
    tags: undefined,
  };
}

const nothingKnown = { message: undefined, recipients: [], sendAt: undefined };

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Computing the digest may be what throws; without one, only the id identifies a repeat. */
function digestOf(schema: z.ZodType, json: unknown): string | undefined {
  try {
    return contentDigest(withoutIdleNulls(schema, json));
  } catch {
    return undefined;
  }
}

/**
 * The events of a hop whose usual events were refused: without the content of the request and the history, which may be
 * invalid or too large. A message that was to be retried without an unconfirmed call ends as failed, since it cannot be
 * handed over completely.
 */
export function bareEvents(delivery: Delivery<unknown>, outcome: Outcome): OutcomeEvents {
  const bare: Delivery<unknown> = { ...delivery, request: {}, attempts: [], templateVersion: undefined };
  const goesOn =
    outcome.kind === 'waiting' ||
    outcome.kind === 'parked' ||
    (outcome.kind === 'failed' && outcome.failure.retry !== 'never');
  const { facts, deferred } = eventsFor(
    bare,
    goesOn ? stopped(bare, failureBy(new RecordRefused('send.deferred')), Date.parse(outcome.at)) : outcome,
  );
  return { facts, ...(deferred && { deferred: { ...deferred, lacks: ['request', 'attempts'] } }) };
}
