import {
  contentDigest,
  type Failure,
  fieldErrors,
  identityKey,
  type Lane,
  nearestInstant,
  recipientRef,
  type SendDue,
  UnreadableRecord,
  withoutIdleNulls,
} from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { hashedFingerprint } from '../reconcile/fingerprint.policy.ts';
import type { ChannelPort, Rendered, RequestEnvelope } from '../channel.port.ts';
import type { Delivery, PossibleCall, SenderChoice } from '../delivery.ts';
import { chooseSender, fromSenderOf, type TroubleOf } from './sender.policy.ts';
import { STANDARD_SCHEDULE_DAYS, startOf, timeProblems } from './times.policy.ts';

/** The default time until a message expires, in milliseconds (docs/adr/0020). */
const standardLife: Record<Lane, number> = { urgent: 10 * 60_000, transactional: 24 * 3_600_000, bulk: 72 * 3_600_000 };

/** The part of a Kafka record that a delivery needs. */
export interface Origin {
  /** `topic/partition/offset`. */
  source: string;
  lane: Lane;
  /** Its offset in its partition. */
  position?: number | undefined;
  /** Kafka's timestamp, ms since 1970. */
  timestamp: number;
  key: Buffer | null;
}

/** What a hop is made with, besides its record. */
export interface Decoding<M> {
  hashKey: string;
  /** How many days ahead a message can be scheduled. */
  scheduleAtMostDays?: number;
  /** Of a message that may go from several senders; undefined: nothing is known of their state. */
  troubleOf?: TroubleOf<M>;
}

/**
 * The first hop of a message, from its request. `json` is the request as upstream wrote it.
 * @throws UnreadableRecord when its times are too far ahead, it breaks a rule of its channel, or its template cannot be
 * rendered
 */
export function firstHop<R extends RequestEnvelope, M>(
  channel: ChannelPort<R, M>,
  request: R,
  json: unknown,
  origin: Origin,
  decoding: Decoding<M>,
): Delivery<M> {
  const { scheduleAtMostDays = STANDARD_SCHEDULE_DAYS } = decoding;
  const requestedAt = new Date(origin.timestamp);
  const times = timeProblems(request, origin.timestamp, scheduleAtMostDays);
  if (times.length > 0)
    throw new UnreadableRecord(
      `the request cannot be scheduled: ${times.map(({ field, rule }) => `${field} ${rule}`).join('; ')}`,
      times,
    );
  const problems = channel.problemsOf(request);
  if (problems.length > 0) throw new UnreadableRecord('the request breaks rules of its channel', problems);
  const rendered = channel.render(channel.toMessage(request), undefined);
  if (rendered.faults)
    throw new UnreadableRecord(
      `its template cannot be rendered: ${rendered.faults.map(({ field, rule }) => `${field} ${rule}`).join('; ')}`,
      rendered.faults,
    );
  return hopOf(channel, request, rendered, decoding, {
    templateVersion: rendered.templateVersion,
    unfit: undefined,
    lane: origin.lane,
    hop: 1,
    mode: 'send',
    again: undefined,
    source: origin.source,
    position: origin.position,
    requestedAt,
    rememberedAt: requestedAt,
    expiresAt: lifeEnd(request, origin),
    digest: contentDigest(withoutIdleNulls(channel.schema, json)),
    key: origin.key?.toString('base64') ?? null,
    request: json as Record<string, unknown>,
    attempts: [],
    attemptCount: 0,
    rests: 0,
    unconfirmedCall: undefined,
    unconfirmedSince: undefined,
  });
}

/**
 * A later hop, from the record that retry released.
 * @throws UnreadableRecord when the request in it is not of this channel.
 */
export function laterHop<R extends RequestEnvelope, M>(
  channel: ChannelPort<R, M>,
  due: SendDue,
  origin: Origin,
  decoding: Decoding<M>,
): Delivery<M> {
  const parsed = channel.schema.safeParse(due.request);
  if (!parsed.success) {
    throw new UnreadableRecord(
      `the request inside the ${due.channel} hand-over breaks its schema`,
      fieldErrors(parsed.error),
    );
  }
  const rendered = channel.render(channel.toMessage(parsed.data), due.templateVersion);
  return hopOf(channel, parsed.data, rendered, decoding, {
    // A version that is missing now may be back at the next hop.
    templateVersion: due.templateVersion ?? rendered.templateVersion,
    unfit: unfitness(rendered),
    lane: due.lane,
    hop: due.hop,
    mode: due.mode,
    again: due.again !== undefined,
    source: origin.source,
    position: due.position ?? origin.position,
    requestedAt: new Date(due.requestedAt),
    rememberedAt: new Date(due.dueAt ?? due.requestedAt),
    expiresAt: new Date(due.expiresAt),
    digest: undefined,
    key: due.key,
    request: due.request,
    attempts: due.attempts,
    attemptCount: due.attemptCount ?? due.attempts.length,
    rests: due.rests ?? 0,
    redrivenAt: due.redrivenAt,
    unconfirmedCall: due.unconfirmedCall,
    unconfirmedSince: due.unconfirmedSince,
  });
}

/** When the message expires. */
export function lifeEnd(
  request: Pick<RequestEnvelope, 'sendAt' | 'expiresAt'>,
  { timestamp, lane }: Pick<Origin, 'timestamp' | 'lane'>,
): Date {
  return new Date(request.expiresAt ?? nearestInstant(startOf(request, timestamp) + standardLife[lane]));
}

/** An error found at a later hop: if it can be fixed by an operator, the message waits. */
function unfitness({ faults, canRecover }: Rendered<unknown>): Failure | undefined {
  if (!faults) return undefined;
  if (!canRecover)
    return ownFailure(
      'MSG_TEMPLATE_UNSUITABLE',
      'bad-content',
      'never',
      'Its template no longer takes its variables.',
      {
        fields: faults,
      },
    );
  return ownFailure(
    'MSG_TEMPLATE_NOT_FOUND',
    'account',
    'operator',
    'The template or version that it was accepted with is no longer there.',
    {
      remedy:
        'Put the version back into TEMPLATES_DIR, or the provider back into the settings: it is tried again ' +
        'until it expires.',
      fields: faults,
    },
  );
}

/** What the first hop and later ones take from different places. */
type OwnPart = Pick<
  Delivery<unknown>,
  | 'templateVersion'
  | 'unfit'
  | 'lane'
  | 'hop'
  | 'mode'
  | 'again'
  | 'source'
  | 'position'
  | 'requestedAt'
  | 'rememberedAt'
  | 'expiresAt'
  | 'digest'
  | 'key'
  | 'request'
  | 'attempts'
  | 'attemptCount'
  | 'rests'
  | 'redrivenAt'
  | 'unconfirmedCall'
  | 'unconfirmedSince'
>;

/** Field by field: two spreads into one object allocate 1.6 KB for each message. */
function hopOf<R extends RequestEnvelope, M>(
  channel: ChannelPort<R, M>,
  request: R,
  rendered: Rendered<M>,
  { hashKey, troubleOf }: Decoding<M>,
  own: OwnPart,
): Delivery<M> {
  const { messageId, tenant } = request;
  const { message, choice, possibleCalls } = fromSender(channel, rendered.message, own, hashKey, troubleOf);
  return {
    channel: channel.channel,
    tenant,
    messageId,
    id: identityKey({ tenant, channel: channel.channel, messageId }),
    lane: own.lane,
    hop: own.hop,
    mode: own.mode,
    again: own.again,
    source: own.source,
    requestedAt: own.requestedAt,
    rememberedAt: own.rememberedAt,
    sendAt: request.sendAt ? new Date(request.sendAt) : undefined,
    expiresAt: own.expiresAt,
    digest: own.digest,
    key: own.key,
    request: own.request,
    message,
    recipients: channel.addressesOf(request).map((address) => recipientRef(hashKey, address)),
    addressee: channel.addresseeOf(message),
    position: own.position,
    sender: choice,
    possibleCalls,
    fingerprint: hashedFingerprint(channel.fingerprintOf(message), hashKey),
    templateVersion: own.templateVersion,
    unfit: own.unfit,
    attempts: own.attempts,
    attemptCount: own.attemptCount,
    rests: own.rests,
    redrivenAt: own.redrivenAt,
    unconfirmedCall: own.unconfirmedCall,
    unconfirmedSince: own.unconfirmedSince,
    correlationId: request.correlationId,
    tags: request.tags,
  };
}

/** The message from one of its senders. A look-up is for the sender of the call; where that is unknown, for each. */
function fromSender<R, M>(
  channel: ChannelPort<R, M>,
  message: M,
  { mode, attempts, unconfirmedCall }: OwnPart,
  hashKey: string,
  troubleOf: TroubleOf<M> | undefined,
): { message: M; choice?: SenderChoice; possibleCalls?: PossibleCall<M>[] } {
  if (mode === 'send') return chooseSender(message, attempts, channel, hashKey, troubleOf);
  const senders = channel.sendersOf(message);
  if (senders.length < 2) return { message };
  const known = unconfirmedCall?.sender;
  if (known !== undefined) return fromSenderOf(message, known, channel, hashKey) ?? { message };
  const possibleCalls = senders.flatMap((sender) => {
    const possible = channel.withSender(message, sender, true);
    const fingerprint = hashedFingerprint(channel.fingerprintOf(possible), hashKey);
    return fingerprint ? [{ message: possible, participants: fingerprint.participants }] : [];
  });
  return { message, possibleCalls };
}
