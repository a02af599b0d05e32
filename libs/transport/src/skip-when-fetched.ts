import { createRequire } from 'node:module';
import { topicNames, topics } from '#libs/contracts';
import type { SkipOf } from './fetch/fetch-answer.ts';
import { HeaderSkip } from './fetch/header-skip.ts';
import { clientIdOf } from './kafka.ts';
import { addFields } from './kafkajs/patches/added-fields.ts';
import type { HeadedRecord } from './record/record.ts';
import type { Kafka } from 'kafkajs';

export interface SkipOptions {
  /** The prefix of every topic. */
  prefix: string;
  /**
   * Whether a record may be skipped, by the headers that begin with `ce_fact`; must return the same for the same
   * headers.
   */
  rule: (record: HeadedRecord) => boolean;
  /** While it returns true every record is read, for example while a restored database reads again what it lost. */
  readsAll?: () => boolean;
}

/** By client id. */
const rules = new Map<string, SkipOf>();

/**
 * Lets all consumers of this client skip records before key, value and headers are decoded. A skipped run is passed on
 * as one record with `skipped`, which moves the offset only.
 * @param kafka from `createKafka`
 */
export function skipWhenFetched(kafka: Kafka, { prefix, rule, readsAll = () => false }: SkipOptions): void {
  const clientId = clientIdOf(kafka);
  if (clientId === undefined) throw new TypeError('only a client of createKafka passes records over');
  const skips = new Map(
    Object.values(topics).flatMap((topic) => {
      const skip = new HeaderSkip((headers) => rule({ topic, headers }));
      return topicNames(topic, prefix).map((name) => [name, skip] as const);
    }),
  );
  rules.set(clientId, (topicName) => (readsAll() ? undefined : skips.get(topicName)));
  const { Fetch } = createRequire(import.meta.url)('kafkajs/src/protocol/requests/apiKeys.js') as { Fetch: number };
  addFields([Fetch], (client) => {
    const skipOf = rules.get(client);
    return skipOf && { skipOf };
  });
}
