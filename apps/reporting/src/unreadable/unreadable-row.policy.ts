import { contentDigest, Instant, MessageId, nearestInstant, repairLine, Tenant } from '#libs/contracts';
import { LARGEST_INTEGER } from '../intake/storable.policy.ts';
import type { UnreadableRow } from './unreadable.port.ts';

/** A record of `messaging.unreadable`, as far as cause and place are read from it. */
export interface QuarantinedRecord {
  /** `topic/partition/offset`, which is where its bytes are. */
  recordId: string;
  partition: number;
  offset: number;
  headers: Readonly<Record<string, string | undefined>>;
  keyBytes: number;
  valueBytes: number;
  /** Kafka's timestamp, ms since 1970. */
  timestamp: number;
  /** What its value says, where it is JSON. */
  json: unknown;
}

/** The topics of requests, by their names with prefix; each with its channel. */
export type RequestTopics = ReadonlyMap<string, string>;

/**
 * Cause and place of a record, from the headers that its keeper wrote. Nothing of its bytes is kept but whose message
 * it is: the tenant that hand-overs have in headers, or that a request names itself.
 */
export function unreadableRow(record: QuarantinedRecord, requests: RequestTopics): UnreadableRow {
  const { recordId, partition, offset, headers, keyBytes, valueBytes, timestamp } = record;
  const text = (name: string, most = 200) => textOf(headers[name], most);
  const number = (name: string, most = Number.MAX_SAFE_INTEGER) => numberOf(headers[name], most);
  const origin = text('x-origin-topic') ?? text('x-origin') ?? 'unknown';
  return {
    id: contentDigest([recordId, timestamp]),
    at: timeOf(headers['x-quarantined-at']) ?? nearestInstant(timestamp),
    partition,
    offset,
    origin,
    originPartition: number('x-origin-partition', LARGEST_INTEGER),
    originOffset: number('x-origin-offset'),
    originLastOffset: number('x-origin-last-offset'),
    originAt: originTime(number('x-origin-timestamp')),
    keptBy: text('x-quarantined-by', 50),
    code: text('x-error-code', 100) ?? 'MSG_UNCLASSIFIED',
    stage: text('x-error-stage', 50),
    error: text('x-error', 2_000),
    remedy: text('x-error-remedy', 2_000),
    event: origin.startsWith('webhook/') ? text('x-event-type') : null,
    keyBytes,
    valueBytes,
    wholeBytes: number('x-value-bytes', LARGEST_INTEGER) ?? number('x-batch-bytes', LARGEST_INTEGER),
    ...identityOf(record, requests.get(origin)),
  };
}

type Whose = Pick<UnreadableRow, 'tenant' | 'channel' | 'messageId'>;

function identityOf({ headers, json }: QuarantinedRecord, channelOfRequest: string | undefined): Whose {
  // Headers of a request are upstream's own: there only the request itself says whose it is.
  if (channelOfRequest === undefined)
    return whose(headers['ce_messagetenant'], textOf(headers['ce_messagechannel'], 20), headers['ce_messageid']);
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    return whose(undefined, channelOfRequest, undefined);
  const { tenant, messageId } = json as { tenant?: unknown; messageId?: unknown };
  // A request that names no tenant is of the default one, as its channel reads it.
  return whose(tenant ?? 'default', channelOfRequest, messageId);
}

function whose(tenant: unknown, channel: string | null, messageId: unknown): Whose {
  const [knownTenant, knownId] = [Tenant.safeParse(tenant), MessageId.safeParse(messageId)];
  return {
    tenant: knownTenant.success ? knownTenant.data : null,
    channel,
    messageId: knownId.success ? knownId.data : null,
  };
}

/** Other producers may write to the topic: what cannot be stored is repaired, what is too long is cut. */
function textOf(given: string | undefined, most: number): string | null {
  return given === undefined || given === '' ? null : repairLine(given, most);
}

function numberOf(given: string | undefined, most: number): number | null {
  if (given === undefined || !/^\d{1,16}$/.test(given)) return null;
  const number = Number(given);
  return number <= most ? number : null;
}

const timeOf = (given: string | undefined): string | undefined => {
  const parsed = Instant.safeParse(given);
  return parsed.success ? parsed.data : undefined;
};

const originTime = (ms: number | null): string | null => (ms === null || ms === 0 ? null : nearestInstant(ms));
