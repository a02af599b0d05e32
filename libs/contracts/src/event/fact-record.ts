import { factHeaders, type StatusChanged } from './status.ts';
import { topics } from '../topics.ts';

/**
 * A fact as its record in `messaging.status.changed`, whoever tells it: the key that keeps the facts of one message in
 * order, and the headers by which a reader passes over what does not concern it.
 */
export const factRecord = (fact: StatusChanged) => ({
  topic: topics.statusChanged,
  key: fact.messageId ?? fact.providerMessageId ?? null,
  value: fact,
  headers: factHeaders(fact),
});
