import { isUtf8 } from 'node:buffer';
import { contentDigest, nearestInstant, topics } from '#libs/contracts';
import { type Decoded, type IncomingRecord, recordIdOf, readJsonLeniently } from '#libs/transport';
import { type Salvager, salvagedFact, salvagedLetter } from './salvage.policy.ts';

/** The topics whose records are kept in part where they break their schema. */
const salvagers = new Map<string, Salvager>([
  [topics.statusChanged.name, salvagedFact],
  [topics.deadLetters.name, salvagedLetter],
]);

/**
 * What can be read of a fact or dead letter that breaks its schema, as an older or newer producer may write it;
 * undefined: nothing.
 */
export function salvage(record: IncomingRecord): Decoded | undefined {
  const json = readJsonLeniently(record.value);
  const arrived = {
    at: nearestInstant(record.timestamp),
    eventId: contentDigest(recordIdOf(record)),
    isGarbled: !isUtf8(record.value ?? Buffer.alloc(0)),
  };
  const value = salvagers.get(record.topic.name)?.(json, arrived);
  return value && { json, value };
}
