import type { SuppressionLists } from '#libs/providers';
import { STOPPING } from '#libs/runtime';
import type { FactoryProvider } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { configuredOf, type EmailConfig, type EmailProviderName } from './email.config.ts';
import { ResendLists } from './providers/resend/account/resend.lists.adapter.ts';
import { sendgridUrlOf } from './providers/sendgrid/account/sendgrid.config.ts';
import { SendgridLists } from './providers/sendgrid/account/sendgrid.lists.adapter.ts';

type Config = ConfigService<EmailConfig, true>;

/** The providers' own suppression lists, of those that are used. */
export const SUPPRESSION_LISTS = Symbol('suppression lists');

export const suppressionLists: FactoryProvider<SuppressionLists[]> = {
  provide: SUPPRESSION_LISTS,
  inject: [ConfigService, STOPPING],
  useFactory: (config: Config, stopping: AbortSignal) => {
    const used = configuredOf({
      EMAIL_PROVIDERS: config.get('EMAIL_PROVIDERS'),
      SENDGRID_API_KEY: config.get('SENDGRID_API_KEY'),
      RESEND_API_KEY: config.get('RESEND_API_KEY'),
    });
    const make: Record<EmailProviderName, () => SuppressionLists> = {
      sendgrid: () =>
        new SendgridLists({
          apiKey: config.getOrThrow('SENDGRID_API_KEY'),
          baseUrl: sendgridUrlOf({
            SENDGRID_BASE_URL: config.get('SENDGRID_BASE_URL'),
            SENDGRID_REGION: config.get('SENDGRID_REGION'),
          }),
          timeoutMs: config.get('SENDGRID_TIMEOUT_MS'),
          stopping,
        }),
      resend: () =>
        new ResendLists({
          apiKey: config.getOrThrow('RESEND_API_KEY'),
          baseUrl: config.get('RESEND_BASE_URL'),
          timeoutMs: config.get('RESEND_TIMEOUT_MS'),
          stopping,
        }),
    };
    return used.map((name) => make[name]());
  },
};
