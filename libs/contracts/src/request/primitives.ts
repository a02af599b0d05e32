import { z } from 'zod';
import { isInstant } from '../text/instant.ts';
import { multiLine, oneLine } from '../text/text.ts';
import { TimeZone } from '../text/time-zone.ts';

// A message id is part of a URL path (reporting's API), and clients remove the segments . and .. from paths.
export const MessageId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._:-]+$/, 'may hold only letters, digits and . _ : -, and must not be . or ..')
  .describe('Chosen by upstream, unique per tenant and channel. A repeat with the same content is absorbed.');

export const Tenant = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'may hold only lower-case letters, digits and -')
  .describe('Whose message it is.');

export const Channel = z.enum(['email', 'sms']).describe('The service that sends it.');
export type Channel = z.infer<typeof Channel>;

export const Lane = z.enum(['transactional', 'urgent', 'bulk']).describe('Which queue it waits in: the topic says it.');
export type Lane = z.infer<typeof Lane>;

export const Category = z
  .enum(['transactional', 'marketing'])
  .describe('What the law asks of it; marketing needs consent and an unsubscribe.');

export const Instant = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: 'must be an ISO 8601 date and time with a zone, such as 2030-01-31T09:00:00Z',
  })
  .refine((text) => isInstant(Date.parse(text)), 'must lie in the years 0001 to 9999 (in UTC)')
  .describe('ISO 8601 with a zone.');

/** Files are fetched by https only: over plain http the content could be changed on its way. */
export const HttpsUrl = z
  .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
  .max(2048)
  .describe('Fetched by the provider.');

/** A web page for people. */
export const WebUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).max(2048);

/** The value of an option whose rules only its provider knows. */
export const JsonValue: z.ZodType<unknown> = z.lazy(() =>
  z.union([z.record(z.string(), JsonValue), z.array(JsonValue), z.string(), z.number(), z.boolean()]),
);

/** A provider's name, as in settings and events. The channel knows which names exist. */
export const ProviderName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be the name of a provider')
  .describe('Preferred provider; another may be used when it cannot send.');

/** What to do where the answer of a provider is lost and not found in time. */
export const OnUnknown = z
  .enum(['resend', 'leave'])
  .describe(
    'Where the provider’s answer is lost and not found in time: resend it, at the risk of a second copy, or leave it ' +
      'unconfirmed. Default: by lane.',
  );

/** Fields of every request in every channel. */
export const requestEnvelope = {
  messageId: MessageId,
  tenant: Tenant.default('default'),
  category: Category.default('transactional'),
  sendAt: Instant.optional().describe('Not before this time. At most SCHEDULE_AT_MOST_DAYS (30) after the request.'),
  expiresAt: Instant.optional().describe(
    'Not after this time. Default: urgent 10 min, transactional 24 h, bulk 72 h. At most 14 days after sendAt, ' +
      'or after the request.',
  ),
  timeZone: TimeZone.optional(),
  correlationId: oneLine(200).optional().describe("Upstream's own reference, repeated in every status."),
  tags: z.array(oneLine(64)).max(10).optional().describe('For reports. No personal data.'),
  metadata: z
    .record(oneLine(64), multiLine(500))
    .refine((entries) => Object.keys(entries).length <= 20, 'may hold at most 20 entries')
    .optional()
    .describe('Handed back in no event; kept with the message.'),
  provider: ProviderName.optional(),
  onUnknown: OnUnknown.optional(),
};

/** The expiry must lie after the time of sending. */
export function checkTimes(
  request: { sendAt?: string | undefined; expiresAt?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (request.sendAt && request.expiresAt && Date.parse(request.expiresAt) <= Date.parse(request.sendAt)) {
    context.addIssue({ code: 'custom', path: ['expiresAt'], message: 'must be after sendAt' });
  }
}
