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
/** What is passed over of a topic (by its full name); undefined: nothing. */
export type SkipOf = (topicName: string) => HeaderSkip | undefined;

interface FetchArguments {
  /** Given by skip-when-fetched.ts; kafkajs knows nothing of it. */
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

/** Before this version answers hold another format of records, and no broker of today needs them. */
const FIRST = 4;

/**
 * Errors of one partition that say that its log cannot be read now: kafkajs lets them end the fetch of all partitions,
 * and the consumer crashes and starts again as long as they last. All other errors are kafkajs's to deal with, as
 * before.
 */
const stuckBy: ReadonlyMap<number, string> = new Map([
  [-1, 'UNKNOWN_SERVER_ERROR'],
  [2, 'CORRUPT_MESSAGE'],
  [56, 'KAFKA_STORAGE_ERROR'],
]);

/**
 * Puts a decoder in the place of kafkajs's, in which a failure stays with its batch, and one of the broker with its
 * partition.
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

/** The answer to Fetch, versions 4 to 11 (https://kafka.apache.org/protocol#The_Messages_Fetch). */
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
  // From version 8 on the broker leaves the waiting to us.
  const throttle =
    version >= 8 ? { throttleTime: 0, clientSideThrottleTime: throttleMs } : { throttleTime: throttleMs };
  return { ...throttle, ...session, responses };
}

/**
 * A broker gives at least one batch if there is any to give (KIP-74). Where it gives none at all, and yet says that a
 * partition reaches beyond what was asked for, it cannot find its way through the log: Apache Kafka does so, without an
 * error, where a batch's length is damaged.
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
  /** Of `topic/partition`: the offset that was asked for. */
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
  // Aborted ones are left out already: kafkajs would look for them in keys that only look like its marks.
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
