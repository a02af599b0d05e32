import { DeliveryEngine, limitsOf, ratesOf } from '#libs/delivery';
import type { Pool } from '#libs/persistence';
import { Health, LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { EmailChannel } from './email-channel.ts';
import { mailboxOf } from './email-message.ts';
import type { EmailConfig } from './email.config.ts';
import { EmailConsumer } from './email.consumer.ts';
import { SendgridAdapter } from './providers/sendgrid/sendgrid.adapter.ts';
import { sendgridUrlOf } from './providers/sendgrid/sendgrid.config.ts';
import { SendgridWebhookController } from './providers/sendgrid/sendgrid.webhook.controller.ts';
import { LINKS, UnsubscribeModule } from './unsubscribe/unsubscribe.module.ts';
import type { LinkMaker } from './unsubscribe/way-out.policy.ts';

const sendgrid = {
  provide: SendgridAdapter,
  inject: [ConfigService, Health],
  useFactory: (config: ConfigService<EmailConfig, true>, health: Health) => {
    const adapter = new SendgridAdapter({
      SENDGRID_API_KEY: config.get('SENDGRID_API_KEY'),
      SENDGRID_BASE_URL: sendgridUrlOf({ SENDGRID_BASE_URL: config.get('SENDGRID_BASE_URL'), SENDGRID_REGION: config.get('SENDGRID_REGION') }),
      SENDGRID_TIMEOUT_MS: config.get('SENDGRID_TIMEOUT_MS'),
      SENDGRID_CONNECTIONS: config.get('SENDGRID_CONNECTIONS'),
    });
    health.addProvider(adapter.name, () => adapter.check());
    return adapter;
  },
};

const engine = {
  provide: DeliveryEngine,
  inject: [ConfigService, SendgridAdapter, POOL, Publisher, LOGGER, STOPPING, { token: LINKS, optional: true }],
  useFactory: (config: ConfigService<EmailConfig, true>, adapter: SendgridAdapter, pool: Pool, publisher: Publisher, logger: Logger, stopping: AbortSignal, links?: LinkMaker) =>
    new DeliveryEngine({
      channel: new EmailChannel([adapter], mailboxOf(config.get('EMAIL_FROM')), links),
      pool,
      publisher,
      logger,
      stopping,
      hashKey: config.get('RECIPIENT_HASH_KEY'),
      callTimeoutMs: config.get('SENDGRID_TIMEOUT_MS'),
      guardMs: config.get('LEASE_GUARD_MS'),
      retentionDays: config.get('LEDGER_RETENTION_DAYS'),
      limits: limitsOf(config),
      providerRates: ratesOf({ sendgrid: config.get('SENDGRID_RATE_PER_S') }),
      coalesceLingerMs: config.get('EMAIL_COALESCE_LINGER_MS'),
    }),
};

/** The e-mail channel: consumer, engine, providers and their webhooks. */
@Module({ imports: [UnsubscribeModule], controllers: [EmailConsumer, SendgridWebhookController], providers: [sendgrid, engine] })
export class EmailModule {}
