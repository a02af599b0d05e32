import { DeliveryEngine, limitsOf, ratesOf } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import { suppressionAdmin, suppressionSync, SuppressionsController, SuppressionSyncController } from '#libs/operations';
import type { Pool } from '#libs/persistence';
import { Health, LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Templates } from '#libs/templates';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { attachmentTimeoutOf } from './attachments/attachments.config.ts';
import { AttachmentsService } from './attachments/attachments.service.ts';
import { EmailChannel } from './email-channel.ts';
import { mailboxOf } from './email-message.ts';
import { EmailProviders, type ProviderTerms } from './email-providers.ts';
import { configuredOf, type EmailConfig } from './email.config.ts';
import { EmailConsumer } from './email.consumer.ts';
import { ResendAdapter } from './providers/resend/send/resend.adapter.ts';
import { ResendWebhookController } from './providers/resend/webhook/resend.webhook.controller.ts';
import { SendgridAdapter } from './providers/sendgrid/send/sendgrid.adapter.ts';
import { sendgridUrlOf } from './providers/sendgrid/account/sendgrid.config.ts';
import { SendgridWebhookController } from './providers/sendgrid/webhook/sendgrid.webhook.controller.ts';
import { SUPPRESSION_LISTS, suppressionLists } from './suppression-lists.ts';
import { LINKS, UnsubscribeModule } from './unsubscribe/unsubscribe.module.ts';
import type { LinkMaker } from './unsubscribe/unsubscribe-link.policy.ts';

type Config = ConfigService<EmailConfig, true>;

const sendgridTerms = (config: Config, attachments: AttachmentsService): ProviderTerms => ({
  make: () =>
    new SendgridAdapter(
      {
        SENDGRID_API_KEY: config.getOrThrow('SENDGRID_API_KEY'),
        SENDGRID_BASE_URL: sendgridUrlOf({
          SENDGRID_BASE_URL: config.get('SENDGRID_BASE_URL'),
          SENDGRID_REGION: config.get('SENDGRID_REGION'),
        }),
        SENDGRID_TIMEOUT_MS: config.get('SENDGRID_TIMEOUT_MS'),
        SENDGRID_CONNECTIONS: config.get('SENDGRID_CONNECTIONS'),
      },
      attachments,
    ),
  callTimeoutMs: config.get('SENDGRID_TIMEOUT_MS'),
  ratePerS: config.get('SENDGRID_RATE_PER_S'),
});

const resendTerms = (config: Config): ProviderTerms => ({
  make: () =>
    new ResendAdapter({
      RESEND_API_KEY: config.getOrThrow('RESEND_API_KEY'),
      RESEND_BASE_URL: config.get('RESEND_BASE_URL'),
      RESEND_TIMEOUT_MS: config.get('RESEND_TIMEOUT_MS'),
      RESEND_CONNECTIONS: config.get('RESEND_CONNECTIONS'),
    }),
  callTimeoutMs: config.get('RESEND_TIMEOUT_MS'),
  ratePerS: config.get('RESEND_RATE_PER_S'),
});

const files = {
  provide: GuardedFiles,
  inject: [ConfigService],
  useFactory: (config: Config) => new GuardedFiles(readAddresses(config.get('FILES_ALLOWED_ADDRESSES')) ?? []),
};

const attachments = {
  provide: AttachmentsService,
  inject: [ConfigService, GuardedFiles],
  useFactory: (config: Config, fetcher: GuardedFiles) =>
    new AttachmentsService(fetcher, {
      ATTACHMENT_MAX_BYTES: config.get('ATTACHMENT_MAX_BYTES'),
      ATTACHMENT_TIMEOUT_MS: attachmentTimeoutOf(
        config.get('ATTACHMENT_TIMEOUT_MS'),
        config.get('SENDGRID_TIMEOUT_MS'),
      ),
      ATTACHMENT_MAILS: config.get('ATTACHMENT_MAILS'),
    }),
};

const providers = {
  provide: EmailProviders,
  inject: [ConfigService, AttachmentsService, Health],
  useFactory: (config: Config, attachments: AttachmentsService, health: Health) => {
    const names = configuredOf({
      EMAIL_PROVIDERS: config.get('EMAIL_PROVIDERS'),
      SENDGRID_API_KEY: config.get('SENDGRID_API_KEY'),
      RESEND_API_KEY: config.get('RESEND_API_KEY'),
    });
    return new EmailProviders(
      names,
      { sendgrid: sendgridTerms(config, attachments), resend: resendTerms(config) },
      health,
    );
  },
};

const templates = {
  provide: Templates,
  inject: [ConfigService],
  useFactory: (config: ConfigService<EmailConfig, true>) => Templates.load(config.get('TEMPLATES_DIR'), ['email']),
};

const engine = {
  provide: DeliveryEngine,
  inject: [
    ConfigService,
    EmailProviders,
    Templates,
    POOL,
    Publisher,
    LOGGER,
    STOPPING,
    { token: LINKS, optional: true },
  ],
  useFactory: (
    config: Config,
    { adapters, callTimeoutMs, rates }: EmailProviders,
    templates: Templates,
    pool: Pool,
    publisher: Publisher,
    logger: Logger,
    stopping: AbortSignal,
    links?: LinkMaker,
  ) =>
    new DeliveryEngine({
      channel: new EmailChannel(adapters, mailboxOf(config.get('EMAIL_FROM')), templates, links),
      pool,
      publisher,
      logger,
      stopping,
      hashKey: config.get('RECIPIENT_HASH_KEY'),
      callTimeoutMs,
      guardMs: config.get('LEASE_GUARD_MS'),
      retentionDays: config.get('LEDGER_RETENTION_DAYS'),
      scheduleAtMostDays: config.get('SCHEDULE_AT_MOST_DAYS'),
      cancelWaitMs: config.get('CANCEL_WAIT_MS'),
      handoverAnswerMs: config.get('HANDOVER_ANSWER_MS'),
      limits: limitsOf(config),
      providerRates: ratesOf(rates),
      coalesceLingerMs: config.get('EMAIL_COALESCE_LINGER_MS'),
    }),
};

/** The e-mail channel: consumer, engine, providers and their webhooks. */
@Module({
  imports: [UnsubscribeModule],
  controllers: [
    EmailConsumer,
    SendgridWebhookController,
    ResendWebhookController,
    SuppressionsController,
    SuppressionSyncController,
  ],
  providers: [
    files,
    attachments,
    providers,
    templates,
    engine,
    suppressionAdmin('email'),
    suppressionLists,
    suppressionSync('email', SUPPRESSION_LISTS),
  ],
})
export class EmailModule {}
