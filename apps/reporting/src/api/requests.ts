import { Channel, Instant, MessageId, oneLine, Status, Tenant } from '#libs/contracts';
import { z } from 'zod';

/**
 * Types of the schemas below, under different names: where a parameter's type has the name of a schema, some compilers
 * pass the schema to Nest as the parameter's class.
 */
export type Parsed<S extends z.ZodType> = z.infer<S>;

const limit = z.coerce.number().int().min(1).max(200).default(50).describe('How many at most, 1 to 200.');
const cursor = z.string().max(200).optional().describe('nextCursor of the page before.');
const anyTenant = Tenant.optional().describe('Only this tenant; left out: all that your key sees.');

/** `/v1/messages/{channel}/{messageId}` */
export const MessagePath = z.object({ channel: Channel, messageId: MessageId });

export const MessageQuery = z.strictObject({
  tenant: Tenant.optional().describe(
    'Whose message it is; left out: the tenant of your key where it has one only, else default.',
  ),
});

const filters = {
  channel: Channel.optional().describe('Only this channel.'),
  status: Status.optional().describe('Only messages that stand so now.'),
  tenant: anyTenant,
  limit,
  cursor,
};

export const ListQuery = z.strictObject(filters);

export const Search = z.strictObject({
  recipient: oneLine(254)
    .min(3)
    .describe(
      'An e-mail address, or a phone number with its country’s code, in any spelling. Only its keyed hash is ' +
        'looked up; it is not kept.',
    ),
  ...filters,
});

export const SummaryQuery = z.strictObject({
  tenant: anyTenant,
  since: Instant.optional().describe('Requested at or after; left out: 30 days before until.'),
  until: Instant.optional().describe('Requested before; left out: now.'),
});
