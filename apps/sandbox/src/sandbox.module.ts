import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountService } from './account/account.service.ts';
import { CallbackController } from './control/callback.controller.ts';
import { ControlController } from './control/control.controller.ts';
import { FailureFilter } from './gate/failure.filter.ts';
import { FaultService } from './gate/fault.service.ts';
import { GateService } from './gate/gate.service.ts';
import { HealthController } from './health/health.controller.ts';
import { InboxService } from './messages/inbox.service.ts';
import { InlineImageStore } from './messages/inline-image.store.ts';
import { JournalStore } from './messages/journal.store.ts';
import { MessageStore } from './messages/message.store.ts';
import { SANDBOX_CONFIG, type SandboxConfig } from './sandbox.config.ts';
import { SANDBOX_LOG, type SandboxLog } from './sandbox.log.ts';
import { PageController } from './page/page.controller.ts';
import { ResendApiKeysController } from './resend/keys/api-key.controller.ts';
import { ResendApiKeys } from './resend/keys/api-key.service.ts';
import { ResendReception } from './resend/reception.service.ts';
import { ResendTemplatesController } from './resend/templates/template.controller.ts';
import { ResendTemplates } from './resend/templates/template.service.ts';
import { SendGridReception } from './sendgrid/reception.service.ts';
import { SendGridTemplatesController } from './sendgrid/templates/template.controller.ts';
import { SendGridTemplates } from './sendgrid/templates/template.service.ts';
import { EmailService } from './resend/email.service.ts';
import { IdempotencyService } from './resend/idempotency.service.ts';
import { RateService } from './resend/rate.service.ts';
import { ResendController } from './resend/resend.controller.ts';
import { ResendSuppressionsController } from './resend/suppressions.controller.ts';
import { ResendSuppressions } from './resend/suppressions.service.ts';
import { ResendWebhookService } from './resend/webhook.service.ts';
import { ResendWebhookSettings } from './resend/webhook.settings.ts';
import { ActivityService } from './sendgrid/activity.service.ts';
import { EventWebhookService } from './sendgrid/event-webhook.service.ts';
import { EventWebhookSettings } from './sendgrid/event-webhook.settings.ts';
import { MailService } from './sendgrid/mail.service.ts';
import { SendGridAccountController } from './sendgrid/account.controller.ts';
import { SendGridController } from './sendgrid/sendgrid.controller.ts';
import { SendGridSuppressionsController } from './sendgrid/suppressions.controller.ts';
import { SendGridSuppressions } from './sendgrid/suppressions.service.ts';
import { TemplatesController } from './templates/templates.controller.ts';
import { ConcurrencyService } from './twilio/concurrency.service.ts';
import { ContentController } from './twilio/content.controller.ts';
import { ContentService } from './twilio/content.service.ts';
import { InboundService } from './twilio/inbound.service.ts';
import { PeopleService } from './twilio/people.service.ts';
import { StatusCallbackService } from './twilio/status-callback.service.ts';
import { TextService } from './twilio/text.service.ts';
import { TwilioAccountController } from './twilio/account.controller.ts';
import { TwilioController } from './twilio/twilio.controller.ts';
import { CallbackService } from './webhooks/callback.service.ts';
import { LifecycleService } from './webhooks/lifecycle.service.ts';
import { SettleService } from './webhooks/settle.service.ts';
import { SuppressionLists } from './webhooks/suppression-lists.ts';
import { TimelineService } from './webhooks/timeline.service.ts';
import { WebhookAdapter } from './webhooks/webhook.adapter.ts';

const gate = [GateService, FaultService, AccountService, { provide: APP_FILTER, useClass: FailureFilter }];
const sendgrid = [
  SendGridReception,
  SendGridTemplates,
  SendGridSuppressions,
  MailService,
  ActivityService,
  EventWebhookService,
  EventWebhookSettings,
];
const resend = [
  ResendReception,
  ResendApiKeys,
  ResendTemplates,
  ResendSuppressions,
  EmailService,
  IdempotencyService,
  RateService,
  ResendWebhookService,
  ResendWebhookSettings,
];
const twilio = [ConcurrencyService, TextService, StatusCallbackService, ContentService, InboundService, PeopleService];
const messages = [InboxService, MessageStore, InlineImageStore, JournalStore];
const webhooks = [CallbackService, LifecycleService, SuppressionLists, TimelineService, SettleService, WebhookAdapter];

const controllers = [
  SendGridController,
  SendGridAccountController,
  SendGridSuppressionsController,
  SendGridTemplatesController,
  ResendController,
  ResendApiKeysController,
  ResendSuppressionsController,
  ResendTemplatesController,
  TwilioController,
  TwilioAccountController,
  ContentController,
  ControlController,
  CallbackController,
  PageController,
  TemplatesController,
  HealthController,
];

@Module({})
export class SandboxModule {
  static with(config: SandboxConfig, log: SandboxLog): DynamicModule {
    const settings = [
      { provide: SANDBOX_CONFIG, useValue: config },
      { provide: SANDBOX_LOG, useValue: log },
    ];
    return {
      module: SandboxModule,
      controllers,
      providers: [...settings, ...gate, ...sendgrid, ...resend, ...twilio, ...messages, ...webhooks],
    };
  }
}
