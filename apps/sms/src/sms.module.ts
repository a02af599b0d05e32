import { DeliveryEngine, limitsOf, ratesOf } from '#libs/delivery';
import type { Pool } from '#libs/persistence';
import { Health, LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Templates } from '#libs/templates';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { TwilioAdapter } from './providers/twilio/twilio.adapter.ts';
import { TwilioWebhookController } from './providers/twilio/twilio.webhook.controller.ts';
import { SmsChannel } from './sms-channel.ts';
import type { SmsConfig } from './sms.config.ts';
import { SmsConsumer } from './sms.consumer.ts';

const twilio = {
  provide: TwilioAdapter,
  inject: [ConfigService, Health],
  useFactory: (config: ConfigService<SmsConfig, true>, health: Health) => {
    const adapter = new TwilioAdapter({
      TWILIO_ACCOUNT_SID: config.get('TWILIO_ACCOUNT_SID'),
      TWILIO_AUTH_TOKEN: config.get('TWILIO_AUTH_TOKEN'),
      TWILIO_API_KEY_SID: config.get('TWILIO_API_KEY_SID'),
      TWILIO_API_KEY_SECRET: config.get('TWILIO_API_KEY_SECRET'),
      TWILIO_MESSAGING_SERVICE_SID: config.get('TWILIO_MESSAGING_SERVICE_SID'),
      TWILIO_BASE_URL: config.get('TWILIO_BASE_URL'),
      TWILIO_TIMEOUT_MS: config.get('TWILIO_TIMEOUT_MS'),
      TWILIO_CONNECTIONS: config.get('TWILIO_CONNECTIONS'),
      PUBLIC_URL: config.get('PUBLIC_URL'),
    });
    health.addProvider(adapter.name, () => adapter.check());
    return adapter;
  },
};

const templates = {
  provide: Templates,
  inject: [ConfigService],
  useFactory: (config: ConfigService<SmsConfig, true>) => Templates.load(config.get('TEMPLATES_DIR'), ['sms']),
};

const engine = {
  provide: DeliveryEngine,
  inject: [ConfigService, TwilioAdapter, Templates, POOL, Publisher, LOGGER, STOPPING],
  useFactory: (config: ConfigService<SmsConfig, true>, adapter: TwilioAdapter, templates: Templates, pool: Pool, publisher: Publisher, logger: Logger, stopping: AbortSignal) =>
    new DeliveryEngine({
      channel: new SmsChannel([adapter], { sms: config.get('SMS_FROM'), whatsapp: config.get('WHATSAPP_FROM') }, templates),
      pool,
      publisher,
      logger,
      stopping,
      hashKey: config.get('RECIPIENT_HASH_KEY'),
      callTimeoutMs: config.get('TWILIO_TIMEOUT_MS'),
      guardMs: config.get('LEASE_GUARD_MS'),
      retentionDays: config.get('LEDGER_RETENTION_DAYS'),
      limits: limitsOf(config),
      providerRates: ratesOf({ twilio: config.get('TWILIO_RATE_PER_S') }),
    }),
};

/** The channel for SMS, MMS and WhatsApp: consumer, engine, providers and their webhooks. */
@Module({ controllers: [SmsConsumer, TwilioWebhookController], providers: [twilio, templates, engine] })
export class SmsModule {}
