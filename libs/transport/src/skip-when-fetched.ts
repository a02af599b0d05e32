import { createRequire } from 'node:module';
import { topicNames, topics } from '#libs/contracts';
import type { SkipOf } from './fetch/fetch-answer.ts';
import { HeaderSkip } from './fetch/header-skip.ts';
import { clientIdOf } from './kafka.ts';
import { addFields } from './kafkajs/patches/added-fields.ts';
import type { HeadedRecord } from './record/record.ts';
import type { Kafka } from 'kafkajs';

export interface SkipOptions {
  /** Before every topic's name. */
  prefix: string;
  /** Whether a record is of no interest, by the headers that begin with `ce_fact`; for the same the same answer. */
  rule: (record: HeadedRecord) => boolean;
  /** While it says true every record is read, such as while a restored database reads again what it has lost. */
  readsAll?: () => boolean;
}

/** By client id. */
const rules = new Map<string, SkipOf>();

/**
 * Lets all consumers of this client pass records over before key, value and headers are made: what stands for them
 * comes as one record with `skipped`, which moves the offset and is dealt with by nobody.
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
