import { ChannelPort, ConfiguredProviders, DeliveryModule, listsOf, listSync } from '#libs/delivery';
import { GuardedFiles, readAddresses } from '#libs/provider-http';
import { RoutingController, suppressionJobs, webhookControllers, webhookHandlers } from '#libs/operations';
import { type SuppressionLists, templateOwner } from '#libs/providers';
import {
  type AllSettings,
  Health,
  internalAccess,
  internalAccessConfig,
  made,
  OperationConsumer,
  ReadinessController,
  RestoreController,
  SETTINGS,
  STOPPING,
  tokenOf,
} from '#libs/runtime';
import { Templates } from '#libs/templates';
import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { attachmentTimeoutOf } from './attachments/attachments.config.ts';
import { AttachmentsService } from './attachments/attachments.service.ts';
import { EmailChannel } from './email-channel.ts';
import { mailboxOf } from './email-message.ts';
import { emailConfig, usedOf } from './email.config.ts';
import { EmailConsumer } from './email.consumer.ts';
import { type EmailCatalogue, emailCatalogue } from './providers/catalogue.ts';
import type { EmailServices } from './providers/definition.ts';
import { UnsubscribeTokens } from './unsubscribe/token.policy.ts';
import { UnsubscribeController } from './unsubscribe/unsubscribe.controller.ts';
import { LINKS, unsubscribeLinks, unsubscribeService } from './unsubscribe/unsubscribe.providers.ts';

const SERVICES = tokenOf<EmailServices>('what the email service offers to its providers');
const SUPPRESSION_LISTS = tokenOf<readonly SuppressionLists[]>('the suppression lists of the providers');
const config = emailConfig.KEY;

/** The shortest timeout of a call in which we fetch files, in milliseconds. */
const fileCallMs = (catalogue: EmailCatalogue, all: AllSettings) =>
  Math.min(
    ...catalogue
      .filter(({ filesFetchedBy }) => filesFetchedBy === 'us')
      .map(({ callTimeout }) => Number(all[callTimeout])),
  );

const own = (catalogue: EmailCatalogue) => [
  emailConfig.provider,
  ...unsubscribeLinks,
  made(GuardedFiles, { config }, ({ config }) => new GuardedFiles(readAddresses(config.FILES_ALLOWED_ADDRESSES) ?? [])),
  made(AttachmentsService, { config, all: SETTINGS, files: GuardedFiles }, ({ config, all, files }) => {
    const ATTACHMENT_TIMEOUT_MS = attachmentTimeoutOf(config.ATTACHMENT_TIMEOUT_MS, fileCallMs(catalogue, all));
    return new AttachmentsService(files, { ...config, ATTACHMENT_TIMEOUT_MS });
  }),
  made(SERVICES, { attachments: AttachmentsService }, (offered) => offered),
  made(ConfiguredProviders, { all: SETTINGS, services: SERVICES, health: Health }, ({ all, ...around }) =>
    ConfiguredProviders.of(usedOf(catalogue, all), all, around),
  ),
  made(Templates, { config }, ({ config }) =>
    Templates.load(config.TEMPLATES_DIR, ['email'], (name) => templateOwner(name, catalogue)?.provider),
  ),
  made(
    ChannelPort,
    { configured: ConfiguredProviders, templates: Templates, links: LINKS, config },
    ({ configured, config, ...parts }) =>
      new EmailChannel({
        ...parts,
        catalogue,
        providers: configured.adapters,
        sender: mailboxOf(config.EMAIL_FROM),
        coalesceLingerMs: config.EMAIL_COALESCE_LINGER_MS,
      }),
  ),
];

const partsOf = (catalogue: EmailCatalogue): ModuleMetadata => ({
  imports: [
    DeliveryModule.forChannel({
      channel: 'email',
      providers: own(catalogue),
      exports: [SERVICES, UnsubscribeTokens],
    }),
  ],
  controllers: [
    EmailConsumer,
    ...webhookControllers(catalogue),
    UnsubscribeController,
    OperationConsumer,
    RoutingController,
    ReadinessController,
    RestoreController,
  ],
  providers: [
    ...webhookHandlers(catalogue, SERVICES),
    unsubscribeService,
    internalAccessConfig.provider,
    internalAccess,
    ...suppressionJobs('email', SUPPRESSION_LISTS),
    made(SUPPRESSION_LISTS, { all: SETTINGS, stopping: STOPPING }, ({ all, stopping }) =>
      listsOf(usedOf(catalogue, all), all, stopping),
    ),
    listSync('email', SUPPRESSION_LISTS),
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
