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

/** The provider may have it: its answer is looked up. */
const adapterFault = (provider: string) =>
  ownFailure(
    'MSG_ADAPTER_FAULT',
    'unknown',
    'backoff',
    'The platform failed while it was sending; the provider may have taken the message.',
    { provider },
  );

/** A call that was under way when a fault came. */
export interface CallUnderWay {
  provider: string;
  callId: string;
}

/**
 * How a hop ends that a fault of ours has stopped. Failed only where nothing was sent: a call that was made may have
 * been taken, and what an earlier call has left unconfirmed a look-up of this hop cannot end. `now`: ms since 1970.
 */
export function stopped(delivery: Delivery<unknown>, failure: Failure, now: number, call?: CallUnderWay): Outcome {
  const at = nearestInstant(now);
  if (delivery.mode === 'reconcile') return { kind: 'unresolved', at };
  if (call)
    return {
      kind: 'unknown',
      at,
      ...call,
      attempt: delivery.attempts.length + 1,
      failure: adapterFault(call.provider),
    };
  return { kind: 'failed', at, attempt: delivery.attempts.length, failure };
}

/** The first hop of a request by nothing but its schema: whatever else is done with it may be what fails. */
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
    unconfirmedCall: undefined,
    unconfirmedSince: undefined,
  };
}

/** A later hop by what can be read of its hand-over. An unconfirmed call means that it was to be looked up. */
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

/** It may be the digest that fails; without one only the id tells a repeat. */
function digestOf(schema: z.ZodType, json: unknown): string | undefined {
  try {
    return contentDigest(withoutIdleNulls(schema, json));
  } catch {
    return undefined;
  }
}

/**
 * What is reported of a hop whose full announcement was refused: without what the request holds and what was tried,
 * which can be what is wrong or too large. What was to go on without an unconfirmed call ends as failed, since it
 * cannot be handed over whole.
 */
export function saidPlainly(delivery: Delivery<unknown>, outcome: Outcome): OutcomeEvents {
  const bare: Delivery<unknown> = { ...delivery, request: {}, attempts: [], templateVersion: undefined };
  const goesOn = outcome.kind === 'waiting' || (outcome.kind === 'failed' && outcome.failure.retry !== 'never');
  const { facts, deferred } = eventsFor(
    bare,
    goesOn ? stopped(bare, failureBy(new RecordRefused('send.deferred')), Date.parse(outcome.at)) : outcome,
  );
  return { facts, ...(deferred && { deferred: { ...deferred, lacks: ['request', 'attempts'] } }) };
}
