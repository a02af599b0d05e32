import {
  BadRecordTime,
  type Channel,
  channelOf,
  channelRegistry,
  factId,
  IdConflict,
  identityKey,
  isAcceptanceRevoked,
  MessageId,
  nearestInstant,
  type RecipientRef,
  salvageHandover,
  type StatusChanged,
  Tenant,
  topics,
  UnreadableRecord,
} from '#libs/contracts';
import { failureBy, ownFailure } from '#libs/providers';
import { contextFrom, contextOf, hasTrace, type Logger, underContext } from '#libs/telemetry';
import { decode, type IncomingRecord, recordIdOf, readJsonLeniently } from '#libs/transport';
import type { OutcomePublisher } from '../publish/outcome-publisher.service.ts';
import type { RequestEnvelope } from '../channel.port.ts';
import type { Delivery } from '../delivery.ts';
import type { DeliveryService } from '../delivery.service.ts';
import { originOf } from '../accept/origin.ts';
import { refusedForGood } from '../template-resend/resend-plan.policy.ts';
import { bareFirstHop, bareLaterHop } from './ending.policy.ts';
import type { z } from 'zod';

export interface EndingOptions {
  channel: Channel;
  /** The schema of the channel's requests. */
  schema: z.ZodType<RequestEnvelope>;
  /**
   * The recipients of a request.
   * @throws where they cannot be read
   */
  recipientsOf: (request: unknown) => RecipientRef[];
  dispatcher: Pick<DeliveryService<unknown>, 'breakOff'>;
  outcomes: Pick<OutcomePublisher, 'publishFact'>;
  logger: Logger;
}

/** Ends the message of a quarantined record. Called again, it publishes the same events. */
export class EndingService {
  private readonly options: EndingOptions;

  constructor(options: EndingOptions) {
    this.options = options;
  }

  /**
   * A request that breaks its schema is reported as `rejected`. One whose processing throws, and a later hop that
   * cannot be processed, end by their state in the ledger. An id conflict ends nothing: the first message is not
   * changed.
   * @throws InfrastructureDown when PostgreSQL or Kafka cannot be reached; repeating is safe.
   */
  async onQuarantine(record: IncomingRecord, error: unknown): Promise<void> {
    if (error instanceof IdConflict) return;
    const { channel } = this.options;
    const { due } = channelRegistry[channel];
    if (record.topic.name === topics.statusChanged.name) return this.refuseForGood(record);
    if (record.topic.name === due.name) return this.breakOff(this.laterHop(record), record, error);
    if (channelOf(record.topic) !== channel) return;
    if (error instanceof UnreadableRecord) return this.reject(record, error);
    return this.breakOff(
      bareFirstHop(channel, this.options.schema, JSON.parse(String(record.value)), originOf(record)),
      record,
      error,
    );
  }

  private async breakOff(hop: Delivery<undefined> | undefined, record: IncomingRecord, error: unknown): Promise<void> {
    if (!hop)
      return this.options.logger.error(
        { record: recordIdOf(record) },
        'a record that is quarantined names no message: nothing can be reported of it',
      );
    const recipients = this.recipientsOf(hop.request);
    await inTraceOf(record, hop, () => this.options.dispatcher.breakOff({ ...hop, recipients }, failureBy(error)));
  }

  /** Where they cannot be read, nothing is reported per recipient. */
  private recipientsOf(request: unknown): RecipientRef[] {
    try {
      return this.options.recipientsOf(request);
    } catch {
      return [];
    }
  }

  private laterHop(record: IncomingRecord): Delivery<undefined> | undefined {
    const { channel } = this.options;
    const read = salvageHandover({ ...record, channel, keyIsMessageId: false });
    // A record of another channel is that channel's to end.
    return read?.channel === channel ? bareLaterHop(read, originOf(record)) : undefined;
  }

  /**
   * A message whose acceptance was revoked waits to be resent as a template; if that is impossible, the refusal ends
   * it.
   */
  private async refuseForGood(record: IncomingRecord): Promise<void> {
    const fact = decode(record).value as StatusChanged;
    if (fact.channel === this.options.channel && isAcceptanceRevoked(fact))
      await this.options.outcomes.publishFact(refusedForGood(fact));
  }

  private async reject(record: IncomingRecord, error: UnreadableRecord): Promise<void> {
    const identity = readableIdentity(record.value, this.options.channel);
    if (identity)
      await inTraceOf(record, identity, () => this.options.outcomes.publishFact(rejection(identity, record, error)));
  }
}

interface ReadIdentity {
  messageId: string;
  tenant: string;
  channel: Channel;
}

function inTraceOf<T>(record: IncomingRecord, of: ReadIdentity, work: () => T): T {
  const given = contextFrom(record.headers);
  return underContext(hasTrace(given) ? given : contextOf(identityKey(of)), work);
}

function readableIdentity(value: Buffer | null, channel: Channel): ReadIdentity | undefined {
  const json = readJsonLeniently(value) as { messageId?: unknown; tenant?: unknown } | null | undefined;
  const messageId = MessageId.safeParse(json?.messageId);
  const tenant = Tenant.default('default').safeParse(json?.tenant ?? undefined);
  return messageId.success && tenant.success ? { messageId: messageId.data, tenant: tenant.data, channel } : undefined;
}

function rejection(identity: ReadIdentity, record: IncomingRecord, error: UnreadableRecord): StatusChanged {
  const { fields } = error;
  const badTime =
    'The Kafka record of the request has no timestamp, or one that is not in milliseconds, so nothing was sent.';
  const remedy = 'Correct the named fields and publish again, under the same messageId or a new one.';
  const failure =
    error instanceof BadRecordTime
      ? ownFailure('MSG_RECORD_TIME', 'bad-content', 'never', badTime, { fields })
      : ownFailure('MSG_REJECTED', 'bad-content', 'never', 'The request breaks its schema, so nothing was sent.', {
          remedy,
          fields,
        });
  return {
    ...identity,
    // Hop 0 is never used otherwise: a rejected record takes no hop, so that a corrected one under the same id still
    // has its first.
    eventId: factId({ ...identity, hop: 0, source: identity.channel, status: `rejected:${recordIdOf(record)}` }),
    lane: record.lane,
    status: 'rejected',
    final: true,
    at: nearestInstant(error instanceof BadRecordTime ? Date.now() : record.timestamp),
    source: identity.channel,
    failure,
  };
}
