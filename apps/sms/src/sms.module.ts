import { recipientHash } from '#libs/contracts';
import { DeliveryEngine, limitsOf, ratesOf } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import { suppressionAdmin, SuppressionsController } from '#libs/operations';
import type { Pool } from '#libs/persistence';
import { Health, LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Templates } from '#libs/templates';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Conversations } from './conversation/conversations.port.ts';
import { PostgresConversations } from './conversation/conversations.store.ts';
import { ResendPlans } from './conversation/resend-plans.port.ts';
import { PostgresResendPlans } from './conversation/resend-plans.store.ts';
import { TwilioAdapter } from './providers/twilio/send/twilio.adapter.ts';
import { TwilioInboundController } from './providers/twilio/webhook/twilio.inbound.controller.ts';
import { TwilioSignature } from './providers/twilio/webhook/twilio.signature.webhook.ts';
import { TwilioWebhookController } from './providers/twilio/webhook/twilio.webhook.controller.ts';
import { PostgresPrefixUse } from './recipient/prefix-use.store.ts';
import { readRegions } from './recipient/region.policy.ts';
import { ScreeningService } from './screening.service.ts';
import { SmsChannel, type SmsRules } from './sms-channel.ts';
import { budgetsOf, type SmsConfig } from './sms.config.ts';
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

const signature = {
  provide: TwilioSignature,
  inject: [ConfigService],
  useFactory: (config: ConfigService<SmsConfig, true>) =>
    new TwilioSignature(
      [config.get('TWILIO_AUTH_TOKEN'), config.get<string | undefined>('TWILIO_AUTH_TOKEN_PREVIOUS') ?? []].flat(),
      config.get('PUBLIC_URL'),
    ),
};

const conversations = {
  provide: Conversations,
  inject: [POOL],
  useFactory: (pool: Pool) => new PostgresConversations(pool),
};

const resendPlans = { provide: ResendPlans, inject: [POOL], useFactory: (pool: Pool) => new PostgresResendPlans(pool) };

const files = {
  provide: GuardedFiles,
  inject: [ConfigService],
  useFactory: (config: ConfigService<SmsConfig, true>) =>
    new GuardedFiles(readAddresses(config.get('FILES_ALLOWED_ADDRESSES')) ?? []),
};

const screening = {
  provide: ScreeningService,
  inject: [ConfigService, Conversations, GuardedFiles, POOL],
  useFactory: (config: ConfigService<SmsConfig, true>, known: Conversations, media: GuardedFiles, pool: Pool) =>
    new ScreeningService({
      conversations: known,
      prefixUse: new PostgresPrefixUse(pool),
      windowRule: config.get('WHATSAPP_WINDOW'),
      budgets: budgetsOf({ SMS_PREFIX_BUDGET: config.get('SMS_PREFIX_BUDGET') }),
      files: config.get('SMS_MEDIA_CHECK') === 'look' ? media : undefined,
      hashOf: (number) => recipientHash(config.get('RECIPIENT_HASH_KEY'), number),
    }),
};

const engine = {
  provide: DeliveryEngine,
  inject: [ConfigService, TwilioAdapter, ScreeningService, Templates, ResendPlans, POOL, Publisher, LOGGER, STOPPING],
  useFactory: (
    config: ConfigService<SmsConfig, true>,
    adapter: TwilioAdapter,
    screening: ScreeningService,
    templates: Templates,
    kept: ResendPlans,
    pool: Pool,
    publisher: Publisher,
    logger: Logger,
    stopping: AbortSignal,
  ) =>
    new DeliveryEngine({
      channel: new SmsChannel([adapter], rulesOf(config), screening, templates, kept),
      pool,
      publisher,
      logger,
      stopping,
      hashKey: config.get('RECIPIENT_HASH_KEY'),
      callTimeoutMs: config.get('TWILIO_TIMEOUT_MS'),
      guardMs: config.get('LEASE_GUARD_MS'),
      retentionDays: config.get('LEDGER_RETENTION_DAYS'),
      scheduleAtMostDays: config.get('SCHEDULE_AT_MOST_DAYS'),
      cancelWaitMs: config.get('CANCEL_WAIT_MS'),
      handoverAnswerMs: config.get('HANDOVER_ANSWER_MS'),
      limits: limitsOf(config),
      providerRates: ratesOf({ twilio: config.get('TWILIO_RATE_PER_S') }),
    }),
};

/** What the settings say of texts. */
function rulesOf(config: ConfigService<SmsConfig, true>): SmsRules {
  const given = (name: 'SMS_FROM' | 'WHATSAPP_FROM' | 'TWILIO_MESSAGING_SERVICE_SID') =>
    config.get<string | undefined>(name) ?? [];
  return {
    senders: config.get<SmsConfig['SMS_SENDERS']>('SMS_SENDERS') ?? [],
    standard: {
      text: [given('SMS_FROM'), given('TWILIO_MESSAGING_SERVICE_SID')].flat(),
      whatsapp: [given('WHATSAPP_FROM')].flat(),
    },
    allowed: readRegions(config.get('SMS_ALLOWED_COUNTRIES')).regions,
    mmsRegions: readRegions(config.get('SMS_MMS_COUNTRIES')).regions,
    maxSegments: config.get('SMS_MAX_SEGMENTS'),
    smartEncoding: config.get('SMS_SMART_ENCODING'),
    numberCheck: config.get('SMS_NUMBER_CHECK'),
    templates: config.get<SmsConfig['TWILIO_CONTENT_TEMPLATES']>('TWILIO_CONTENT_TEMPLATES') ?? {},
  };
}

/** The channel for SMS, MMS and WhatsApp: consumer, engine, providers and their webhooks. */
@Module({
  controllers: [SmsConsumer, TwilioWebhookController, TwilioInboundController, SuppressionsController],
  providers: [
    twilio,
    signature,
    conversations,
    resendPlans,
    files,
    screening,
    templates,
    engine,
    suppressionAdmin('sms'),
  ],
})
export class SmsModule {}
