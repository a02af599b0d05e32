import type { z } from 'zod';
import { HANDOVER_DEPTH, isDeeper, MAX_DEPTH } from '../request/depth.ts';
import { UnconfirmedCall, SendDue, SendDeferred } from './handover.ts';
import type { Identity } from '../identity.ts';
import { nearestInstant } from '../text/instant.ts';
import { Channel, Lane, MessageId, Tenant } from '../request/primitives.ts';

/**
 * Of which message and hop a hand-over is, as CloudEvents extension attributes: there even where its value cannot be
 * read.
 */
export const handoverHeaders = ({
  messageId,
  tenant,
  channel,
  lane,
  hop,
  unconfirmedCall,
}: Pick<SendDue, 'messageId' | 'tenant' | 'channel' | 'lane' | 'hop' | 'unconfirmedCall'>): Record<string, string> => ({
  ce_messageid: messageId,
  ce_messagetenant: tenant,
  ce_messagechannel: channel,
  ce_messagelane: lane,
  ce_hop: String(hop),
  ...(unconfirmedCall && { ce_unconfirmedhop: String(unconfirmedCall.hop) }),
});

/** What can be read of a hand-over that breaks its schema. */
export type SalvagedHandover = Identity &
  Pick<
    SendDue,
    | 'lane'
    | 'key'
    | 'requestedAt'
    | 'expiresAt'
    | 'request'
    | 'attempts'
    | 'hop'
    | 'templateVersion'
    | 'dueAt'
    | 'again'
    | 'unconfirmedCall'
    | 'unconfirmedSince'
  > & {
    /** Names of the fields that are not there or not as they must be; they stand empty here. */
    lacks: string[];
  };

/** The record, as Kafka gives it. `timestamp`: ms since 1970. */
interface Wreck {
  value: Buffer | null;
  key: Buffer | null;
  headers: Readonly<Record<string, string | undefined>>;
  timestamp: number;
  /** Where the topic's records are all of one channel. */
  channel?: Channel | undefined;
  /** Whether the topic's key is the messageId. */
  keyIsMessageId: boolean;
}

/**
 * Reads what can be read of a hand-over that breaks its schema: first its value, then its headers, then its key.
 * @returns undefined where it does not tell of which hop of which message it is
 */
export function salvageHandover({
  value,
  key,
  headers,
  timestamp,
  channel: ofTopic,
  keyIsMessageId,
}: Wreck): SalvagedHandover | undefined {
  const fields = fieldsOf(value);
  const one = <T>(schema: z.ZodType<T>, ...candidates: unknown[]): T | undefined => {
    for (const candidate of candidates) {
      const read = candidate === undefined ? undefined : schema.safeParse(candidate);
      if (read?.success) return read.data;
    }
    return undefined;
  };
  const { shape } = SendDeferred;
  const messageId = one(
    MessageId,
    fields['messageId'],
    headers['ce_messageid'],
    keyIsMessageId ? key?.toString('utf8') : undefined,
  );
  const tenant = one(Tenant, fields['tenant'], headers['ce_messagetenant']);
  const channel = one(Channel, fields['channel'], headers['ce_messagechannel'], ofTopic);
  const hop = one(shape.hop, fields['hop'], numberOf(headers['ce_hop']));
  if (messageId === undefined || tenant === undefined || channel === undefined || hop === undefined) return undefined;
  const lacks: string[] = [];
  const field = <T>(name: keyof SalvagedHandover, schema: z.ZodType<T>, otherwise: T): T => {
    const read = one(schema, fields[name]);
    if (read === undefined) lacks.push(name);
    return read ?? otherwise;
  };
  const requestedAt = field('requestedAt', shape.requestedAt, nearestInstant(timestamp));
  const templateVersion = one(shape.templateVersion, fields['templateVersion']);
  const unconfirmedCall = one(
    UnconfirmedCall,
    fields['unconfirmedCall'],
    unconfirmedBy(headers['ce_unconfirmedhop'], requestedAt),
  );
  const unconfirmedSince = one(shape.unconfirmedSince, fields['unconfirmedSince']);
  const dueAt = one(SendDue.shape.dueAt, fields['dueAt']);
  const again = one(SendDue.shape.again, fields['again']);
  return {
    messageId,
    tenant,
    channel,
    hop,
    requestedAt,
    lane: one(Lane, fields['lane'], headers['ce_messagelane']) ?? 'transactional',
    key: field('key', shape.key, null),
    expiresAt: field('expiresAt', shape.expiresAt, requestedAt),
    request: field('request', shape.request, {}),
    attempts: field('attempts', shape.attempts, []),
    ...(templateVersion !== undefined && { templateVersion }),
    ...(dueAt !== undefined && { dueAt }),
    ...(again !== undefined && { again }),
    ...(unconfirmedCall && { unconfirmedCall }),
    ...(unconfirmedSince !== undefined && { unconfirmedSince }),
    lacks,
  };
}

const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));

/** The header tells the hop of a call whose answer was lost; what else is known of the call is lost as well. */
const unconfirmedBy = (hop: string | undefined, at: string) =>
  hop === undefined ? undefined : { hop: Number(hop), callId: '', at };

/** The fields of a value that is a JSON object; of one that is nested too deeply only what is not nested. */
function fieldsOf(value: Buffer | null): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(value?.toString('utf8') ?? '');
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return {};
    if (!isDeeper(json, MAX_DEPTH + HANDOVER_DEPTH)) return json as Record<string, unknown>;
    return Object.fromEntries(Object.entries(json).filter(([, field]) => typeof field !== 'object' || field === null));
  } catch {
    return {};
  }
}
