import { z } from 'zod';
import { Channel, Instant, Lane, MessageId, Tenant } from '../request/primitives.ts';
import { RecipientRef } from './status.ts';

/**
 * A provider has taken a message, and no receipt has come: the value of `messaging.receipt.missing`. Its channel asks
 * the provider what became of it, and reports the end on `messaging.status.changed`.
 */
export const ReceiptMissing = z.looseObject({
  messageId: MessageId,
  tenant: Tenant,
  channel: Channel,
  lane: Lane.optional(),
  hop: z.number().int().positive().describe('The hop that the provider took.'),
  attempt: z.number().int().nonnegative().optional(),
  provider: z.string().optional().describe('Missing where it is not known who took it: nobody can be asked then.'),
  providerMessageId: z.string().optional(),
  callId: z.string().optional(),
  sentAt: Instant.describe('When the provider took it.'),
  recipients: z.array(RecipientRef).describe('Those of whom no end is known.'),
  recipientCount: z.number().int().positive().describe('How many recipients the send had.'),
  correlationId: z.string().optional(),
  tags: z.array(z.string()).optional(),
  traceparent: z.string().optional().describe('Of the message’s trace.'),
});
export type ReceiptMissing = z.infer<typeof ReceiptMissing>;
