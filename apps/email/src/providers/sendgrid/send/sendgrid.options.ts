import { type EmailRequested, oneLine } from '#libs/contracts';
import type { MailConcerns } from '../../definition.ts';
import { z } from 'zod';

const unsubscribeGroup = z.number().int().positive();
const campaignTag = oneLine(255).optional();

/**
 * Options that only SendGrid has (SendGrid’s reference, Mail Send). Strict: a misspelt option would be ignored
 * silently.
 */
export const SendgridOptions = z
  .strictObject({
    asm: z
      .strictObject({
        groupId: unsubscribeGroup.describe('Unsubscribe group that the mail belongs to.'),
        groupsToDisplay: z
          .array(unsubscribeGroup)
          .min(1)
          .max(25)
          .optional()
          .describe('Groups that its preferences page shows.'),
      })
      .optional(),
    ipPoolName: oneLine(64).min(2).optional().describe('Wins over ipPool.'),
    categories: z
      .array(
        oneLine(255).regex(/^[\u0020-\u007e]*$/, 'must be plain ASCII: SendGrid takes no other letters in a category'),
      )
      .max(10)
      .optional()
      .describe('Besides the tags; together at most 10.'),
    clickTrackingInText: z.boolean().optional().describe('Whether links in the plain text are tracked as well.'),
    ganalytics: z
      .strictObject({
        source: campaignTag,
        medium: campaignTag,
        term: campaignTag,
        content: campaignTag,
        campaign: campaignTag,
      })
      .optional()
      .describe('Google Analytics parameters for all links.'),
    bypassListManagement: z
      .boolean()
      .optional()
      .describe('Send even to addresses on SendGrid’s suppression lists. Not for marketing.'),
    bypassSpamManagement: z.boolean().optional(),
    bypassBounceManagement: z.boolean().optional(),
    bypassUnsubscribeManagement: z.boolean().optional(),
  })
  .describe('What only SendGrid knows; left out when another provider sends.');
export type SendgridOptions = z.infer<typeof SendgridOptions>;

/** The SendGrid options of a request; the channel has validated them. */
export const sendgridOptionsOf = ({ providerOptions }: Pick<EmailRequested, 'providerOptions'>) =>
  providerOptions?.['sendgrid'] as SendgridOptions | undefined;

/** Headers that SendGrid reserves (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors, headers). */
const reservedHeaders: Readonly<Record<string, string>> = {
  'x-smtpapi': 'is read by SendGrid as instructions; use providerOptions.sendgrid',
  'x-sg-id': 'is set by the provider and cannot be given',
  'x-sg-eid': 'is set by the provider and cannot be given',
};

/** Rules about the mail's headers, and about these options together with the rest of the mail. */
function check(mail: EmailRequested, context: z.RefinementCtx): void {
  for (const name of Object.keys(mail.headers ?? {})) {
    const message = Object.hasOwn(reservedHeaders, name.toLowerCase()) && reservedHeaders[name.toLowerCase()];
    if (message) context.addIssue({ code: 'custom', path: ['headers', name], message });
  }
  const options = sendgridOptionsOf(mail);
  if (options) checkOptions(options, mail, context);
}

function checkOptions(options: SendgridOptions, { category, tags }: EmailRequested, context: z.RefinementCtx): void {
  const wrong = (field: keyof SendgridOptions, message: string) =>
    context.addIssue({ code: 'custom', path: ['providerOptions', 'sendgrid', field], message });
  if (new Set([...(tags ?? []), ...(options.categories ?? [])]).size > 10)
    wrong('categories', 'are more than 10 together with the tags');
  const {
    bypassListManagement: all,
    bypassSpamManagement: spam,
    bypassBounceManagement: bounce,
    bypassUnsubscribeManagement: unsubscribe,
  } = options;
  if (all && (spam || bounce || unsubscribe))
    wrong('bypassListManagement', 'cannot go with the other ways round a list');
  if (category === 'marketing' && all) wrong('bypassListManagement', 'is not for marketing mail');
  if (category === 'marketing' && spam) wrong('bypassSpamManagement', 'is not for marketing mail');
  if (category === 'marketing' && unsubscribe) wrong('bypassUnsubscribeManagement', 'is not for marketing mail');
}

/**
 * A request that tells SendGrid to ignore its lists also ignores our suppressions of the same kind, but never manual
 * ones.
 */
function concernsOf(mail: EmailRequested): MailConcerns {
  const {
    asm,
    bypassListManagement: all,
    bypassBounceManagement: bounce,
    bypassSpamManagement: spam,
    bypassUnsubscribeManagement: left,
  } = sendgridOptionsOf(mail) ?? {};
  return {
    ...(asm && { listScope: `group:sendgrid:${asm.groupId}` }),
    past: [
      ...(all || bounce ? (['hard-bounce', 'invalid'] as const) : []),
      ...(all || spam ? (['complaint'] as const) : []),
      ...(all || left ? (['unsubscribe'] as const) : []),
    ],
  };
}

export const sendgridRequests = { options: SendgridOptions, check, concernsOf };
