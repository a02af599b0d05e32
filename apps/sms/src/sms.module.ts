import { recipientHash } from '#libs/contracts';
import { ChannelPort, ConfiguredProviders, DeliveryModule, listsOf, listSync } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import { RoutingController, suppressionJobs, webhookControllers, webhookHandlers } from '#libs/operations';
import {
  type AllSettings,
  Health,
  internalAccess,
  internalAccessConfig,
  Jobs,
  made,
  OperationConsumer,
  POOL,
  ReadinessController,
  RestoreController,
  SETTINGS,
  STOPPING,
  tokenOf,
} from '#libs/runtime';
import { Templates } from '#libs/templates';
import { Publisher } from '#libs/transport';
import { settingsFor, type SuppressionLists, templateOwner, withAccess } from '#libs/providers';
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
import { budgetsOf, type SmsConfig, smsConfig } from './sms.config.ts';
import { SmsConsumer } from './sms.consumer.ts';

const SERVICES = tokenOf<SmsServices>('what the sms service offers to its providers');
const SUPPRESSION_LISTS = tokenOf<readonly SuppressionLists[]>('the suppression lists of the providers');
const config = smsConfig.KEY;

/** The providers in use, the preferred one first. */
const usedOf = (all: AllSettings) => withAccess(smsCatalogue, all);

/** The media rules of each provider in use; without any, those of the catalogue. */
const mediaOf = (all: AllSettings) => {
  const used = usedOf(all);
  return (used.length > 0 ? used : smsCatalogue).map(({ media }) => media);
};

const own = [
  smsConfig.provider,
  made(SERVICES, { config, publisher: Publisher }, ({ config, publisher }) => ({
    publicUrl: config.PUBLIC_URL,
    keywords: keywordsFrom(config.SMS_KEYWORDS),
    publisher,
  })),
  made(ConfiguredProviders, { all: SETTINGS, services: SERVICES, health: Health }, ({ all, ...around }) =>
    ConfiguredProviders.of(usedOf(all), all, around),
  ),
  made(Templates, { config }, ({ config }) =>
    Templates.load(config.TEMPLATES_DIR, ['sms'], (name) => templateOwner(name, smsCatalogue)?.provider),
  ),
  made(Conversations, { pool: POOL, jobs: Jobs }, ({ pool, jobs }) => new PostgresConversations(pool, jobs)),
  made(ResendPlans, { pool: POOL, jobs: Jobs }, ({ pool, jobs }) => new PostgresResendPlans(pool, jobs)),
  made(PrefixUse, { pool: POOL, jobs: Jobs }, ({ pool, jobs }) => new PostgresPrefixUse(pool, jobs)),
  made(GuardedFiles, { config }, ({ config }) => new GuardedFiles(readAddresses(config.FILES_ALLOWED_ADDRESSES) ?? [])),
  made(
    ScreeningService,
    { conversations: Conversations, prefixUse: PrefixUse, files: GuardedFiles, all: SETTINGS, config },
    ({ files, all, config, ...parts }) =>
      new ScreeningService({
        ...parts,
        windowRule: config.WHATSAPP_WINDOW,
        budgets: budgetsOf(config),
        files: config.SMS_MEDIA_CHECK === 'look' ? files : undefined,
        media: mediaOf(all),
        hashOf: (number) => recipientHash(config.RECIPIENT_HASH_KEY, number),
      }),
  ),
  made(
    ChannelPort,
    {
      configured: ConfiguredProviders,
      screening: ScreeningService,
      templates: Templates,
      resendPlans: ResendPlans,
      all: SETTINGS,
      config,
    },
    ({ configured, all, config, ...parts }) =>
      new SmsChannel({ ...parts, providers: configured.adapters, rules: rulesOf(config, all) }),
  ),
];

/** The rules for texts in the settings. */
function rulesOf(config: SmsConfig, all: AllSettings): SmsRules {
  const given = (name: string): string[] => [(all[name] as string | string[] | undefined) ?? []].flat();
  const used = usedOf(all);
  return {
    senders: config.SMS_SENDERS ?? [],
    standard: {
      text: ['SMS_FROM', ...used.flatMap(({ senderSettings }) => senderSettings)].flatMap(given),
      whatsapp: given('WHATSAPP_FROM'),
    },
    allowed: readRegions(config.SMS_ALLOWED_COUNTRIES).regions,
    mmsRegions: readRegions(config.SMS_MMS_COUNTRIES).regions,
    maxSegments: config.SMS_MAX_SEGMENTS,
    smartEncoding: config.SMS_SMART_ENCODING,
    numberCheck: config.SMS_NUMBER_CHECK,
    media: mediaOf(all),
    templates: used.map((definition) => definition.contentTemplates(settingsFor(definition, all))),
  };
}

/** The channel for SMS, MMS and WhatsApp: consumer, delivery, providers and their webhooks. */
@Module({
  imports: [
    DeliveryModule.forChannel({
      channel: 'sms',
      providers: own,
      exports: [SERVICES, smsConfig.KEY, Conversations, ResendPlans],
    }),
  ],
  controllers: [
    SmsConsumer,
    ...webhookControllers(smsCatalogue),
    OperationConsumer,
    RoutingController,
    ReadinessController,
    RestoreController,
  ],
  providers: [
    ...webhookHandlers(smsCatalogue, SERVICES),
    internalAccessConfig.provider,
    internalAccess,
    ...suppressionJobs('sms', SUPPRESSION_LISTS),
    made(SUPPRESSION_LISTS, { all: SETTINGS, stopping: STOPPING }, ({ all, stopping }) =>
      listsOf(usedOf(all), all, stopping),
    ),
    listSync('sms', SUPPRESSION_LISTS),
  ],
})
export class SmsModule {}
