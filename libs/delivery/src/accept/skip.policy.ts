import { type Channel, isOtherFact, RECEIPT_CHANNEL_HEADER, type Topic, topics } from '#libs/contracts';

/** The headers that decide whether a record concerns this service. */
interface Headed {
  topic: Topic;
  headers: Record<string, string | undefined>;
}

/**
 * Which facts the channel reads: those of providers about its own messages, for its ledger; retry's answers to
 * cancellations; retry's facts about hand-overs of this channel, and its own missing receipts.
 */
export const isNoConcernOf =
  (channel: Channel) =>
  ({ topic, headers }: Headed): boolean => {
    if (topic.name === topics.statusChanged.name)
      return isOtherFact(headers, { channel, sources: ['receipt'], statuses: ['cancelled', 'cancel-refused'] });
    if (topic.name === topics.receiptMissing.name) return (headers[RECEIPT_CHANNEL_HEADER] ?? channel) !== channel;
    return topic.name === topics.sendPlanned.name && isOtherFact(headers, { channel, sources: ['retry'] });
  };
