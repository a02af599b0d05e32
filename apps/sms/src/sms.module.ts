import { recipientHash } from '#libs/contracts';
import { ChannelPort, ConfiguredProviders, DeliveryModule, settingsFor, withAccess } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import {
  operatorAccess,
  operatorConfig,
  suppressionAdmin,
  SuppressionsController,
  webhookControllers,
  webhookHandlers,
} from '#libs/operations';
import type { Pool } from '#libs/persistence';
import { type AllSettings, Health, Jobs, POOL, SETTINGS } from '#libs/runtime';
import { Templates } from '#libs/templates';
import { Publisher } from '#libs/transport';
import { Module } from '@nestjs/common';
import { Conversations } from './conversation/conversations.port.ts';
import { PostgresConversations } from './conversation/conversations.store.ts';
import { ResendPlans } from './conversation/resend-plans.port.ts';
import { PostgresResendPlans } from './conversation/resend-plans.store.ts';
import { smsCatalogue } from './providers/catalogue.ts';
import type { SmsServices } from './providers/definition.ts';
import { PrefixUse } from './recipient/prefix-use.port.ts';
import { PostgresPrefixUse } from './recipient/prefix-use.store.ts';
import { readRegions } from './recipient/region.policy.ts';
import { keywordsFrom } from './reply/keywords.policy.ts';
import { ScreeningService } from './screening.service.ts';
import { SmsChannel, type SmsRules } from './sms-channel.ts';
import type { SmsMessage } from './sms-message.ts';
import { budgetsOf, type SmsConfig, smsConfig } from './sms.config.ts';
import { SmsConsumer } from './sms.consumer.ts';

const SERVICES = Symbol('what the sms service offers to its providers');

/** The providers that are used, the preferred one first. */
const usedOf = (all: AllSettings) => withAccess(smsCatalogue, (name) => all[name]);

const services = {
  provide: SERVICES,
  inject: [smsConfig.KEY, Publisher],
  useFactory: (config: SmsConfig, publisher: Publisher): SmsServices => ({
    publicUrl: config.PUBLIC_URL,
    keywords: keywordsFrom(config.SMS_KEYWORDS),
    publisher,
  }),
};

const providers = {
  provide: ConfiguredProviders,
  inject: [SETTINGS, SERVICES, Health],
  useFactory: (all: AllSettings, offered: SmsServices, health: Health) =>
    ConfiguredProviders.of(usedOf(all), (name) => all[name], { services: offered, health }),
};

const templates = {
  provide: Templates,
  inject: [smsConfig.KEY],
  useFactory: (config: SmsConfig) => Templates.load(config.TEMPLATES_DIR, ['sms']),
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

const prefixUse = {
  provide: PrefixUse,
  inject: [POOL, Jobs],
  useFactory: (pool: Pool, jobs: Jobs) => new PostgresPrefixUse(pool, jobs),
};

const files = {
  provide: GuardedFiles,
  inject: [smsConfig.KEY],
  useFactory: (config: SmsConfig) => new GuardedFiles(readAddresses(config.FILES_ALLOWED_ADDRESSES) ?? []),
};

const screening = {
  provide: ScreeningService,
  inject: [smsConfig.KEY, Conversations, GuardedFiles, PrefixUse],
  useFactory: (config: SmsConfig, known: Conversations, media: GuardedFiles, prefixUse: PrefixUse) =>
    new ScreeningService({
      conversations: known,
      prefixUse,
      windowRule: config.WHATSAPP_WINDOW,
      budgets: budgetsOf(config),
      files: config.SMS_MEDIA_CHECK === 'look' ? media : undefined,
      hashOf: (number) => recipientHash(config.RECIPIENT_HASH_KEY, number),
    }),
};

const channel = {
  provide: ChannelPort,
  inject: [ConfiguredProviders, smsConfig.KEY, SETTINGS, ScreeningService, Templates, ResendPlans],
  useFactory: (
    { adapters }: ConfiguredProviders<SmsMessage>,
    config: SmsConfig,
    all: AllSettings,
    screening: ScreeningService,
    templates: Templates,
    resendPlans: ResendPlans,
  ) => new SmsChannel({ providers: adapters, rules: rulesOf(config, all), screening, templates, resendPlans }),
};

/** What the settings say of texts. */
function rulesOf(config: SmsConfig, all: AllSettings): SmsRules {
  const given = (name: string): string[] => [(all[name] as string | undefined) ?? []].flat();
  const [preferred] = usedOf(all);
  return {
    senders: config.SMS_SENDERS ?? [],
    standard: {
      text: ['SMS_FROM', ...(preferred?.senderSettings ?? [])].flatMap(given),
      whatsapp: given('WHATSAPP_FROM'),
    },
    allowed: readRegions(config.SMS_ALLOWED_COUNTRIES).regions,
    mmsRegions: readRegions(config.SMS_MMS_COUNTRIES).regions,
    maxSegments: config.SMS_MAX_SEGMENTS,
    smartEncoding: config.SMS_SMART_ENCODING,
    numberCheck: config.SMS_NUMBER_CHECK,
    templates: preferred?.contentTemplates(settingsFor(preferred, (name) => all[name])),
  };
}

/** The channel for SMS, MMS and WhatsApp: consumer, delivery, providers and their webhooks. */
@Module({
  imports: [
    DeliveryModule.forChannel({
      channel: 'sms',
      providers: [
        smsConfig.provider,
        services,
        providers,
        conversations,
        resendPlans,
        prefixUse,
        files,
        screening,
        templates,
        channel,
      ],
      exports: [SERVICES, smsConfig.KEY, Conversations, ResendPlans],
    }),
  ],
  controllers: [SmsConsumer, ...webhookControllers(smsCatalogue), SuppressionsController],
  providers: [
    ...webhookHandlers(smsCatalogue, SERVICES),
    operatorConfig.provider,
    operatorAccess,
    suppressionAdmin('sms'),
  ],
})
export class SmsModule {}
