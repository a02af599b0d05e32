import { EmailAddress } from '#libs/contracts';
import { deliverySettings, healthSettings, permitSettings } from '#libs/delivery';
import { postgresSettings } from '#libs/persistence';
import { recipientHashSettings, serviceSettings } from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import { sendgridSettings } from './providers/sendgrid/sendgrid.config.ts';
import { unsubscribeSettings } from './unsubscribe/unsubscribe.config.ts';

/** Settings of the email service. */
export const emailSchema = z.object({
  ...serviceSettings(8081),
  ...kafkaSettings,
  ...postgresSettings,
  ...deliverySettings,
  ...healthSettings,
  ...permitSettings,
  ...recipientHashSettings,
  EMAIL_FROM: z.union([EmailAddress, z.string().regex(/^[^<>\r\n]{1,200} <[^<>\s]+@[^<>\s]+>$/)]).describe(
    'Sender of requests that name none: an address, or Name <address>. Must be verified at the provider.',
  ),
  EMAIL_COALESCE_LINGER_MS: z.coerce.number().int().min(0).max(5_000).default(20).describe(
    'How long a bulk e-mail waits for others of the same tenant, sender and content to go in one call, in milliseconds; 0: each goes alone.',
  ),
  ...unsubscribeSettings,
  ...sendgridSettings,
});
export type EmailConfig = z.infer<typeof emailSchema>;
