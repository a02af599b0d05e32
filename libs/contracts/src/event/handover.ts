import { z } from 'zod';
import { Attempt, Failure } from './failure.ts';
import { Channel, Instant, Lane, MessageId, Tenant } from '../request/primitives.ts';
import { requestSchema } from '../request/request-schema.ts';
import { SmsKind } from '../request/sms-request.ts';
import { LetterReason } from './letter-work.ts';
import { RecipientRef } from './status.ts';

/** What a message carries from hop to hop, in every channel. */
const Handover = {
  messageId: MessageId,
  tenant: Tenant,
  channel: Channel,
  lane: Lane,
  key: z.string().nullable().describe("The request's own key, base64; null where it had none."),
  requestedAt: Instant.describe("The request's Kafka time."),
  position: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('The offset of its request: with requestedAt the order in which messages of one key came.'),
  expiresAt: Instant,
  request: z.record(z.string(), z.unknown()).describe('The request as upstream published it.'),
  templateVersion: z
    .string()
    .optional()
    .describe('The version of a template of ours that the first hop took: later hops render the same.'),
  attempts: z
    .array(Attempt)
    .describe('What was tried so far: of more than 20 attempts the first 5 and the last 15 are kept.'),
  attemptCount: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('How often a provider was tried; missing: as often as attempts says.'),
  rests: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('How often it was put off for trouble that is not its own: a hold, throttling, a provider that is away.'),
  redrivenAt: Instant.optional().describe(
    'When an operator sent it on its way again: its attempts and its time count from there.',
  ),
  recipientHashes: z
    .array(z.string())
    .optional()
    .describe('Keyed hashes of its recipients: by them an operator can cancel it.'),
  lacks: z.array(z.string()).optional().describe('Fields that could not be kept: what stands there is empty.'),
};

/** What is needed to repeat a call at a provider that accepts the same key with the same bytes only once (Resend). */
export const Replay = z.looseObject({
  key: z.string().describe('The idempotency key of the call.'),
  digest: z.string().describe('SHA-256 of the request body: it is repeated only while it would be the same.'),
});
export type Replay = z.infer<typeof Replay>;

/** An unconfirmed call: what reconciling needs to find it. */
export const UnconfirmedCall = z.looseObject({
  hop: z.number().int().positive(),
  provider: z.string().optional().describe('Unknown where the process died before it reported: all are asked.'),
  callId: z.string(),
  at: Instant,
  attempt: z.number().int().positive().optional(),
  traceparent: z.string().optional().describe('Of the call: part of what the provider was sent.'),
  replay: Replay.optional(),
  suppressedRecipients: z
    .array(z.string())
    .optional()
    .describe('Recipients, by hash, that the call left out since they are suppressed.'),
  shared: z.boolean().optional().describe('The call carried other messages as well.'),
  sender: z
    .string()
    .optional()
    .describe('Keyed hash of its sender, where there were several to choose from and it is known.'),
});
export type UnconfirmedCall = z.infer<typeof UnconfirmedCall>;

/** A message that was not sent now: the value of `messaging.send.deferred`. */
export const SendDeferred = z.looseObject({
  eventId: z.string(),
  ...Handover,
  hop: z.number().int().positive().describe('The hop that ended without a send; the next takes hop + 1.'),
  why: z
    .enum(['failed', 'unknown', 'waiting'])
    .describe('failed: a proven refusal; unknown: the answer was lost; waiting: its time has not come.'),
  at: Instant,
  until: Instant.optional().describe('waiting: not before this.'),
  inOrder: z
    .boolean()
    .optional()
    .describe('waiting: with others of its key, which are released in the order in which they came.'),
  waitsFor: z
    .string()
    .max(2_000)
    .optional()
    .describe(
      'waiting, failed: the key that must be open, such as route:… of the providers that could take it. It is ' +
        'parked under this key, and goes once the key is open.',
    ),
  elsewhere: z.boolean().optional().describe('failed: another provider, which has not failed it, can take it now.'),
  failure: Failure.optional().describe('failed, unknown: the classified failure.'),
  acceptanceRevoked: z
    .boolean()
    .optional()
    .describe(
      'failed: the provider had taken this hop and gave it back. What proves that it was taken counts no more.',
    ),
  unconfirmedCall: UnconfirmedCall.optional().describe('unknown: the call whose answer was lost.'),
  unconfirmedSince: Instant.optional().describe('unknown: when the first call became unconfirmed.'),
  acknowledge: z
    .boolean()
    .optional()
    .describe('Its channel keeps this hand-over until send.planned says that it was decided on.'),
});
export type SendDeferred = z.infer<typeof SendDeferred>;

/** A message whose time has come: the value of `messaging.email.due` and `messaging.sms.due`. */
export const SendDue = z.looseObject({
  eventId: z.string(),
  ...Handover,
  hop: z.number().int().positive(),
  mode: z.enum(['send', 'reconcile']),
  why: z.string().describe('Why it goes now, in plain words.'),
  dueAt: Instant.optional().describe('When it was planned to go: the ledger remembers this hop from then on.'),
  unconfirmedCall: UnconfirmedCall.optional(),
  unconfirmedSince: Instant.optional(),
  again: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('How often it was published again, since nothing was heard of this hop: it is reported once more.'),
});
export type SendDue = z.infer<typeof SendDue>;

/** A decision of retry: the value of `messaging.send.planned`. Contains neither address nor content. */
export const SendPlanned = z.looseObject({
  eventId: z.string(),
  messageId: MessageId,
  tenant: Tenant,
  channel: Channel,
  hop: z.number().int().positive().describe('The hop of the hand-over that was decided on.'),
});
export type SendPlanned = z.infer<typeof SendPlanned>;

/** A message that was given up: the value of `messaging.dead-letters`. */
export const DeadLetter = z.looseObject({
  eventId: z.string(),
  ...Handover,
  hop: z.number().int().positive(),
  at: Instant,
  reason: LetterReason,
  failure: Failure,
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** MMS and WhatsApp messages are sent by the channel sms; upstream may name them by their kind. */
const CancelledChannel = z
  .enum([...Channel.options, ...SmsKind.exclude(['sms']).options], {
    error: 'must be email or sms (mms and whatsapp are understood as sms)',
  })
  .transform((name): Channel => Channel.safeParse(name).data ?? 'sms')
  .describe('The channel it was asked for at: email or sms. mms and whatsapp are understood as sms.');

/** A request to cancel a message: the value of `messaging.cancel.requested`. */
export const CancelRequested = requestSchema(
  z.looseObject({ messageId: MessageId, tenant: Tenant.default('default'), channel: CancelledChannel }),
);
export type CancelRequested = z.infer<typeof CancelRequested>;

/** What a reply that consists of a keyword requests. */
export const Keyword = z.enum(['stop', 'start', 'help']);
export type Keyword = z.infer<typeof Keyword>;

/** A reply: the value of `messaging.inbound.received`. */
export const InboundReceived = z.looseObject({
  eventId: z.string(),
  channel: Channel,
  kind: z
    .string()
    .describe('sms, mms, whatsapp or rcs; another kind under the name that the provider gives it, such as messenger.'),
  provider: z.string(),
  providerMessageId: z.string(),
  at: Instant,
  from: z
    .string()
    .describe(
      'As the provider has it: an answer under the same kind goes there. Of other kinds than those named above ' +
        'with the kind before it, such as messenger:1234.',
    ),
  to: z.string(),
  body: z.string(),
  mediaUrls: z.array(z.string()).optional(),
  mediaTypes: z.array(z.string()).optional().describe('Media types, one per address.'),
  messagingService: z.string().optional().describe('The messaging service it came through.'),
  sender: RecipientRef.optional().describe('from, as hash and mask: what statuses and suppressions call this person.'),
  keyword: Keyword.optional().describe(
    'The reply asks to be left alone (stop), to be written to again (start), or for help.',
  ),
  inferred: z
    .boolean()
    .optional()
    .describe('The keyword is inferred from a sentence, by a fixed list of phrases; missing: the reply is a keyword.'),
  inReplyTo: z.string().optional().describe("The provider's id of our message, where the reply names it (WhatsApp)."),
  button: z
    .looseObject({ text: z.string().optional(), payload: z.string().optional() })
    .optional()
    .describe('A button of a template that was pressed.'),
  segments: z.number().int().optional(),
});
export type InboundReceived = z.infer<typeof InboundReceived>;
