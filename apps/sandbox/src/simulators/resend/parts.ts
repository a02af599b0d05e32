import type { SimulatorParts } from '../../core/simulator.ts';
import { EmailService } from './email/email.service.ts';
import { IdempotencyService } from './email/idempotency.service.ts';
import { ResendReception } from './email/reception.service.ts';
import type { ResendMessage } from './message.ts';
import { RateService } from './rate.service.ts';
import { ResendController } from './resend.controller.ts';
import { ResendSuppressionsController } from './suppressions/suppressions.controller.ts';
import { ResendSuppressions } from './suppressions/suppressions.service.ts';
import { ResendTemplatesController } from './templates/template.controller.ts';
import { ResendTemplates } from './templates/template.service.ts';
import { ResendWebhookService } from './webhook/webhook.service.ts';
import { ResendWebhookSettings } from './webhook/webhook.settings.ts';

export const parts: SimulatorParts<ResendMessage> = {
  controllers: [ResendController, ResendSuppressionsController, ResendTemplatesController],
  services: [
    ResendReception,
    ResendTemplates,
    ResendSuppressions,
    EmailService,
    IdempotencyService,
    RateService,
    ResendWebhookService,
    ResendWebhookSettings,
  ],
  webhooks: ResendWebhookService,
  lists: ResendSuppressions,
};
