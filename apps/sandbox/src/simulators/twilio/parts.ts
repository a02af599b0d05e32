import type { SimulatorParts } from '../../core/simulator.ts';
import { TwilioAccountController } from './account.controller.ts';
import { ContentController } from './content/content.controller.ts';
import { ContentService } from './content/content.service.ts';
import type { TextMessage } from './message.ts';
import { ConcurrencyService } from './messages/concurrency.service.ts';
import { PeopleService } from './messages/people.service.ts';
import { TextService } from './messages/text.service.ts';
import { TwilioController } from './twilio.controller.ts';
import { InboundService } from './webhook/inbound.service.ts';
import { StatusCallbackService } from './webhook/status-callback.service.ts';

export const parts: SimulatorParts<TextMessage> = {
  controllers: [TwilioController, TwilioAccountController, ContentController],
  services: [ConcurrencyService, TextService, StatusCallbackService, ContentService, InboundService, PeopleService],
  webhooks: StatusCallbackService,
  replies: InboundService,
  forgets: PeopleService,
};
