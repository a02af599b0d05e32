import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountService } from './core/account/account.service.ts';
import { CallbackController } from './core/control/callback.controller.ts';
import { ControlController } from './core/control/control.controller.ts';
import { FailureFilter } from './core/gate/failure.filter.ts';
import { FaultService } from './core/gate/fault.service.ts';
import { GateService } from './core/gate/gate.service.ts';
import { HealthController } from './core/health/health.controller.ts';
import { InboxService } from './core/inbox/inbox.service.ts';
import { InlineImageStore } from './core/inbox/inline-image.store.ts';
import { JournalStore } from './core/inbox/journal.store.ts';
import { MessageStore } from './core/inbox/message.store.ts';
import { SANDBOX_CONFIG, type SandboxConfig } from './sandbox.config.ts';
import { SANDBOX_LOG, type SandboxLog } from './sandbox.log.ts';
import { PageController } from './page/page.controller.ts';
import { ResendApiKeysController } from './simulators/resend/keys/api-key.controller.ts';
import { ResendApiKeys } from './simulators/resend/keys/api-key.service.ts';
import { ResendReception } from './simulators/resend/email/reception.service.ts';
import { ResendTemplatesController } from './simulators/resend/templates/template.controller.ts';
import { ResendTemplates } from './simulators/resend/templates/template.service.ts';
import { SendGridReception } from './simulators/sendgrid/mail/reception.service.ts';
import { SendGridTemplatesController } from './simulators/sendgrid/templates/template.controller.ts';
import { SendGridTemplates } from './simulators/sendgrid/templates/template.service.ts';
import { EmailService } from './simulators/resend/email/email.service.ts';
import { IdempotencyService } from './simulators/resend/email/idempotency.service.ts';
import { RateService } from './simulators/resend/rate.service.ts';
import { ResendController } from './simulators/resend/resend.controller.ts';
import { ResendSuppressionsController } from './simulators/resend/suppressions/suppressions.controller.ts';
import { ResendSuppressions } from './simulators/resend/suppressions/suppressions.service.ts';
import { ResendWebhookService } from './simulators/resend/webhook/webhook.service.ts';
import { ResendWebhookSettings } from './simulators/resend/webhook/webhook.settings.ts';
import { ActivityService } from './simulators/sendgrid/activity/activity.service.ts';
import { EventWebhookService } from './simulators/sendgrid/webhook/event-webhook.service.ts';
import { EventWebhookSettings } from './simulators/sendgrid/webhook/event-webhook.settings.ts';
import { MailService } from './simulators/sendgrid/mail/mail.service.ts';
import { SendGridAccountController } from './simulators/sendgrid/account.controller.ts';
import { SendGridController } from './simulators/sendgrid/sendgrid.controller.ts';
import { SendGridSuppressionsController } from './simulators/sendgrid/suppressions/suppressions.controller.ts';
import { SendGridSuppressions } from './simulators/sendgrid/suppressions/suppressions.service.ts';
import { TemplatesController } from './core/templates/templates.controller.ts';
import { ConcurrencyService } from './simulators/twilio/messages/concurrency.service.ts';
import { ContentController } from './simulators/twilio/content/content.controller.ts';
import { ContentService } from './simulators/twilio/content/content.service.ts';
import { InboundService } from './simulators/twilio/webhook/inbound.service.ts';
import { PeopleService } from './simulators/twilio/messages/people.service.ts';
import { StatusCallbackService } from './simulators/twilio/webhook/status-callback.service.ts';
import { TextService } from './simulators/twilio/messages/text.service.ts';
import { TwilioAccountController } from './simulators/twilio/account.controller.ts';
import { TwilioController } from './simulators/twilio/twilio.controller.ts';
import { CallbackService } from './core/webhooks/callback.service.ts';
import { LifecycleService } from './core/webhooks/lifecycle.service.ts';
import { SettleService } from './core/webhooks/settle.service.ts';
import { SuppressionLists } from './core/webhooks/suppression-lists.ts';
import { TimelineService } from './core/webhooks/timeline.service.ts';
import { WebhookAdapter } from './core/webhooks/webhook.adapter.ts';

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
