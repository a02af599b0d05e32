import { z } from 'zod';

// Our own reading of resend.yaml (SendEmailRequest), stricter where Resend’s documentation is.

/** Searches for an invalid character: an expression that matches 40 MB as a whole overflows the stack. */
const isBase64 = (text: string) => text !== '' && !/[^A-Za-z0-9+/=\r\n]|=[A-Za-z0-9+/]|={3}/.test(text);

const MOST_RECIPIENTS = 50;
const plainAddress = String.raw`[^\s@<>(),;:\\"[\]]+@[^\s@<>(),;:\\"[\]]+\.[^\s@<>(),;:\\"[\].]+`;
const mailbox = new RegExp(`^(?:${plainAddress}|(?:"(?:[^"\\\\]|\\\\.)*"|[^"<>@,;]*)\\s*<${plainAddress}>)$`, 'u');

const Address = z
  .string()
  .regex(mailbox, 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.');
const oneOrMore = <S extends z.ZodType<string | string[]>>(list: S) =>
  z.union([Address, list]).transform((given): string[] => [given].flat());
const Addresses = oneOrMore(z.array(Address).max(MOST_RECIPIENTS, 'There is a limit of 50 addresses.'));
const Recipients = oneOrMore(
  z.array(Address).min(1, 'At least one address is needed.').max(MOST_RECIPIENTS, 'There is a limit of 50 addresses.'),
);

const tagText = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[A-Za-z0-9_-]+$/, 'Tags should only contain ASCII letters, numbers, underscores, or dashes.');

const keptVariables = [
  'FIRST_NAME',
  'LAST_NAME',
  'EMAIL',
  'UNSUBSCRIBE_URL',
  'RESEND_UNSUBSCRIBE_URL',
  'contact',
  'this',
];
const Variables = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .refine((given) => Object.keys(given).length <= 50, 'There is a limit of 50 variables.')
  .refine(
    (given) => Object.keys(given).every((name) => /^[A-Za-z0-9_]{1,50}$/.test(name)),
    'Variable names should only contain ASCII letters, numbers and underscores, 50 at most.',
  )
  .refine(
    (given) => !Object.keys(given).some((name) => keptVariables.includes(name)),
    'A reserved variable name cannot be used.',
  );

// resend.com/docs/knowledge-base/what-attachment-types-are-not-supported
const refusedExtensions =
  'adp|app|asp|bas|bat|cer|chm|cmd|com|cpl|crt|csh|der|exe|fxp|gadget|hlp|hta|inf|ins|isp|its|jse?|ksh|lib|lnk|mad|' +
  'ma[fgmq]|mar|mas|mat|mau|mav|maw|mda|mdb|mde|mdt|mdw|mdz|msc|msh[12]?|msh[12]?xml|msi|msp|mst|ops|pcd|pif|plg|prf|' +
  'prg|reg|scf|scr|sct|shb|shs|sys|ps[12](?:xml)?|psc[12]|tmp|url|vb|vbe|vbs|vps|vsmacros|vss|vst|vsw|vxd|ws|wsc|wsf|' +
  'wsh|xnk';
const refusedFiles = new RegExp(`\\.(?:${refusedExtensions})$`, 'i');

const Attachment = z
  .strictObject({
    filename: z
      .string()
      .min(1)
      .refine((name) => !refusedFiles.test(name), 'The attachment type is not supported.')
      .optional(),
    content: z.string().min(1).refine(isBase64, 'The content must be base64.').optional(),
    path: z.url({ protocol: /^https?$/ }).optional(),
    content_type: z.string().min(1).optional(),
    content_id: z.string().min(1).max(127).optional(),
  })
  .refine(
    ({ content, path }) => (content === undefined) !== (path === undefined),
    'Attachment must have either a `content` or a `path`.',
  );

/** A request to send one e-mail, field by field; rules over several fields are in email-rules. */
export const Email = z.strictObject({
  from: Address,
  to: Recipients,
  subject: z.string().optional(),
  cc: Addresses.optional(),
  bcc: Addresses.optional(),
  reply_to: Addresses.optional(),
  html: z.string().optional(),
  text: z.string().optional(),
  template: z.strictObject({ id: z.string().min(1), variables: Variables.optional() }).optional(),
  headers: z
    .record(z.string().regex(/^[\x21-\x39\x3b-\x7e]+$/, 'Header names must be printable ASCII.'), z.string())
    .optional(),
  scheduled_at: z.string().min(1).optional(),
  attachments: z.array(Attachment).optional(),
  tags: z.array(z.strictObject({ name: tagText, value: tagText })).optional(),
  topic_id: z.string().nullable().optional(),
});
export type Email = z.infer<typeof Email>;
