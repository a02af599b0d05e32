import type { SimulatorParts } from '../../core/simulator.ts';
import { SendGridAccountController } from './account.controller.ts';
import { ActivityService } from './activity/activity.service.ts';
import { MailService } from './mail/mail.service.ts';
import { SendGridReception } from './mail/reception.service.ts';
import type { MailMessage } from './message.ts';
import { SendGridController } from './sendgrid.controller.ts';
import { SendGridSuppressionsController } from './suppressions/suppressions.controller.ts';
import { SendGridSuppressions } from './suppressions/suppressions.service.ts';
import { SendGridTemplatesController } from './templates/template.controller.ts';
import { SendGridTemplates } from './templates/template.service.ts';
import { EventWebhookService } from './webhook/event-webhook.service.ts';
import { EventWebhookSettings } from './webhook/event-webhook.settings.ts';

export const parts: SimulatorParts<MailMessage> = {
  controllers: [
    SendGridController,
    SendGridAccountController,
    SendGridSuppressionsController,
    SendGridTemplatesController,
  ],
  services: [
    SendGridReception,
    SendGridTemplates,
    SendGridSuppressions,
    MailService,
    ActivityService,
    EventWebhookService,
    EventWebhookSettings,
  ],
  webhooks: EventWebhookService,
  lists: SendGridSuppressions,
};
