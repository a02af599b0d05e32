import { z } from 'zod';
import { nearestInstant } from '../text/instant.ts';
import { phoneIdentity } from '../recipient/phone-number.ts';
import { Channel, Instant, Tenant } from '../request/primitives.ts';

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
