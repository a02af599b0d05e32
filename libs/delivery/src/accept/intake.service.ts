import {
  identityKey,
  isAcceptanceRevoked,
  type ReceiptMissing,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
  type SuppressionChanged,
} from '#libs/contracts';
import type { IncomingRecord, ReadRecord } from '#libs/transport';
import type { CancelService } from '../cancel/cancel.service.ts';
import type { ChannelPort, RequestEnvelope } from '../channel.port.ts';
import type { Delivery, Ledger } from '../delivery.ts';
import type { DeliveryService } from '../delivery.service.ts';
import type { Handovers } from '../handover/handovers.port.ts';
import type { ReceiptLookups } from '../receipts/missing/receipt-lookups.service.ts';
import type { Suppressions } from '../suppressions/suppressions.port.ts';
import { changeFor } from '../suppressions/suppressions.service.ts';
import type { RoutingService } from '../route/routing.service.ts';
import { type Decoding, firstHop, laterHop } from './decode.ts';
import { originOf } from './origin.ts';

export interface IntakeOptions<R, M> {
  channel: ChannelPort<R, M>;
  dispatcher: Pick<DeliveryService<M>, 'take'>;
  routing: Pick<RoutingService<M>, 'troubleOf'>;
  ledger: Pick<Ledger, 'markAccepted'>;
  handovers: Pick<Handovers, 'decided'>;
  cancels: Pick<CancelService, 'heard'>;
  suppressed: Pick<Suppressions, 'apply'>;
  lookups: Pick<ReceiptLookups, 'heard' | 'onMissing'>;
  hashKey: string;
  /** How many days ahead a message can be scheduled. */
  scheduleAtMostDays: number;
}

/**
 * What a channel's consumer calls: one method for each kind of record. All throw InfrastructureDown where PostgreSQL or
 * Kafka cannot be reached; repeating is safe.
 */
export class Intake<R extends RequestEnvelope = never, M = never> {
  private readonly options: IntakeOptions<R, M>;
  private readonly decoding: Decoding<M>;

  constructor(options: IntakeOptions<R, M>) {
    this.options = options;
    const { hashKey, scheduleAtMostDays, routing } = options;
    this.decoding = { hashKey, scheduleAtMostDays, troubleOf: (message) => routing.troubleOf(message) };
  }

  /** Requests of this channel: their first hops. */
  onRequested(requests: readonly ReadRecord<R>[]): void {
    const { channel } = this.options;
    for (const read of requests)
      this.dispatch(read, () => firstHop(channel, read.value, read.json, originOf(read.record), this.decoding));
  }

  /** Messages whose time has come: their next hops. */
  onDue(due: readonly ReadRecord<SendDue>[]): void {
    const { channel } = this.options;
    for (const read of due)
      this.dispatch(read, () => laterHop(channel, read.value, originOf(read.record), this.decoding));
  }

  private dispatch(read: ReadRecord, prepare: () => Delivery<M>): void {
    try {
      this.options.dispatcher.take(prepare(), read.context, read);
    } catch (error) {
      read.done(error as Error);
    }
  }

  /** Retry has decided on a message that was handed over. */
  async onPlanned(planned: SendPlanned): Promise<void> {
    const { channel, handovers } = this.options;
    if (planned.channel === channel.channel) await handovers.decided(identityKey(planned), planned.hop);
  }

  /**
   * Lifecycle facts: a provider's fact is acceptance evidence for the ledger; retry's may answer a cancellation.
   * @param before what the channel does first for each fact
   */
  onStatus(facts: readonly ReadRecord<StatusChanged>[], before?: (fact: StatusChanged) => Promise<unknown>): void {
    for (const read of facts)
      void read.doneAfter(async (fact) => {
        if (before) await before(fact);
        await this.onFact(fact);
      });
  }

  /** One lifecycle fact, as `onStatus` takes it. */
  async onFact(fact: StatusChanged): Promise<void> {
    const { channel, cancels, ledger, lookups } = this.options;
    const { source, tenant, messageId, hop, providerMessageId } = fact;
    if (source === 'retry') return cancels.heard(fact);
    if (fact.channel !== channel.channel || source !== 'receipt') return;
    const isEvidence = messageId !== undefined && hop !== undefined && !isAcceptanceRevoked(fact);
    await Promise.all([
      lookups.heard(fact),
      isEvidence &&
        ledger.markAccepted(identityKey({ tenant, channel: fact.channel, messageId }), hop, providerMessageId),
    ]);
  }

  /** A provider took a message, and no receipt has come. */
  onReceiptMissing(missing: ReceiptMissing): Promise<void> {
    return this.options.lookups.onMissing(missing);
  }

  /** A change of a suppression, in any channel; null lifts the one under its key. */
  async onSuppression(value: SuppressionChanged | null, record: IncomingRecord): Promise<void> {
    const { channel, suppressed } = this.options;
    const word = changeFor(channel.channel, value, record);
    if (word) await suppressed.apply(word);
  }
}
