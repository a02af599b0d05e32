import { factHeaders, type StatusChanged } from './status.ts';
import { topics } from '../topics.ts';

/**
 * The record of a fact in `messaging.status.changed`. Its key keeps the facts of one message in order; its headers let
 * a reader skip facts that do not concern it.
 */
export const factRecord = (fact: StatusChanged) => ({
  topic: topics.statusChanged,
  key: fact.messageId ?? fact.providerMessageId ?? null,
  value: fact,
  headers: factHeaders(fact),
});
