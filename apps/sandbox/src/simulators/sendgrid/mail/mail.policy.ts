import { z } from 'zod';

// Our own reading of tsg_mail_v3.json, stricter where SendGrid’s documentation is.

const INVALID_ADDRESS = 'Does not contain a valid address.';
const MAX_ARGS_BYTES = 10_000;

const address = z
  .string({ error: INVALID_ADDRESS })
  .max(320, INVALID_ADDRESS)
  .regex(/^[^\s@<>(),;:\\[\]]+@[^\s@<>(),;:\\[\]]+\.[^\s@<>(),;:\\[\].]+$/u, INVALID_ADDRESS);

const contact = z.strictObject({ email: address, name: z.string().optional() });

/**
 * For lists of names, which SendGrid does not quote: it is known to accept such a mail and to drop it for a part of the
 * name (sendgrid/sendgrid-python issue 291).
 */
const recipientName = z
  .string()
  .refine((name) => isQuoted(name) || !/[;,]/.test(name), 'The name cannot include either the ; or , characters.')
  .transform((name) => (isQuoted(name) ? name.slice(1, -1).replace(/\\(["\\])/g, '$1') : name));
const isQuoted = (name: string) => /^"(?:[^"\\]|\\.)*"$/.test(name);
const contacts = z
  .array(contact.extend({ name: recipientName.optional() }))
  .max(1000, 'There is a limit of 1000 recipients.');
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const customArgs = z
  .record(z.string(), z.string({ error: 'All values of custom arguments object must be strings' }))
  .refine((args) => Object.keys(args).length > 0, "custom_args can't be empty.")
  .refine((args) => bytes(args) <= MAX_ARGS_BYTES, 'The custom_args must not exceed 10000 bytes in total.');

const ownHeaders = new Set([
  'x-sg-id',
  'x-sg-eid',
  'received',
  'dkim-signature',
  'content-type',
  'content-transfer-encoding',
  'to',
  'from',
  'subject',
  'reply-to',
  'cc',
  'bcc',
]);
const headers = z
  .record(
    z.string().regex(/^[\x21-\x39\x3b-\x7e]+$/, 'Header names must be printable ASCII.'),
    z.string().regex(/^[\x20-\x7e\t]*$/, 'Header values must be properly encoded if they contain unicode characters.'),
  )
  .superRefine((given, ctx) => {
    const seen = new Set<string>();
    for (const name of Object.keys(given)) {
      if (seen.has(name.toLowerCase()))
        ctx.addIssue({ code: 'custom', path: [name], message: "The headers can't contain duplicate keys." });
      seen.add(name.toLowerCase());
      if (ownHeaders.has(name.toLowerCase()))
        ctx.addIssue({ code: 'custom', path: [name], message: 'The header is reserved and cannot be set.' });
    }
  });

const sendAt = z.number().int().min(0);
const subject = z.string().min(1, 'The subject must have at least one character.');

const Personalization = z.strictObject({
  to: contacts.min(
    1,
    'The to array is required for all personalization objects, and must have at least one email object with a ' +
      'valid email address.',
  ),
  cc: contacts.optional(),
  bcc: contacts.optional(),
  from: contact.optional(),
  subject: subject.optional(),
  headers: headers.optional(),
  substitutions: z
    .record(z.string(), z.string())
    .refine((given) => bytes(given) <= MAX_ARGS_BYTES, 'The substitutions must not exceed 10000 bytes.')
    .refine(
      (given) => Object.keys(given).length <= 150,
      'Substitutions are limited to 150 items per personalization block.',
    )
    .optional(),
  dynamic_template_data: z.record(z.string(), z.unknown()).optional(),
  custom_args: customArgs.optional(),
  send_at: sendAt.optional(),
});

/** Characters that types and file names must not contain, by SendGrid's page of errors. */
const noLineBreak = /^[^\r\n;,]+$/;
const Content = z.strictObject({
  type: z.string().min(1).regex(noLineBreak, 'The content type must not hold line breaks or semicolons.'),
  value: z.string().min(1, 'The content value must be a string at least one character in length.'),
});

const Attachment = z.strictObject({
  content: z
    .string()
    .min(1)
    .regex(/^[A-Za-z0-9+/\r\n]+={0,2}[\r\n]*$/, 'The attachment content must be base64 encoded.'),
  type: z.string().min(1).regex(noLineBreak, 'The attachment type must not hold line breaks or semicolons.').optional(),
  filename: z
    .string()
    .min(1, 'filename is required.')
    .regex(noLineBreak, "The filename of your attachment can't contain CRLF characters."),
  disposition: z.enum(['inline', 'attachment']).optional(),
  content_id: z
    .string()
    .regex(/^[^\r\n;]*$/, "The content ID of your attachment can't contain CRLF characters.")
    .optional(),
});

const toggle = z.strictObject({ enable: z.boolean().optional() });
const texts = { text: z.string().optional(), html: z.string().optional() };

const MailSettings = z.strictObject({
  bypass_list_management: toggle.optional(),
  bypass_spam_management: toggle.optional(),
  bypass_bounce_management: toggle.optional(),
  bypass_unsubscribe_management: toggle.optional(),
  footer: toggle.extend(texts).optional(),
  sandbox_mode: toggle.optional(),
});

const tag = { substitution_tag: z.string().optional() };
const utm = z.string().optional();
const TrackingSettings = z.strictObject({
  click_tracking: toggle.extend({ enable_text: z.boolean().optional() }).optional(),
  open_tracking: toggle.extend(tag).optional(),
  subscription_tracking: toggle.extend({ ...texts, ...tag }).optional(),
  ganalytics: toggle
    .extend({ utm_source: utm, utm_medium: utm, utm_term: utm, utm_content: utm, utm_campaign: utm })
    .optional(),
});

/** A request to send mail, field by field; rules over several fields are in mail-rules. */
export const Mail = z.strictObject({
  personalizations: z
    .array(Personalization)
    .min(1, 'The personalizations field is required and must have at least one personalization.')
    .max(1000, 'There is a limit of 1000 personalizations.'),
  from: contact,
  reply_to: contact.optional(),
  reply_to_list: z.array(contact).max(1000).optional(),
  subject: subject.optional(),
  content: z.array(Content).min(1, 'The content array must have at least one object.').optional(),
  attachments: z.array(Attachment).optional(),
  template_id: z.string().min(1).optional(),
  headers: headers.optional(),
  categories: z
    .array(
      z
        .string()
        .max(255, 'Each category must not be longer than 255 characters.')
        .regex(/^[\x00-\x7f]*$/, 'Categories can not contain non-ASCII characters.'),
    )
    .max(10, 'There is a limit of 10 categories.')
    .refine((names) => new Set(names).size === names.length, 'Categories must be unique.')
    .optional(),
  custom_args: customArgs.optional(),
  send_at: sendAt.optional(),
  batch_id: z.string().min(1).optional(),
  asm: z
    .strictObject({
      group_id: z.number().int().min(1),
      groups_to_display: z.array(z.number().int()).max(25).optional(),
    })
    .optional(),
  ip_pool_name: z.string().min(2).max(64).optional(),
  mail_settings: MailSettings.optional(),
  tracking_settings: TrackingSettings.optional(),
});
export type Mail = z.infer<typeof Mail>;
export type Personalization = Mail['personalizations'][number];
