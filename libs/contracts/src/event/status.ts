import { z } from 'zod';
import { Failure } from './failure.ts';
import { ConsideredProvider } from './provider.ts';
import { Channel, Instant, Lane, MessageId, Tenant } from '../request/primitives.ts';

/** The status of a message (docs/adr/0023). */
export const Status = z.enum([
  'accepted',
  'scheduled',
  'retrying',
  'sent',
  'delayed',
  'delivered',
  'bounced',
  'failed',
  'rejected',
  'suppressed',
  'expired',
  'cancelled',
  'unconfirmed',
]);
export type Status = z.infer<typeof Status>;

/** What a recipient did with it: a facet beside the status. */
export const Engagement = z.enum([
  'opened',
  'machine-opened',
  'clicked',
  'read',
  'replied',
  'complained',
  'unsubscribed',
]);
export type Engagement = z.infer<typeof Engagement>;

/** Reported beside the status; the fold ignores it. */
export const Notice = z
  .enum(['cancel-refused', 'discarded'])
  .describe(
    'cancel-refused: a cancellation came too late, or is about nothing known; reason says which. discarded: an ' +
      'operator put its dead letter aside. They change no status.',
  );
export type Notice = z.infer<typeof Notice>;

/** Who reports it: a service's own decision, or evidence from the provider. */
export const StatusSource = z
  .enum(['request', ...Channel.options, 'retry', 'receipt', 'lookup'])
  .describe('receipt and lookup are the provider’s word, and beat decisions.');
export type StatusSource = z.infer<typeof StatusSource>;

/** How the characters of an SMS are encoded: with 7 or with 16 bits each. */
export const SmsEncoding = z.enum(['GSM-7', 'UCS-2']);
export type SmsEncoding = z.infer<typeof SmsEncoding>;

/** A recipient without the address: keyed hash and mask. */
export const RecipientRef = z.looseObject({
  hash: z.string().describe('Keyed hash of the normalised address, hex.'),
  mask: z.string().describe('Such as a***@inbox.test.'),
});
export type RecipientRef = z.infer<typeof RecipientRef>;

/** One fact about one message: the value of `messaging.status.changed`. Holds neither address nor content. */
export const StatusChanged = z.looseObject({
  eventId: z.string().describe('Derived from the fact itself: a repeat has the same id.'),
  messageId: MessageId.optional().describe(
    'Missing on a receipt that carries no reference of ours; joined by providerMessageId.',
  ),
  tenant: Tenant,
  channel: Channel,
  lane: Lane.optional(),
  status: z.union([Status, Engagement, Notice]),
  final: z
    .boolean()
    .describe(
      'Nothing more will be tried as far as this fact knows. Two things can still supersede it: the provider’s ' +
        'word (a receipt or look-up), and, after rejected, a corrected request under the same id.',
    ),
  at: Instant.describe('When it happened.'),
  source: StatusSource,
  hop: z.number().int().positive().optional().describe('Counter of the way: sends, postponements, reconciliations.'),
  attempt: z.number().int().nonnegative().optional().describe('Which try at a provider, from 1; 0 before the first.'),
  provider: z.string().optional(),
  providerMessageId: z.string().optional(),
  callId: z.string().optional().describe('One call to a provider; coalesced messages share it.'),
  recipient: RecipientRef.optional().describe('Of a receipt: whom it is about.'),
  recipientCount: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Of a receipt: how many recipients the send had, where more than one.'),
  recipients: z.array(RecipientRef).optional().describe('Of a send: all it went to.'),
  failure: Failure.optional(),
  link: z
    .string()
    .max(36)
    .optional()
    .describe('Of a click: which link, as a hash of it. A link may hold personal data.'),
  segments: z.number().int().positive().optional().describe('Of an SMS that was sent: how many parts it takes.'),
  encoding: SmsEncoding.optional().describe('Of an SMS that was sent.'),
  nextAt: Instant.optional().describe('When it will be tried next, where that is known.'),
  reason: z.string().optional().describe('Why, in plain words.'),
  operationId: z.string().optional().describe('The operation of an operator that it comes of.'),
  route: z
    .array(ConsideredProvider)
    .optional()
    .describe('The providers that could take it, and why each was or was not taken; missing: the first was.'),
  correlationId: z.string().optional(),
  tags: z.array(z.string()).optional(),
});
export type StatusChanged = z.infer<typeof StatusChanged>;

/**
 * The fields that a fact must have: the message, its status and the source. Used to keep a fact whose other fields
 * break the schema.
 */
export function bareFact({
  eventId,
  messageId,
  tenant,
  channel,
  lane,
  status,
  final,
  at,
  source,
  hop,
  provider,
  providerMessageId,
}: StatusChanged): StatusChanged {
  const named = {
    ...(messageId !== undefined && { messageId }),
    ...(lane && { lane }),
    ...(hop !== undefined && { hop }),
  };
  // Without our reference these fields alone assign a receipt to its message.
  const reference =
    typeof provider === 'string' && typeof providerMessageId === 'string' ? { provider, providerMessageId } : {};
  return { eventId, tenant, channel, status, final, at, source, ...named, ...reference };
}

const engagements = new Set<string>(Engagement.options);
export const isEngagement = (status: string): status is Engagement => engagements.has(status);

const notices = new Set<string>(Notice.options);
export const isNotice = (status: string): status is Notice => notices.has(status);

type HeadedFact = Pick<StatusChanged, 'channel' | 'source' | 'hop'> & { status?: StatusChanged['status'] };

/**
 * CloudEvents extension attributes of a fact. A consumer can skip facts that do not concern it without reading the
 * value.
 */
export const factHeaders = ({ channel, source, status, hop }: HeadedFact): Record<string, string> => ({
  ce_factchannel: channel,
  ce_factsource: source,
  ...(status !== undefined && { ce_factstatus: status }),
  ...(hop !== undefined && { ce_facthop: String(hop) }),
});

export interface WantedFacts {
  /** Undefined: any channel. */
  channel?: string;
  sources: readonly StatusSource[];
  /** These statuses are wanted from any source. */
  statuses?: readonly StatusChanged['status'][];
}

/** Whether the headers of a fact show that it is not wanted; a fact without these headers is always read. */
export function isOtherFact(
  headers: Record<string, string | undefined>,
  { channel, sources, statuses = [] }: WantedFacts,
): boolean {
  const { ce_factchannel: itsChannel, ce_factsource: source, ce_factstatus: status } = headers;
  if (itsChannel === undefined || source === undefined) return false;
  if (channel !== undefined && itsChannel !== channel) return true;
  return !sources.some((own) => own === source) && !statuses.some((own) => own === status);
}
