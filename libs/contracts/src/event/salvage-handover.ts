import type { z } from 'zod';
import { HANDOVER_DEPTH, isDeeper, MAX_DEPTH } from '../request/depth.ts';
import { UnconfirmedCall, SendDue, SendDeferred } from './handover.ts';
import type { Identity } from '../identity.ts';
import { nearestInstant } from '../text/instant.ts';
import { Channel, Lane, MessageId, Tenant } from '../request/primitives.ts';

/** The message and hop of a hand-over, as CloudEvents extension attributes: readable even where the value is not. */
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
    /** Names of the fields that are missing or invalid; they are empty here. */
    lacks: string[];
  };

/** The record, as Kafka returns it. `timestamp`: ms since 1970. */
interface Wreck {
  value: Buffer | null;
  key: Buffer | null;
  headers: Readonly<Record<string, string | undefined>>;
  timestamp: number;
  /** The channel, where all records of the topic belong to one. */
  channel?: Channel | undefined;
  /** Whether the topic's key is the messageId. */
  keyIsMessageId: boolean;
}

/**
 * Reads what can be read of a hand-over that breaks its schema: from its value, then its headers, then its key.
 * @returns undefined where message or hop are unknown
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

/** The header names the hop of the call whose answer was lost; everything else about that call is lost. */
const unconfirmedBy = (hop: string | undefined, at: string) =>
  hop === undefined ? undefined : { hop: Number(hop), callId: '', at };

/** The fields of a value that is a JSON object. Of an object nested too deeply, only the fields that are not nested. */
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
