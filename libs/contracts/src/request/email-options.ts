import { z } from 'zod';
import { WebUrl } from './primitives.ts';
import { oneLine } from '../text/text.ts';

/** The way out of a mailing (RFC 2369, RFC 8058). */
export const Unsubscribe = z
  .looseObject({
    topic: z
      .string()
      .max(64)
      .regex(/^[a-z0-9][a-z0-9_-]*$/, 'may hold only lower-case letters, digits, - and _')
      .optional()
      .describe('What the recipient leaves, such as newsletter. Default: all marketing mail.'),
    url: WebUrl.regex(/^[\u0021-\u003b\u003d\u003f-\u007e]{1,900}$/, 'must be at most 900 printable ASCII characters')
      .optional()
      .describe("Upstream's own unsubscribe page instead of the platform's."),
    oneClick: z.boolean().optional().describe('Whether that page takes the POST of RFC 8058.'),
  })
  .refine((way) => !way.oneClick || way.url?.startsWith('https:'), {
    path: ['oneClick'],
    error: 'needs url, and that with https',
  })
  .describe(
    'How recipients leave the mailing. Marketing mail without it has the platform’s one-click unsubscribe for ' +
      'all marketing.',
  );
export type Unsubscribe = z.infer<typeof Unsubscribe>;

export const Tracking = z
  .looseObject({
    opens: z.boolean().optional().describe('Count opens, by an invisible image.'),
    clicks: z.boolean().optional().describe('Count clicks: links lead through the provider.'),
  })
  .describe('What of the reader’s doing is counted. Default: as the account is set up.');

const unsubscribeGroup = z.number().int().positive();
const campaignTag = oneLine(255).optional();

/** What only SendGrid knows (SendGrid’s reference, Mail Send). Strict: a misspelt option would be lost in silence. */
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

/** Options of single providers, under the provider’s name. */
export const ProviderOptions = z.looseObject({ sendgrid: SendgridOptions.optional() });

interface MailWithOptions {
  category: 'transactional' | 'marketing';
  tags?: string[] | undefined;
  providerOptions?: { sendgrid?: SendgridOptions | undefined } | undefined;
}

/** What options must be together with the rest of the mail. */
export function checkOptions({ category, tags, providerOptions }: MailWithOptions, context: z.RefinementCtx): void {
  const options = providerOptions?.sendgrid;
  if (!options) return;
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
