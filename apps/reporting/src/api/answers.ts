import {
  Channel,
  Engagement,
  FailureKind,
  FieldError,
  Instant,
  Lane,
  Notice,
  SmsEncoding,
  Status,
  StatusSource,
} from '#libs/contracts';
import { z } from 'zod';

const mask = z.string().describe('A recipient, masked, such as a***@inbox.test.');
const nextCursor = z.string().nullable().describe('Asks for the next page; null on the last.');

export const FailureAnswer = z.object({
  kind: FailureKind.describe('What can be done about it.'),
  code: z.string().describe("The provider's code, or one of ours."),
  meaning: z.string().describe('What happened, in plain words.'),
  action: z.string().describe('What to do about it.'),
  help: z.string().optional().describe('The page about this code, under ERROR_DOCS_URL where that is set.'),
  fields: z.array(FieldError).optional().describe('Fields of the request that break a rule.'),
});
export type FailureAnswer = z.infer<typeof FailureAnswer>;

export const TimelineEntry = z.object({
  status: z.union([Status, Engagement, Notice]),
  at: Instant.describe('When it happened, as its source tells it.'),
  source: StatusSource,
  hop: z.number().int().optional().describe('Counter of the way: sends, postponements, reconciliations.'),
  attempt: z.number().int().optional().describe('Which try at a provider, from 1.'),
  provider: z.string().optional(),
  providerMessageId: z.string().optional().describe('What the provider calls it.'),
  recipient: mask.optional(),
  reason: z.string().optional().describe('Why, in plain words.'),
  segments: z.number().int().optional().describe('Of an SMS: how many parts it takes.'),
  encoding: SmsEncoding.optional().describe('Of an SMS: how its characters travel.'),
  nextAt: Instant.optional().describe('When it will be tried next.'),
  failure: FailureAnswer.optional(),
  lacks: z
    .array(z.string())
    .optional()
    .describe('Fields that could not be kept as they came, such as text that is no Unicode.'),
  description: z.string().describe('What happened, in plain words.'),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const MessageSummary = z.object({
  messageId: z.string(),
  channel: Channel,
  tenant: z.string(),
  lane: Lane.nullable(),
  category: z.string().nullable(),
  status: Status,
  final: z.boolean().describe('Nothing more will be tried.'),
  engagement: z.array(Engagement).describe('What recipients did with it.'),
  traceId: z.string().nullable().describe('Its OpenTelemetry trace.'),
  requestedAt: Instant,
  recipients: z.array(mask),
  correlationId: z.string().nullable(),
  tags: z.array(z.string()),
  provider: z.string().nullable().describe('The last provider that had to do with it.'),
  attempts: z.number().int().describe('Tries at a provider so far.'),
  updatedAt: Instant,
});
export type MessageSummary = z.infer<typeof MessageSummary>;

export const GivenUpAnswer = z.object({
  at: Instant,
  reason: z.enum(['failed', 'expired', 'exhausted', 'unconfirmed']),
  meaning: z.string().describe('Why it was given up, in plain words.'),
  action: z.string().describe('What to do about it.'),
  attempts: z.number().int(),
});
export type GivenUpAnswer = z.infer<typeof GivenUpAnswer>;

export const MessageAnswer = MessageSummary.extend({
  givenUp: GivenUpAnswer.nullable().describe('Its dead letter, if there is one.'),
  timeline: z.array(TimelineEntry).describe('In the order of happening.'),
});
export type MessageAnswer = z.infer<typeof MessageAnswer>;

export const MessageList = z.object({ items: z.array(MessageSummary).describe('Newest first.'), nextCursor });
export type MessageList = z.infer<typeof MessageList>;

const ChannelCounts = z
  .object({ total: z.number().int() })
  .catchall(z.number().int())
  .describe('total, and by status those that are not zero.');

export const SummaryAnswer = z.object({
  since: Instant,
  until: Instant,
  total: z.number().int(),
  channels: z.object({ email: ChannelCounts, sms: ChannelCounts }),
});
export type SummaryAnswer = z.infer<typeof SummaryAnswer>;

export const DeadLetterAnswer = GivenUpAnswer.extend({
  messageId: z.string(),
  channel: Channel,
  tenant: z.string(),
  lane: Lane,
  requestedAt: Instant,
  failure: FailureAnswer.describe('What went wrong last.'),
  status: Status.nullable().describe('How the message stands now: a late receipt may have confirmed it after all.'),
  final: z.boolean().nullable(),
  traceId: z.string().nullable(),
});
export type DeadLetterAnswer = z.infer<typeof DeadLetterAnswer>;

export const DeadLetterList = z.object({ items: z.array(DeadLetterAnswer).describe('Newest first.'), nextCursor });
export type DeadLetterList = z.infer<typeof DeadLetterList>;

export const ProblemAnswer = z.object({
  code: z.string().describe('To search for, such as MSG_NOT_FOUND.'),
  message: z.string(),
  remedy: z.string().describe('What to do about it.'),
  fields: z.array(FieldError).optional(),
});

/** The answers of the API by the names they have in its description. */
export const answerSchemas = {
  Message: MessageAnswer,
  MessageList,
  Summary: SummaryAnswer,
  DeadLetterList,
  Problem: ProblemAnswer,
};
