import type { Channel } from '#libs/contracts';

/**
 * By channel: the moment before which nothing in `status.changed` is unread. A channel of which nothing is known is
 * missing.
 */
export type ReadUpTo = Partial<Record<Channel, Date>>;

/** How far the evidence that a provider took a message has been read. */
export abstract class EvidenceReader {
  /**
   * Looks how far retry and these channels have read: retry stops what is planned, a channel's ledger refuses what
   * retry released.
   * @param now by the clock that the plans go by, taken before this call
   * @throws InfrastructureDown when Kafka cannot be asked.
   */
  abstract upTo(now: Date, channels: readonly Channel[]): Promise<ReadUpTo>;
}
