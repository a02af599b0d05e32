import { z } from 'zod';
import { nearestInstant } from '../text/instant.ts';
import { phoneIdentity } from '../recipient/phone-number.ts';
import { Channel, Instant, Tenant } from '../request/primitives.ts';

/** What must not be sent. Beside these a whole kind of text: kind:whatsapp. */
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
 * The scope of what comes from one sender of ours. @param sender a number (with `whatsapp:` or the like before it where
 * it is one of these), a short code, a name, or a messaging service; a number in any of its spellings gives the same
 * scope
 */
export function senderScope(sender: string): string {
  const [, kind = '', own = sender] = /^([a-z][a-z0-9]*:)?(.+)$/s.exec(sender) ?? [];
  return `sender:${kind}${/^\+\d+$/.test(own) ? phoneIdentity(own) : own}`;
}

/** The reasons that the platform itself gives. */
export const suppressionReasons = ['hard-bounce', 'complaint', 'unsubscribe', 'stop', 'manual', 'invalid'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** Who must not be written to: the value of `messaging.suppression.changed`; a tombstone lifts it. */
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

/** Which suppression: what the compacted topic keeps one word about. */
export type SuppressionSlot = Pick<SuppressionChanged, 'channel' | 'recipient' | 'scope' | 'tenant'>;

/** The key under which the compacted topic keeps the latest word: one per tenant where it concerns one tenant only. */
export const suppressionKey = ({ channel, recipient, scope, tenant }: SuppressionSlot): string =>
  [channel, recipient, scope, ...(tenant === undefined ? [] : [tenant])].join(':');

/** When, why and by whom a suppression was lifted: a tombstone has no value to say it. */
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

/** What the headers of a tombstone say; `timestamp` is the record's own, ms since 1970, for one of another's making. */
export function liftOf(headers: Record<string, string | undefined>, timestamp: number): SuppressionLift {
  const reported = Instant.safeParse(headers['x-lifted-at']);
  return {
    at: reported.success ? reported.data : nearestInstant(timestamp),
    note: headers['x-lifted-because'],
    by: headers['x-lifted-by'],
  };
}
