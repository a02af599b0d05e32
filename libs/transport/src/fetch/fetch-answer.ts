import { createRequire } from 'node:module';
import type { HeaderSkip } from './header-skip.ts';
import { readRecordSet } from './record-set.ts';
import { stuckAt, type UnreadMessage } from './unread.ts';

interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): bigint;
  readString(): string;
  readBytes(): Buffer | null;
  readArray<T>(read: (decoder: Decoder) => T): T[];
  readArrayAsync<T>(read: (decoder: Decoder) => Promise<T>): Promise<T[]>;
}

interface Answer {
  decode: (bytes: Buffer) => Promise<object>;
  parse: (answer: object) => Promise<object>;
}
/** Which records of a topic (by its full name) are skipped; undefined: none. */
export type SkipOf = (topicName: string) => HeaderSkip | undefined;

interface FetchArguments {
  /** Set by skip-when-fetched.ts; kafkajs does not know it. */
  skipOf?: SkipOf;
  topics: { topic: string; partitions: { partition: number; fetchOffset: string }[] }[];
}
type Protocol = (wanted: { version: number }) => (asked: FetchArguments) => { request: unknown; response: Answer };

interface Partition {
  errorCode: number;
  fetchOffset: number;
  lastStableOffset: string;
  messages: UnreadMessage[];
}

/** Earlier versions of the response contain another format of records, and no supported broker needs them. */
const FIRST = 4;

/**
 * Errors of one partition whose log cannot be read now. kafkajs lets them fail the fetch of all partitions, and the
 * consumer crashes and restarts as long as they last. All other errors are left to kafkajs.
 */
const stuckBy: ReadonlyMap<number, string> = new Map([
  [-1, 'UNKNOWN_SERVER_ERROR'],
  [2, 'CORRUPT_MESSAGE'],
  [56, 'KAFKA_STORAGE_ERROR'],
]);

/**
 * Replaces kafkajs's decoder of the Fetch response. A batch that cannot be decoded affects that batch only, and an
 * error of the broker that partition only.
 */
export function readFetchAnswers(fetch: { protocol: Protocol }): void {
  const protocol = fetch.protocol;
  fetch.protocol = ({ version }) => {
    const make = protocol({ version });
    if (version < FIRST) return make;
    return (asked) => {
      const { response, ...rest } = make(asked);
      return {
        ...rest,
        response: { parse: response.parse, decode: (bytes) => decode(bytes, version, asked) },
      };
    };
  };
}

const offsetsOf = ({ topics }: FetchArguments) =>
  new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, fetchOffset }) => [`${topic}/${partition}`, Number(fetchOffset)] as const),
    ),
  );

let DecoderClass: (new (bytes: Buffer) => Decoder) | undefined;

/** The Fetch response, versions 4 to 11 (https://kafka.apache.org/protocol#The_Messages_Fetch). */
async function decode(bytes: Buffer, version: number, asked: FetchArguments): Promise<object> {
  DecoderClass ??= createRequire(import.meta.url)('kafkajs/src/protocol/decoder.js') as typeof DecoderClass & {};
  const decoder = new DecoderClass(bytes);
  const offsets = offsetsOf(asked);
  const throttleMs = decoder.readInt32();
  const session = version >= 7 ? { errorCode: decoder.readInt16(), sessionId: decoder.readInt32() } : {};
  const responses = await decoder.readArrayAsync(async () => {
    const topicName = decoder.readString();
    const skip = asked.skipOf?.(topicName);
    return {
      topicName,
      partitions: await decoder.readArrayAsync(() => readPartition(decoder, version, { topicName, offsets, skip })),
    };
  });
  if (throttleMs === 0) tellStandstill(responses.flatMap(({ partitions }) => partitions));
  // From version 8 on the client applies the throttle time, not the broker.
  const throttle =
    version >= 8 ? { throttleTime: 0, clientSideThrottleTime: throttleMs } : { throttleTime: throttleMs };
  return { ...throttle, ...session, responses };
}

/**
 * A broker returns at least one batch if there is any (KIP-74). If it returns none, although the partition has offsets
 * beyond the requested one, it cannot read its log: Apache Kafka does so, without an error, where the length of a batch
 * is damaged.
 */
function tellStandstill(partitions: readonly Partition[]): void {
  if (partitions.some(({ messages, errorCode }) => messages.length > 0 || errorCode !== 0)) return;
  for (const partition of partitions) {
    if (partition.fetchOffset >= Number(partition.lastStableOffset)) continue;
    partition.messages = [stuckAt(partition.fetchOffset, { error: 'NOTHING_TO_READ' })];
  }
}

interface OfTopic {
  topicName: string;
  /** For `topic/partition`: the requested offset. */
  offsets: ReadonlyMap<string, number>;
  skip: HeaderSkip | undefined;
}

async function readPartition(
  decoder: Decoder,
  version: number,
  { topicName, offsets, skip }: OfTopic,
): Promise<Partition> {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const highWatermark = decoder.readInt64();
  const lastStableOffset = String(decoder.readInt64());
  if (version >= 5) decoder.readInt64();
  const abortedTransactions = decoder.readArray(() => ({
    producerId: String(decoder.readInt64()),
    firstOffset: Number(decoder.readInt64()),
  }));
  const preferredReadReplica = version >= 11 ? decoder.readInt32() : -1;
  const bytes = decoder.readBytes() ?? Buffer.alloc(0);
  const fetchOffset = offsets.get(`${topicName}/${partition}`) ?? 0;
  const stuck = stuckBy.get(errorCode);
  const messages: UnreadMessage[] = stuck
    ? [stuckAt(fetchOffset, { error: stuck })]
    : await readRecordSet({ fetchOffset, highWatermark: Number(highWatermark), abortedTransactions, bytes, skip });
  // Aborted transactions were removed already: kafkajs would search for them in keys that only look like its markers.
  const answer = {
    partition,
    fetchOffset,
    errorCode: stuck ? 0 : errorCode,
    highWatermark: String(highWatermark),
    lastStableOffset,
    abortedTransactions: [],
    preferredReadReplica,
    messages,
  };
  return answer;
}
