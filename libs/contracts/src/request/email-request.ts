import { z } from 'zod';
import { EmailAddress } from '../recipient/email-address.ts';
import { MailHeaders } from './email-headers.ts';
import { ProviderOptions, Tracking, Unsubscribe } from './email-options.ts';
import { checkTimes, HttpsUrl, requestEnvelope } from './primitives.ts';
import { requestSchema } from './request-schema.ts';
import { TemplateRef } from './template.ts';
import { multiLine, oneLine } from '../text/text.ts';

/** Maximum number of recipients over to, cc and bcc: the lowest limit of all providers (Resend: 50 per message). */
export const MAX_RECIPIENTS = 50;

export const Mailbox = z
  .looseObject({ email: EmailAddress, name: oneLine(200).optional() })
  .describe('An address and, if known, its display name.');
export type Mailbox = z.infer<typeof Mailbox>;

/**
 * Under 128 characters (Resend), without characters that end a header or a `cid:…` address (SendGrid refuses `;` and
 * line breaks).
 */
const ContentId = z
  .string()
  .max(127)
  .regex(
    /^[A-Za-z0-9!#$%&*+\-./=?@^_{|}~]+$/,
    'may hold only ASCII letters, digits and signs such as . - _ @, without blanks',
  );

export const Attachment = z
  .looseObject({
    filename: oneLine(255),
    contentType: z
      .string()
      .max(127)
      .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as application/pdf')
      .optional(),
    content: z
      .base64()
      .min(1, 'must hold at least one byte: providers take no empty file')
      .optional()
      .describe('Base64, while the record stays under the limit of the topic.'),
    url: HttpsUrl.optional().describe('Fetched when sending, for larger files.'),
    contentId: ContentId.optional().describe('For inline images: cid:<contentId>.'),
  })
  .refine((file) => (file.content === undefined) !== (file.url === undefined), {
    error: 'needs either content or url, not both',
    path: ['content'],
  });

const ReplyTo = z
  .union([Mailbox, z.array(Mailbox).min(1).max(20)], {
    error: 'must be an address with, if known, a name, or a list of up to 20 of these',
  })
  .describe('Where answers go: one address or several.');

/** Reply addresses, as a list. */
export const replyToList = (replyTo: z.infer<typeof ReplyTo> | undefined): Mailbox[] => [replyTo ?? []].flat();

const Mail = z
  .looseObject({
    ...requestEnvelope,
    to: z.array(Mailbox).min(1).max(MAX_RECIPIENTS),
    cc: z.array(Mailbox).max(MAX_RECIPIENTS).optional(),
    bcc: z.array(Mailbox).max(MAX_RECIPIENTS).optional(),
    from: Mailbox.optional().describe('Default: the configured sender.'),
    replyTo: ReplyTo.optional(),
    subject: oneLine(998).optional(),
    text: multiLine(1_000_000).min(1).optional(),
    html: multiLine(1_000_000).min(1).optional(),
    template: TemplateRef.optional(),
    headers: MailHeaders.optional(),
    attachments: z.array(Attachment).max(20).optional(),
    unsubscribe: Unsubscribe.optional(),
    tracking: Tracking.optional(),
    ipPool: oneLine(64)
      .min(2)
      .optional()
      .describe('Where the provider has pools of sending addresses: the name of one.'),
    sandbox: z.boolean().optional().describe('Validate only: the provider checks the mail and sends nothing.'),
    providerOptions: ProviderOptions.optional(),
  })
  .superRefine((mail, context) => {
    checkTimes(mail, context);
    if (!mail.template && mail.text === undefined && mail.html === undefined) {
      context.addIssue({ code: 'custom', path: ['text'], message: 'is needed, unless html or a template is given' });
    }
    if (!mail.template && mail.subject === undefined) {
      context.addIssue({ code: 'custom', path: ['subject'], message: 'is needed, unless a template is given' });
    }
    const all = [...mail.to, ...(mail.cc ?? []), ...(mail.bcc ?? [])].map((box) => box.email.toLowerCase());
    if (all.length > MAX_RECIPIENTS) {
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: `to, cc and bcc hold more than ${MAX_RECIPIENTS} recipients`,
      });
    }
    if (new Set(all).size !== all.length) {
      context.addIssue({ code: 'custom', path: ['to'], message: 'an address stands twice over to, cc and bcc' });
    }
  });
/** A request for an e-mail: the value of `messaging.email.requested`. */
export const EmailRequested = requestSchema(Mail);
export type EmailRequested = z.infer<typeof EmailRequested>;
