import { z } from 'zod';
import { JsonValue, WebUrl } from './primitives.ts';

/** The unsubscribe link of a mailing (RFC 2369, RFC 8058). */
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

/** Options of single providers, by the provider's name. Each provider checks its own by a schema of its own. */
export const ProviderOptions = z.record(z.string(), z.record(z.string(), JsonValue));
