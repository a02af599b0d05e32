import {
  type Channel,
  channelRegistry,
  type ChannelRequest,
  type ConsideredProvider,
  contentDigest,
  countryOfNumber,
  type DeadLetter,
  factId,
  type Failure,
  identityKey,
  type Lane,
  nearestInstant,
  recipientRef,
  type RecipientRef,
  type StatusChanged,
  templatesOf,
  UnreadableRecord,
} from '#libs/contracts';
import type { DeadLetterFact, IncomingFact, KeptFact } from '../projection/fact.ts';
import { LARGEST_INTEGER, storable } from './storable.policy.ts';

/** The topic, partition and time of a request. */
export interface Arrival {
  lane: Lane;
  /** Kafka's time, ms since 1970. */
  timestamp: number;
  traceId: string | undefined;
  /** RECIPIENT_HASH_KEY. */
  hashKey: string;
}

/** The fact that a message was requested: one per identity, however often it is published. */
export function factOfRequest(channel: Channel, request: ChannelRequest, arrival: Arrival): IncomingFact {
  const of = { tenant: request.tenant, channel, messageId: request.messageId };
  const templates = templatesOf(request);
  const addresses = channelRegistry[channel].addressesOf(request);
  const country = addresses.map(countryOfNumber).find((found) => found !== undefined);
  return {
    of,
    fact: {
      eventId: factId({ ...of, hop: 0, source: 'request', status: 'accepted' }),
      status: 'accepted',
      final: false,
      source: 'request',
      at: nearestInstant(arrival.timestamp),
      recipients: addresses.map((address) => recipientRef(arrival.hashKey, address)),
      sendAt: request.sendAt && utc(request.sendAt),
      lane: arrival.lane,
      category: request.category,
      traceId: arrival.traceId,
      correlationId: request.correlationId,
      tags: request.tags,
      ...(templates.length > 0 && { templates }),
      ...(country !== undefined && { country }),
    },
  };
}

/**
 * A status to be stored. Its fields are copied one by one, because unknown fields of a newer producer may contain
 * addresses.
 * @throws UnreadableRecord for a receipt that identifies no message.
 */
export function factOfStatus(changed: StatusChanged, traceId: string | undefined): IncomingFact {
  const { messageId, tenant, channel } = changed;
  const fact = storable(factOf(changed, traceId), lacksOf(changed));
  if (messageId === undefined && !(fact.provider && fact.providerMessageId)) {
    throw new UnreadableRecord('a receipt needs messageId, or provider and providerMessageId');
  }
  return { of: messageId === undefined ? undefined : { tenant, channel, messageId }, fact };
}

const factOf = (changed: StatusChanged, traceId: string | undefined): KeptFact => ({
  eventId: uuidOf(changed.eventId),
  status: changed.status,
  final: changed.final,
  source: changed.source,
  at: utc(changed.at),
  hop: changed.hop,
  attempt: changed.attempt,
  provider: changed.provider,
  providerMessageId: changed.providerMessageId,
  callId: changed.status === 'sent' ? changed.callId : undefined,
  recipient: changed.recipient && bare(changed.recipient),
  recipientCount: changed.recipientCount,
  recipients: changed.recipients?.map(bare),
  failure: changed.failure && plain(changed.failure),
  link: changed.link,
  segments: changed.segments,
  encoding: changed.encoding,
  nextAt: changed.nextAt && utc(changed.nextAt),
  route: changed.route?.map(considered),
  reason: changed.reason,
  operationId: changed.operationId,
  lane: changed.lane,
  traceId,
  correlationId: changed.correlationId,
  tags: changed.tags,
});

const considered = ({ provider, sender, taken, why, until }: ConsideredProvider): ConsideredProvider => ({
  provider,
  ...(sender !== undefined && { sender }),
  taken,
  why,
  ...(until !== undefined && { until: utc(until) }),
});

/** A dead letter without what was asked. */
export function deadLetter(letter: DeadLetter): DeadLetterFact {
  const { tenant, channel, messageId, lane, hop, reason, attempts } = letter;
  const kept: DeadLetterFact = {
    eventId: uuidOf(letter.eventId),
    id: identityKey({ tenant, channel, messageId }),
    tenant,
    channel,
    messageId,
    lane,
    at: utc(letter.at),
    requestedAt: utc(letter.requestedAt),
    hop: Math.min(hop, LARGEST_INTEGER),
    reason,
    attempts: attempts.length,
    failure: plain(letter.failure),
    template: templateOf(letter.request),
    expiresAt: utc(letter.expiresAt),
  };
  return storable(kept, lacksOf(letter));
}

/** The name of a template, which is no content. */
function templateOf({ template }: Record<string, unknown>): string | undefined {
  const name = typeof template === 'object' ? (template as { name?: unknown } | null)?.name : undefined;
  return typeof name === 'string' && name.length <= 100 ? name : undefined;
}

/** The names of fields that were lost on the way. */
function lacksOf({ lacks }: Record<string, unknown>): string[] {
  if (!Array.isArray(lacks)) return [];
  return (lacks as unknown[])
    .filter((name): name is string => typeof name === 'string' && /^[\w.]{1,64}$/.test(name))
    .slice(0, 64);
}

const utc = (instant: string): string => new Date(instant).toISOString();

const bare = ({ hash, mask }: RecipientRef): RecipientRef => ({ hash, mask });

function plain({ kind, code, provider, httpStatus, meaning, remedy, retry, help, fields }: Failure): Failure {
  return {
    kind,
    code,
    provider,
    httpStatus,
    meaning,
    remedy,
    retry,
    help,
    fields: fields?.map(({ field, rule }) => ({ field, rule })),
  };
}

/** Our own event ids are UUIDs; the contract allows any text. */
function uuidOf(eventId: string): string {
  const lower = eventId.toLowerCase();
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(lower) ? lower : contentDigest(eventId);
}
