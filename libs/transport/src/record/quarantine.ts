import { InfrastructureDown, MessagingError, RecordRefused, topics, UndecodableRecords } from '#libs/contracts';
import { count, counters } from '#libs/telemetry';
import type { UndecodableBatch } from '../fetch/unread.ts';
import type { Publisher } from '../publisher.ts';
import type { IncomingRecord } from './record.ts';

/**
 * Publishes a record that cannot be processed to `messaging.unreadable`: key and bytes unchanged, origin and error in
 * headers.
 * @throws InfrastructureDown when Kafka cannot be reached.
 */
export async function quarantineRecord(
  publisher: Publisher,
  record: IncomingRecord,
  error: unknown,
  service: string,
): Promise<void> {
  try {
    await keep(publisher, record, error, service);
  } catch (refusal) {
    if (!(refusal instanceof RecordRefused)) throw refusal;
    // With these headers it is larger than the topic allows: then it is truncated to a size that fits.
    await keep(publisher, cutDown(record), error, service, { 'x-value-bytes': String(record.value?.length ?? 0) });
  }
  count(counters.quarantinedRecords, { 'messaging.destination.name': record.topicName, 'error.type': codeOf(error) });
}

/**
 * What is kept of the value and the key of a record that is too large, in bytes. Its own headers are dropped, because
 * they may be what is large.
 */
const KEPT_OF_VALUE = 1024 * 1024;
const KEPT_OF_KEY = 64 * 1024;

const cutDown = (record: IncomingRecord): IncomingRecord => ({
  ...record,
  key: record.key && record.key.subarray(0, KEPT_OF_KEY),
  value: record.value && record.value.subarray(0, KEPT_OF_VALUE),
  headers: {},
});

async function keep(
  publisher: Publisher,
  record: IncomingRecord,
  error: unknown,
  service: string,
  more: Record<string, string> = {},
): Promise<void> {
  await publisher.publish({
    topic: topics.unreadable,
    key: record.key,
    value: record.value,
    headers: {
      ...definedHeaders(record.headers),
      ...more,
      'x-origin-topic': record.topicName,
      'x-origin-partition': String(record.partition),
      'x-origin-offset': String(record.offset),
      'x-origin-timestamp': String(record.timestamp),
      'x-quarantined-by': service,
      'x-quarantined-at': new Date().toISOString(),
      ...errorHeaders(error),
    },
  });
}

/**
 * Publishes a batch that cannot be decoded: its bytes, and in headers what is known about it. If the bytes are too many
 * for the topic, only the headers.
 * @throws InfrastructureDown when Kafka cannot be reached.
 */
export async function quarantineBatch(
  publisher: Publisher,
  record: IncomingRecord,
  batch: UndecodableBatch,
  service: string,
): Promise<void> {
  const error = new UndecodableRecords(`${batch.fault}: ${batch.detail}`);
  const headers = {
    'x-origin-topic': record.topicName,
    'x-origin-partition': String(record.partition),
    'x-origin-offset': String(batch.firstOffset),
    'x-origin-last-offset': String(batch.lastOffset),
    'x-batch-fault': batch.fault,
    'x-batch-bytes': String(batch.bytes.length),
    'x-quarantined-by': service,
    'x-quarantined-at': new Date().toISOString(),
    ...errorHeaders(error),
  };
  const outgoing = {
    topic: topics.unreadable,
    key: `${record.topicName}/${record.partition}/${batch.firstOffset}`,
    headers,
  };
  await publisher.publish({ ...outgoing, value: batch.bytes }).catch((failure: unknown) => {
    if (failure instanceof InfrastructureDown) throw failure;
    return publisher.publish({ ...outgoing, value: null });
  });
  count(counters.quarantinedRecords, { 'messaging.destination.name': record.topicName, 'error.type': error.code });
}

/** The code under which an error is reported and counted. */
const codeOf = (error: unknown) => (error instanceof MessagingError ? error.code : 'MSG_HANDLER_BUG');

/**
 * Our own errors are reported in full; of any other only its name and location, since its text may quote the record.
 */
function errorHeaders(error: unknown): Record<string, string> {
  if (error instanceof MessagingError) {
    return {
      'x-error-code': error.code,
      'x-error-stage': error.stage,
      'x-error': asciiOnly(error.message).slice(0, 2_000),
      'x-error-remedy': asciiOnly(error.remedy),
    };
  }
  const stack =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at ')) : [];
  return {
    'x-error-code': codeOf(error),
    'x-error-stage': 'handle',
    'x-error': error instanceof Error ? error.name : typeof error,
    'x-error-remedy': 'A fault of the platform: report it with these headers; publish the record again after the fix.',
    'x-error-stack': stack
      .slice(0, 8)
      .map((line) => line.trim())
      .join(' | ')
      .slice(0, 2_000),
  };
}

const asciiOnly = (text: string) => text.replace(/[^\x20-\x7e]/g, '?');

function definedHeaders(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
