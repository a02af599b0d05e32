import { recipientHash } from '#libs/contracts';
import { ConfiguredProviders, DeliveryEngine, limitsOf, ratesOf, settingsFor, withAccess } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import {
  operatorAccess,
  suppressionAdmin,
  SuppressionsController,
  webhookControllers,
  webhookHandlers,
} from '#libs/operations';
import type { Pool } from '#libs/persistence';
import { Health, Jobs, LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Templates } from '#libs/templates';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Conversations } from './conversation/conversations.port.ts';
import { PostgresConversations } from './conversation/conversations.store.ts';
import { ResendPlans } from './conversation/resend-plans.port.ts';
import { PostgresResendPlans } from './conversation/resend-plans.store.ts';
import { smsCatalogue } from './providers/catalogue.ts';
import type { SmsServices } from './providers/definition.ts';
import { PostgresPrefixUse } from './recipient/prefix-use.store.ts';
import { readRegions } from './recipient/region.policy.ts';
import { keywordsFrom } from './reply/keywords.policy.ts';
import { ScreeningService } from './screening.service.ts';
import { SmsChannel, type SmsRules } from './sms-channel.ts';
import type { SmsMessage } from './sms-message.ts';
import { budgetsOf, type SmsConfig } from './sms.config.ts';
import { SmsConsumer } from './sms.consumer.ts';

const SERVICES = Symbol('what the sms service offers to its providers');

/** Reads settings by names that only the definitions know. */
const getter = (config: object) => (name: string) => (config as ConfigService).get<unknown>(name);

const usedNow = (config: object) => withAccess(smsCatalogue, getter(config));

const services = {
  provide: SERVICES,
  inject: [ConfigService, Publisher],
  useFactory: (config: ConfigService<SmsConfig, true>, publisher: Publisher): SmsServices => ({
    publicUrl: config.get('PUBLIC_URL'),
    keywords: keywordsFrom(config.get<SmsConfig['SMS_KEYWORDS']>('SMS_KEYWORDS')),
    publisher,
  }),
};

const providers = {
  provide: ConfiguredProviders,
  inject: [ConfigService, SERVICES, Health],
  useFactory: (config: ConfigService, offered: SmsServices, health: Health) =>
    ConfiguredProviders.of(usedNow(config), getter(config), { services: offered, health }),
};

const templates = {
  provide: Templates,
  inject: [ConfigService],
  useFactory: (config: ConfigService<SmsConfig, true>) => Templates.load(config.get('TEMPLATES_DIR'), ['sms']),
};

const conversations = {
  provide: Conversations,
  inject: [POOL, Jobs],
  useFactory: (pool: Pool, jobs: Jobs) => new PostgresConversations(pool, jobs),
};

const resendPlans = {
  provide: ResendPlans,
  inject: [POOL, Jobs],
  useFactory: (pool: Pool, jobs: Jobs) => new PostgresResendPlans(pool, jobs),
};

const files = {
  provide: GuardedFiles,
  inject: [ConfigService],
  useFactory: (config: ConfigService<SmsConfig, true>) =>
    new GuardedFiles(readAddresses(config.get('FILES_ALLOWED_ADDRESSES')) ?? []),
};

const screening = {
  provide: ScreeningService,
  inject: [ConfigService, Conversations, GuardedFiles, POOL, Jobs],
  useFactory: (
    config: ConfigService<SmsConfig, true>,
    known: Conversations,
    media: GuardedFiles,
    pool: Pool,
    jobs: Jobs,
  ) =>
    new ScreeningService({
      conversations: known,
      prefixUse: new PostgresPrefixUse(pool, jobs),
      windowRule: config.get('WHATSAPP_WINDOW'),
      budgets: budgetsOf({ SMS_PREFIX_BUDGET: config.get('SMS_PREFIX_BUDGET') }),
      files: config.get('SMS_MEDIA_CHECK') === 'look' ? media : undefined,
      hashOf: (number) => recipientHash(config.get('RECIPIENT_HASH_KEY'), number),
    }),
};

const engine = {
  provide: DeliveryEngine,
  inject: [
    ConfigService,
    ConfiguredProviders,
    ScreeningService,
    Templates,
    ResendPlans,
    POOL,
    Publisher,
    LOGGER,
    STOPPING,
  ],
  useFactory: (
    config: ConfigService<SmsConfig, true>,
    { adapters, callTimeoutMs, rates }: ConfiguredProviders<SmsMessage>,
    screening: ScreeningService,
    templates: Templates,
    kept: ResendPlans,
    pool: Pool,
    publisher: Publisher,
    logger: Logger,
    stopping: AbortSignal,
  ) =>
    new DeliveryEngine({
      channel: new SmsChannel(adapters, rulesOf(config), screening, templates, kept),
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
    }),
};

/** What the settings say of texts. */
function rulesOf(config: ConfigService<SmsConfig, true>): SmsRules {
  const given = (name: string): string[] => [(getter(config)(name) as string | undefined) ?? []].flat();
  const [preferred] = usedNow(config);
  return {
    senders: config.get<SmsConfig['SMS_SENDERS']>('SMS_SENDERS') ?? [],
    standard: {
      text: ['SMS_FROM', ...(preferred?.senderSettings ?? [])].flatMap(given),
      whatsapp: given('WHATSAPP_FROM'),
    },
    allowed: readRegions(config.get('SMS_ALLOWED_COUNTRIES')).regions,
    mmsRegions: readRegions(config.get('SMS_MMS_COUNTRIES')).regions,
    maxSegments: config.get('SMS_MAX_SEGMENTS'),
    smartEncoding: config.get('SMS_SMART_ENCODING'),
    numberCheck: config.get('SMS_NUMBER_CHECK'),
    templates: preferred?.contentTemplates(settingsFor(preferred, getter(config))),
  };
}

/** The channel for SMS, MMS and WhatsApp: consumer, engine, providers and their webhooks. */
@Module({
  controllers: [SmsConsumer, ...webhookControllers(smsCatalogue), SuppressionsController],
  providers: [
    services,
    providers,
    ...webhookHandlers(smsCatalogue, SERVICES),
    conversations,
    resendPlans,
    files,
    screening,
    templates,
    engine,
    operatorAccess,
    suppressionAdmin('sms'),
  ],
})
export class SmsModule {}
