import { ChannelPort, ConfiguredProviders, DeliveryModule, listsOf } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import {
  operatorAccess,
  operatorConfig,
  suppressionAdmin,
  suppressionSync,
  SuppressionsController,
  SuppressionSyncController,
  webhookControllers,
  webhookHandlers,
} from '#libs/operations';
import { type AllSettings, Health, SETTINGS, STOPPING } from '#libs/runtime';
import { Templates } from '#libs/templates';
import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { attachmentTimeoutOf } from './attachments/attachments.config.ts';
import { AttachmentsService } from './attachments/attachments.service.ts';
import { EmailChannel } from './email-channel.ts';
import { type EmailMessage, mailboxOf } from './email-message.ts';
import { emailConfig, usedOf } from './email.config.ts';
import { EmailConsumer } from './email.consumer.ts';
import { type EmailCatalogue, emailCatalogue } from './providers/catalogue.ts';
import type { EmailServices } from './providers/definition.ts';
import { LINKS, UnsubscribeModule } from './unsubscribe/unsubscribe.module.ts';
import type { LinkMaker } from './unsubscribe/unsubscribe-link.policy.ts';

const SERVICES = Symbol('what the email service offers to its providers');
const SUPPRESSION_LISTS = Symbol('the suppression lists of the providers');

type Config = ConfigType<typeof emailConfig>;

const files = {
  provide: GuardedFiles,
  inject: [emailConfig.KEY],
  useFactory: (config: Config) => new GuardedFiles(readAddresses(config.FILES_ALLOWED_ADDRESSES) ?? []),
};

const attachments = (catalogue: EmailCatalogue) => ({
  provide: AttachmentsService,
  inject: [emailConfig.KEY, SETTINGS, GuardedFiles],
  useFactory: (config: Config, all: AllSettings, fetcher: GuardedFiles) =>
    new AttachmentsService(fetcher, {
      ...config,
      ATTACHMENT_TIMEOUT_MS: attachmentTimeoutOf(config.ATTACHMENT_TIMEOUT_MS, fileCallMs(catalogue, all)),
    }),
});

/** The shortest time for a call in which we fetch files, in milliseconds. */
const fileCallMs = (catalogue: EmailCatalogue, all: AllSettings) =>
  Math.min(
    ...catalogue
      .filter(({ filesFetchedBy }) => filesFetchedBy === 'us')
      .map(({ callTimeout }) => Number(all[callTimeout])),
  );

const services = {
  provide: SERVICES,
  inject: [AttachmentsService],
  useFactory: (fetched: AttachmentsService): EmailServices => ({ attachments: fetched }),
};

const providers = (catalogue: EmailCatalogue) => ({
  provide: ConfiguredProviders,
  inject: [SETTINGS, SERVICES, Health],
  useFactory: (all: AllSettings, offered: EmailServices, health: Health) =>
    ConfiguredProviders.of(usedOf(catalogue, all), (name) => all[name], { services: offered, health }),
});

const suppressionLists = (catalogue: EmailCatalogue) => ({
  provide: SUPPRESSION_LISTS,
  inject: [SETTINGS, STOPPING],
  useFactory: (all: AllSettings, stopping: AbortSignal) =>
    listsOf(usedOf(catalogue, all), (name) => all[name], stopping),
});

const templates = {
  provide: Templates,
  inject: [emailConfig.KEY],
  useFactory: (config: Config) => Templates.load(config.TEMPLATES_DIR, ['email']),
};

const channel = {
  provide: ChannelPort,
  inject: [ConfiguredProviders, emailConfig.KEY, Templates, { token: LINKS, optional: true }],
  useFactory: (
    { adapters }: ConfiguredProviders<EmailMessage>,
    config: Config,
    templates: Templates,
    links?: LinkMaker,
  ) =>
    new EmailChannel({
      providers: adapters,
      sender: mailboxOf(config.EMAIL_FROM),
      templates,
      links,
      coalesceLingerMs: config.EMAIL_COALESCE_LINGER_MS,
    }),
};

const partsOf = (catalogue: EmailCatalogue): ModuleMetadata => ({
  imports: [
    DeliveryModule.forChannel({
      channel: 'email',
      imports: [UnsubscribeModule],
      providers: [
        emailConfig.provider,
        files,
        attachments(catalogue),
        services,
        providers(catalogue),
        templates,
        channel,
      ],
      exports: [SERVICES],
    }),
    UnsubscribeModule,
  ],
  controllers: [EmailConsumer, ...webhookControllers(catalogue), SuppressionsController, SuppressionSyncController],
  providers: [
    ...webhookHandlers(catalogue, SERVICES),
    operatorConfig.provider,
    operatorAccess,
    suppressionAdmin('email'),
    suppressionLists(catalogue),
    suppressionSync('email', SUPPRESSION_LISTS),
  ],
});

/** The e-mail channel: consumer, delivery, providers and their webhooks. */
@Module(partsOf(emailCatalogue))
export class EmailModule {
  /** The same with other providers. */
  static with(catalogue: EmailCatalogue): DynamicModule {
    return { module: class EmailModuleWithOthers {}, ...partsOf(catalogue) };
  }
}
