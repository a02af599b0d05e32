import { ConfiguredProviders, DeliveryEngine, limitsOf, listsOf, ratesOf } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import {
  operatorAccess,
  suppressionAdmin,
  suppressionSync,
  SuppressionsController,
  SuppressionSyncController,
  webhookControllers,
  webhookHandlers,
} from '#libs/operations';
import type { Pool } from '#libs/persistence';
import { Health, LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Templates } from '#libs/templates';
import { Publisher } from '#libs/transport';
import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { attachmentTimeoutOf } from './attachments/attachments.config.ts';
import { AttachmentsService } from './attachments/attachments.service.ts';
import { EmailChannel } from './email-channel.ts';
import { type EmailMessage, mailboxOf } from './email-message.ts';
import { type EmailConfig, usedOf } from './email.config.ts';
import { EmailConsumer } from './email.consumer.ts';
import { type EmailCatalogue, emailCatalogue } from './providers/catalogue.ts';
import type { EmailServices } from './providers/definition.ts';
import { LINKS, UnsubscribeModule } from './unsubscribe/unsubscribe.module.ts';
import type { LinkMaker } from './unsubscribe/unsubscribe-link.policy.ts';

type Config = ConfigService<EmailConfig, true>;

const SERVICES = Symbol('what the email service offers to its providers');
const SUPPRESSION_LISTS = Symbol('the suppression lists of the providers');

/** Reads settings by names that only the definitions know. */
const getter = (config: object) => (name: string) => (config as ConfigService).get<unknown>(name);

const usedNow = (catalogue: EmailCatalogue, config: object) => {
  const names = ['EMAIL_PROVIDERS', ...catalogue.flatMap(({ access }) => access)];
  return usedOf(catalogue, Object.fromEntries(names.map((name) => [name, getter(config)(name)])));
};

const files = {
  provide: GuardedFiles,
  inject: [ConfigService],
  useFactory: (config: Config) => new GuardedFiles(readAddresses(config.get('FILES_ALLOWED_ADDRESSES')) ?? []),
};

const attachments = (catalogue: EmailCatalogue) => ({
  provide: AttachmentsService,
  inject: [ConfigService, GuardedFiles],
  useFactory: (config: Config, fetcher: GuardedFiles) =>
    new AttachmentsService(fetcher, {
      ATTACHMENT_MAX_BYTES: config.get('ATTACHMENT_MAX_BYTES'),
      ATTACHMENT_TIMEOUT_MS: attachmentTimeoutOf(config.get('ATTACHMENT_TIMEOUT_MS'), fileCallMs(catalogue, config)),
      ATTACHMENT_MAILS: config.get('ATTACHMENT_MAILS'),
    }),
});

/** The shortest time for a call in which we fetch files, in milliseconds. */
const fileCallMs = (catalogue: EmailCatalogue, config: object) =>
  Math.min(
    ...catalogue
      .filter(({ filesFetchedBy }) => filesFetchedBy === 'us')
      .map(({ callTimeout }) => Number(getter(config)(callTimeout))),
  );

const services = {
  provide: SERVICES,
  inject: [AttachmentsService],
  useFactory: (fetched: AttachmentsService): EmailServices => ({ attachments: fetched }),
};

const providers = (catalogue: EmailCatalogue) => ({
  provide: ConfiguredProviders,
  inject: [ConfigService, SERVICES, Health],
  useFactory: (config: ConfigService, offered: EmailServices, health: Health) =>
    ConfiguredProviders.of(usedNow(catalogue, config), getter(config), { services: offered, health }),
});

const suppressionLists = (catalogue: EmailCatalogue) => ({
  provide: SUPPRESSION_LISTS,
  inject: [ConfigService, STOPPING],
  useFactory: (config: ConfigService, stopping: AbortSignal) =>
    listsOf(usedNow(catalogue, config), getter(config), stopping),
});

const templates = {
  provide: Templates,
  inject: [ConfigService],
  useFactory: (config: Config) => Templates.load(config.get('TEMPLATES_DIR'), ['email']),
};

const engine = {
  provide: DeliveryEngine,
  inject: [
    ConfigService,
    ConfiguredProviders,
    Templates,
    POOL,
    Publisher,
    LOGGER,
    STOPPING,
    { token: LINKS, optional: true },
  ],
  useFactory: (
    config: Config,
    { adapters, callTimeoutMs, rates }: ConfiguredProviders<EmailMessage>,
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

const partsOf = (catalogue: EmailCatalogue): ModuleMetadata => ({
  imports: [UnsubscribeModule],
  controllers: [EmailConsumer, ...webhookControllers(catalogue), SuppressionsController, SuppressionSyncController],
  providers: [
    files,
    attachments(catalogue),
    services,
    providers(catalogue),
    ...webhookHandlers(catalogue, SERVICES),
    templates,
    engine,
    operatorAccess,
    suppressionAdmin('email'),
    suppressionLists(catalogue),
    suppressionSync('email', SUPPRESSION_LISTS),
  ],
});

/** The e-mail channel: consumer, engine, providers and their webhooks. */
@Module(partsOf(emailCatalogue))
export class EmailModule {
  /** The same with other providers. */
  static with(catalogue: EmailCatalogue): DynamicModule {
    return { module: class EmailModuleWithOthers {}, ...partsOf(catalogue) };
  }
}
