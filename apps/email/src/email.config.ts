import { channelProviders, EmailAddress } from '#libs/contracts';
import { deliverySettings, healthSettings, permitSettings } from '#libs/delivery';
import { operatorSettings } from '#libs/operations';
import { postgresSettings } from '#libs/persistence';
import { recipientHashSettings, serviceSettings } from '#libs/runtime';
import { templateSettings } from '#libs/templates';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import { attachmentSettings } from './attachments/attachments.config.ts';
import { resendSettings } from './providers/resend/account/resend.config.ts';
import { sendgridSettings } from './providers/sendgrid/account/sendgrid.config.ts';
import { unsubscribeSettings } from './unsubscribe/unsubscribe.config.ts';

/** The providers there are, in the order of preference unless EMAIL_PROVIDERS says otherwise. */
export const emailProviders = channelProviders.email;
export type EmailProviderName = (typeof emailProviders)[number];

const listed = new RegExp(String.raw`^\s*(${emailProviders.join('|')})\s*(,\s*(${emailProviders.join('|')})\s*)*$`);

const settings = z.object({
  ...serviceSettings(8081, 9465),
  ...kafkaSettings,
  ...postgresSettings,
  ...deliverySettings,
  ...healthSettings,
  ...permitSettings,
  ...recipientHashSettings,
  ...operatorSettings,
  ...templateSettings,
  EMAIL_FROM: z
    .union([EmailAddress, z.string().regex(/^[^<>\r\n]{1,200} <[^<>\s]+@[^<>\s]+>$/)])
    .describe('Sender of requests that name none: an address, or Name <address>. Must be verified at the provider.'),
  EMAIL_COALESCE_LINGER_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(5_000)
    .default(20)
    .describe(
      'How long a bulk e-mail waits for others of the same tenant, sender and content to go in one call, in ' +
        'milliseconds; 0: each goes alone.',
    ),
  EMAIL_PROVIDERS: z
    .string()
    .regex(listed, `must be names out of ${emailProviders.join(', ')}, separated by commas`)
    .default(emailProviders.join(','))
    .describe(
      'Providers in the order of preference, separated by commas. Of these, the ones whose API key is set are ' +
        'used; one that is not named is not used.',
    ),
  ...unsubscribeSettings,
  ...attachmentSettings,
  ...sendgridSettings,
  ...resendSettings,
});

/** Settings of the email service. */
export const emailSchema = settings.superRefine((config, context) => {
  const missing = (name: keyof typeof config) =>
    context.addIssue({ code: 'custom', path: [name], message: 'is needed' });
  if (config.SENDGRID_API_KEY !== undefined && config.SENDGRID_WEBHOOK_PUBLIC_KEY === undefined)
    missing('SENDGRID_WEBHOOK_PUBLIC_KEY');
  if (config.RESEND_API_KEY !== undefined && config.RESEND_WEBHOOK_SECRET === undefined)
    missing('RESEND_WEBHOOK_SECRET');
  const { ATTACHMENT_TIMEOUT_MS: filesMs, SENDGRID_TIMEOUT_MS: callMs } = config;
  if (config.SENDGRID_API_KEY !== undefined && filesMs !== undefined && filesMs >= callMs) {
    context.addIssue({
      code: 'custom',
      path: ['ATTACHMENT_TIMEOUT_MS'],
      message: `must be below SENDGRID_TIMEOUT_MS (${callMs})`,
    });
  }
  if (configuredOf(config).length === 0) {
    const named = preferenceOf(config)
      .map((name) => `${name.toUpperCase()}_API_KEY`)
      .join(' or ');
    context.addIssue({
      code: 'custom',
      path: [],
      message: `needs a key of a provider that EMAIL_PROVIDERS names: set ${named}`,
    });
  }
});

/** The providers that are used: named and with a key, in the order of preference. */
export function configuredOf(
  config: Pick<z.infer<typeof settings>, 'EMAIL_PROVIDERS' | 'SENDGRID_API_KEY' | 'RESEND_API_KEY'>,
): EmailProviderName[] {
  const keys = { sendgrid: config.SENDGRID_API_KEY, resend: config.RESEND_API_KEY };
  return preferenceOf(config).filter((name) => keys[name] !== undefined);
}

function preferenceOf({ EMAIL_PROVIDERS }: { EMAIL_PROVIDERS: string }): EmailProviderName[] {
  const names = new Set(EMAIL_PROVIDERS.split(',').map((name) => name.trim()));
  return [...names].flatMap((name) => emailProviders.find((known) => known === name) ?? []);
}
export type EmailConfig = z.infer<typeof emailSchema>;
