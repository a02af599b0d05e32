import { fileSettings } from '#libs/provider-http';
import { z } from 'zod';

/** Settings of attachments by URL, for providers that do not fetch files themselves. */
export const attachmentSettings = {
  ...fileSettings,
  ATTACHMENT_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(20_000_000)
    .default(10_000_000)
    .describe(
      'Most that the attachments by URL of one e-mail may hold together, in bytes, where we fetch them ' +
        '(docs/limits.md: what a provider takes, in base64). Some providers fetch them themselves, by their ' +
        'own limits.',
    ),
  ATTACHMENT_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      'Give up on the attachments by URL of one e-mail after this many milliseconds; it is tried again. ' +
        'Part of the time that a claim protects, so it must be below the time for a call of a provider for ' +
        'which we fetch them. Unset: half of that.',
    ),
  ATTACHMENT_MAILS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(8)
    .describe(
      'Most e-mails at a time whose attachments are fetched and held in memory until they are sent; others wait.',
    ),
};

const schema = z.object(attachmentSettings);
type Settings = z.infer<typeof schema>;
export type AttachmentConfig = Pick<Settings, 'ATTACHMENT_MAX_BYTES' | 'ATTACHMENT_MAILS'> & {
  ATTACHMENT_TIMEOUT_MS: number;
};

/** The timeout for fetching the files of one e-mail, in milliseconds: the rest of the call's time is for writing it. */
export const attachmentTimeoutOf = (given: number | undefined, callTimeoutMs: number): number =>
  given ?? Math.ceil(callTimeoutMs / 2);
