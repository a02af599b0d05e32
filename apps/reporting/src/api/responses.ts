import {
  Channel,
  ConsideredProvider,
  Engagement,
  FailureKind,
  FieldError,
  Instant,
  Lane,
  LetterReason,
  LetterState,
  Notice,
  perChannel,
  SmsEncoding,
  Status,
  StatusSource,
} from '#libs/contracts';
import { z } from 'zod';
import { CountsResponse } from '../counts/responses.ts';
import {
  CostReport,
  DeliveryReport,
  EngagementReport,
  FailureReport,
  ProviderReport,
  TookReport,
} from '../reports/responses.ts';
import { AuditList } from '../access/audit/responses.ts';
import { LetterGroups } from '../letters/responses.ts';
import { OperationList, OperationResponse } from '../operations/responses.ts';
import { CancelPreviewResponse, ControlList, PausePreviewResponse } from '../controls/responses.ts';
import { ApiKeyList, ApiKeyResponse, MadeKeyResponse } from '../access/key/responses.ts';
import { ExplanationResponse, HoldList } from '../routing/responses.ts';
import { UnreadableBytesResponse, UnreadableDetail, UnreadableList } from '../unreadable/responses.ts';
import { StatusReport } from '../status/responses.ts';
import { RestoreList, RestoreStateResponse } from '../restore/responses.ts';
import { SuppressionList, SuppressionsFound } from '../suppressions/responses.ts';

const mask = z.string().describe('A recipient, masked, such as a***@inbox.test.');
const nextCursor = z.string().nullable().describe('Asks for the next page; null on the last.');

export const FailureResponse = z.object({
  kind: FailureKind.describe('What can be done about it.'),
  code: z.string().describe("The provider's code, or one of ours."),
  meaning: z.string().describe('What happened, in plain words.'),
  remedy: z.string().describe('What to do about it.'),
  help: z.string().optional().describe('The page about this code, under ERROR_DOCS_URL where that is set.'),
  fields: z.array(FieldError).optional().describe('Fields of the request that break a rule.'),
});
export type FailureResponse = z.infer<typeof FailureResponse>;

export const TimelineEntry = z.object({
  status: z.union([Status, Engagement, Notice]),
  at: Instant.describe('When it happened, as its source reports it.'),
  source: StatusSource,
  hop: z.number().int().optional().describe('Counter of the way: sends, postponements, reconciliations.'),
  attempt: z.number().int().optional().describe('Which try at a provider, from 1.'),
  provider: z.string().optional(),
  providerMessageId: z.string().optional().describe('What the provider calls it.'),
  recipient: mask.optional(),
  reason: z.string().optional().describe('Why, in plain words.'),
  operationId: z.string().optional().describe('The operation of an operator that it comes of.'),
  segments: z.number().int().optional().describe('Of an SMS: how many parts it takes.'),
  encoding: SmsEncoding.optional().describe('Of an SMS: how its characters travel.'),
  nextAt: Instant.optional().describe('When it will be tried next.'),
  route: z
    .array(ConsideredProvider)
    .optional()
    .describe('The providers that could take it, and why each was or was not taken; missing: the first was.'),
  failure: FailureResponse.optional(),
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

export const DeadLetterSummary = z.object({
  at: Instant,
  reason: LetterReason,
  state: LetterState,
  settledBy: z.string().nullable().describe('The operation that redrove or discarded it.'),
  operationId: z.string().nullable().describe('The redrive after which it was given up again.'),
  meaning: z.string().describe('Why it was given up, in plain words.'),
  remedy: z.string().describe('What to do about it.'),
  attempts: z.number().int(),
});
export type DeadLetterSummary = z.infer<typeof DeadLetterSummary>;

export const MessageResponse = MessageSummary.extend({
  deadLetter: DeadLetterSummary.nullable().describe('Its dead letter, if there is one.'),
  timeline: z.array(TimelineEntry).describe('In the order of happening.'),
});
export type MessageResponse = z.infer<typeof MessageResponse>;

export const MessageList = z.object({ items: z.array(MessageSummary).describe('Newest first.'), nextCursor });
export type MessageList = z.infer<typeof MessageList>;

const ChannelCounts = z
  .object({ total: z.number().int() })
  .catchall(z.number().int())
  .describe('total, and by status those that are not zero.');

export const SummaryResponse = z.object({
  since: Instant,
  until: Instant,
  total: z.number().int(),
  channels: z.object(perChannel(() => ChannelCounts)),
});
export type SummaryResponse = z.infer<typeof SummaryResponse>;

export const DeadLetterResponse = DeadLetterSummary.extend({
  messageId: z.string(),
  channel: Channel,
  tenant: z.string(),
  lane: Lane,
  requestedAt: Instant,
  failure: FailureResponse.describe('What went wrong last.'),
  status: Status.nullable().describe('How the message stands now: a late receipt may have confirmed it after all.'),
  final: z.boolean().nullable(),
  traceId: z.string().nullable(),
});
export type DeadLetterResponse = z.infer<typeof DeadLetterResponse>;

export const DeadLetterList = z.object({ items: z.array(DeadLetterResponse).describe('Newest first.'), nextCursor });
export type DeadLetterList = z.infer<typeof DeadLetterList>;

export const ProblemResponse = z.object({
  code: z.string().describe('To search for, such as MSG_NOT_FOUND.'),
  message: z.string(),
  remedy: z.string().describe('What to do about it.'),
  fields: z.array(FieldError).optional(),
});

/** The response schemas of the API by their names in its description. */
export const responseSchemas = {
  Message: MessageResponse,
  MessageList,
  Summary: SummaryResponse,
  DeadLetterList,
  DeadLetterGroups: LetterGroups,
  ApiKey: ApiKeyResponse,
  ApiKeyList,
  MadeKey: MadeKeyResponse,
  AuditList,
  Operation: OperationResponse,
  OperationList,
  ControlList,
  CancelPreview: CancelPreviewResponse,
  PausePreview: PausePreviewResponse,
  SuppressionList,
  SuppressionsFound,
  HoldList,
  Explanation: ExplanationResponse,
  Counts: CountsResponse,
  DeliveryReport,
  FailureReport,
  TookReport,
  EngagementReport,
  ProviderReport,
  CostReport,
  RestoreList,
  RestoreState: RestoreStateResponse,
  Status: StatusReport,
  UnreadableList,
  Unreadable: UnreadableDetail,
  UnreadableBytes: UnreadableBytesResponse,
  Problem: ProblemResponse,
};
