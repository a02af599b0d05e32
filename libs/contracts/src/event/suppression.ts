import { z } from 'zod';
import { BadRecordTime, UnreadableRecord } from '../errors.ts';
import { nearestInstant } from '../text/instant.ts';
import { repairLine } from '../text/text.ts';
import { phoneIdentity } from '../recipient/phone-number.ts';
import { Channel, Instant, Tenant } from '../request/primitives.ts';
import { recordTimeProblem } from '../request/record-time.policy.ts';

/** What a suppression covers. A whole kind of text is `kind:whatsapp`. */
export const SuppressionScope = z
  .string()
  .max(100)
  .regex(
    /^(?:all|marketing|topic:[a-z0-9][a-z0-9_-]{0,63}|group:[a-z]{1,20}:\d{1,15}|kind:[a-z]{1,20}|sender:(?:[a-z][a-z0-9]{0,19}:)?[+A-Za-z0-9 &._-]{1,70})$/,
    {
      error:
        'must be all, marketing, topic:<name>, group:<provider>:<number>, kind:<sms, mms or whatsapp>, or ' +
        'sender:<number or messaging service>',
    },
  )
  .transform((scope) => (scope.startsWith('sender:') ? senderScope(scope.slice('sender:'.length)) : scope))
  .describe(
    'What must not be sent: all, marketing, a topic (topic:news, group:<provider>:7), a kind of text ' +
      '(kind:whatsapp), or what comes from one sender (sender:+15005550006, sender:MG…).',
  );

/**
 * The scope of messages from one of our senders.
 * @param sender a number (with a prefix such as `whatsapp:`), a short code, a name, or a messaging service; all
 * spellings of a number give the same scope
 */
export function senderScope(sender: string): string {
  const [, kind = '', own = sender] = /^([a-z][a-z0-9]*:)?(.+)$/s.exec(sender) ?? [];
  return `sender:${kind}${/^\+\d+$/.test(own) ? phoneIdentity(own) : own}`;
}

/** The reasons for which the platform itself creates suppressions. */
export const suppressionReasons = ['hard-bounce', 'complaint', 'unsubscribe', 'stop', 'manual', 'invalid'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** A suppressed recipient: the value of `messaging.suppression.changed`; a tombstone lifts the suppression. */
export const SuppressionChanged = z.looseObject({
  channel: Channel,
  recipient: z.string().describe('Keyed hash.'),
  scope: z.string().describe(SuppressionScope.description!),
  reason: z.string().describe('Such as stop, unsubscribe, complaint, hard-bounce, invalid, manual.'),
  at: Instant,
  eventId: z.string().optional().describe('Derived from the fact itself: a repeat has the same id.'),
  tenant: Tenant.optional().describe('Whose messages; missing: of every tenant.'),
  mask: z.string().optional().describe('The recipient, masked.'),
  provider: z.string().optional().describe('Whose word it is.'),
  source: z
    .enum(['receipt', 'refusal', 'one-click', 'inbound', 'operator', 'sync'])
    .optional()
    .describe(
      'How it became known: a webhook, the answer to a call, our unsubscribe page, a reply, a person, or a list ' +
        'of the provider’s.',
    ),
  inferred: z.boolean().optional().describe('The recipient said it in a sentence, and not by a keyword.'),
  note: z.string().optional().describe('Why, in words: a person’s, or ours.'),
  by: z.string().optional().describe('Who has added it.'),
});
export type SuppressionChanged = z.infer<typeof SuppressionChanged>;

/** The identity of a suppression: the compacted topic keeps one record for each. */
export type SuppressionSlot = Pick<SuppressionChanged, 'channel' | 'recipient' | 'scope' | 'tenant'>;

/**
 * The key of a suppression in the compacted topic. It contains the tenant where the suppression concerns one tenant
 * only.
 */
export const suppressionKey = ({ channel, recipient, scope, tenant }: SuppressionSlot): string =>
  [channel, recipient, scope, ...(tenant === undefined ? [] : [tenant])].join(':');

/** When, why and by whom a suppression was lifted. In headers, because a tombstone has no value. */
export interface SuppressionLift {
  at: string;
  note?: string | undefined;
  by?: string | undefined;
}

export const liftHeaders = ({ at, note, by }: SuppressionLift): Record<string, string> => ({
  'x-lifted-at': at,
  ...(note !== undefined && { 'x-lifted-because': note }),
  ...(by !== undefined && { 'x-lifted-by': by }),
});

/**
 * Reads the headers of a tombstone. `timestamp`: the record's own, in ms since 1970, used where another producer wrote
 * no headers.
 */
export function liftOf(headers: Record<string, string | undefined>, timestamp: number): SuppressionLift {
  const reported = Instant.safeParse(headers['x-lifted-at']);
  return {
    at: reported.success ? reported.data : nearestInstant(timestamp),
    note: headers['x-lifted-because'],
    by: headers['x-lifted-by'],
  };
}

/** The latest change under one key of the topic: `key` is the record's. */
export interface KeyedSuppressionChange {
  key: string;
  word: { suppress: SuppressionChanged } | { lift: SuppressionLift };
}

/** A record of the topic, as far as a change is read from it. */
export interface SuppressionRecord {
  key: Buffer | null;
  headers: Record<string, string | undefined>;
  /** Kafka's timestamp, ms since 1970. */
  timestamp: number;
}

/**
 * A record of the topic as a change.
 * @param value null: it is lifted
 * @throws BadRecordTime where a tombstone has no usable time
 */
export function suppressionChangeOf(
  value: SuppressionChanged | null,
  { key: bytes, headers, timestamp }: SuppressionRecord,
): KeyedSuppressionChange {
  const key = bytes?.toString('utf8') ?? '';
  if (value) return { key, word: { suppress: withStorableTexts(value) } };
  // A tombstone of another producer has only the time of its record: a wrong one would lift nothing, or also lift all
  // future suppressions.
  const problem = Instant.safeParse(headers['x-lifted-at']).success ? undefined : recordTimeProblem(timestamp);
  if (problem) throw new BadRecordTime(problem);
  const { at, note, by } = liftOf(headers, timestamp);
  return { key, word: { lift: { at, note: note && repairLine(note), by: by && repairLine(by) } } };
}

/** Other producers may write to the topic: a text that PostgreSQL cannot store must not cost the suppression itself. */
function withStorableTexts(value: SuppressionChanged): SuppressionChanged {
  const { reason, mask, provider, note, by } = value;
  const words = Object.entries({ reason, mask, provider, note, by }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...value, ...Object.fromEntries(words.map(([name, text]) => [name, repairLine(text)])) };
}

/** `channel:recipient:scope`: the last part is chosen by its producer. */
const KEY = /^([a-z]+):([0-9a-f]{32}):(.+)$/s;

/**
 * The parts of a key of the topic.
 * @throws UnreadableRecord for a key of another form
 */
export function suppressionKeyParts(key: string): { channel: string; recipient: string; scopeKey: string } {
  const [, channel, recipient, scopeKey] = KEY.exec(key) ?? [];
  if (channel === undefined || recipient === undefined || scopeKey === undefined)
    throw new UnreadableRecord('the key is not channel:recipient:scope, with a keyed hash for the recipient');
  return { channel, recipient, scopeKey };
}
