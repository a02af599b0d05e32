import {
  Channel,
  Instant,
  Lane,
  LetterFilter,
  LetterReason,
  LetterState,
  MessageId,
  multiLine,
  OperationId,
  ProviderName,
  redriveFields,
  Tenant,
} from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

const filters = {
  state: LetterState.optional(),
  channel: Channel.optional().describe('Only this channel.'),
  tenant: Tenant.optional().describe('Only this tenant; left out: all that your key sees.'),
  lane: Lane.optional().describe('Only this lane.'),
  reason: LetterReason.optional().describe('Why they were given up.'),
  code: z.string().max(100).optional().describe('The code of the last failure.'),
  provider: ProviderName.optional().describe('The provider of the last failure.'),
  template: z.string().max(100).optional().describe('The template they are made of.'),
  messageId: MessageId.optional(),
  operationId: OperationId.optional().describe('Given up again after this redrive.'),
  since: Instant.optional().describe('Given up at or after.'),
  until: Instant.optional().describe('Given up before.'),
};

export const LetterQuery = z.strictObject({
  ...filters,
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most, 1 to 200.'),
  cursor: z.string().max(200).optional().describe('nextCursor of the page before.'),
});

export const LetterGroupsQuery = z.strictObject(filters);

const reason = multiLine(500).optional().describe('Why, for people; kept with the operation alone.');
const atMost = z
  .number()
  .int()
  .min(1)
  .describe('How many the preview showed (total of /v1/dead-letters/groups): were there more, it is refused.');

export const RedriveOrder = z.strictObject({ filter: LetterFilter, atMost, ...redriveFields, reason });
export const DiscardOrder = z.strictObject({ filter: LetterFilter, atMost, reason });

/** What is done about one message. */
export const CancelOrder = z.strictObject({ reason });
export const BringForwardOrder = z.strictObject({
  provider: ProviderName.optional().describe('Preferred from now on; left out: as the request says.'),
  reason,
});
export const MessageRedriveOrder = z.strictObject({
  includeUnconfirmed: redriveFields.includeUnconfirmed,
  expiresAt: redriveFields.expiresAt,
  template: redriveFields.template,
  provider: redriveFields.provider,
  reason,
});
