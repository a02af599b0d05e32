import { milliseconds } from '#libs/contracts';
import { fileSettings } from '#libs/delivery';
import { z } from 'zod';

/** Settings of attachments by URL, for providers that do not fetch them themselves. */
export const attachmentSettings = {
  ...fileSettings,
  ATTACHMENT_MAX_BYTES: z.coerce.number().int().min(1).max(20_000_000).default(10_000_000).describe('Most that the attachments by URL of one e-mail may hold together, in bytes, where we fetch them (SendGrid takes 30 MB a mail, in base64). Resend fetches them itself, by its own limits.'),
  ATTACHMENT_TIMEOUT_MS: milliseconds(5_000).describe('Give up on the attachments by URL of one e-mail after this many milliseconds; it is tried again. Part of the time that a claim protects: keep it below SENDGRID_TIMEOUT_MS.'),
  ATTACHMENT_MAILS: z.coerce.number().int().min(1).max(1_000).default(8).describe('Most e-mails at a time whose attachments are fetched and held in memory until they are sent; others wait.'),
};

const schema = z.object(attachmentSettings);
export type AttachmentConfig = Omit<z.infer<typeof schema>, 'FILES_ALLOWED_ADDRESSES'>;
