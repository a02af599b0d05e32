import { type Channel, isOtherFact, type Topic, topics } from '#libs/contracts';

/** What of a record is needed to see that it concerns nobody here. */
interface Headed {
  topic: Topic;
  headers: Record<string, string | undefined>;
}

/**
 * Of facts only the provider's word on messages of this channel concerns its ledger, and what retry answered to
 * cancellations; of retry's words on hand-overs those on its own.
 */
export const isNoConcernOf =
  (channel: Channel) =>
  ({ topic, headers }: Headed): boolean => {
    if (topic.name === topics.statusChanged.name)
      return isOtherFact(headers, { channel, sources: ['receipt'], statuses: ['cancelled', 'cancel-refused'] });
    return topic.name === topics.sendPlanned.name && isOtherFact(headers, { channel, sources: ['retry'] });
  };
