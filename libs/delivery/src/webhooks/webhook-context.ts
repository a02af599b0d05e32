import type { Logger } from '#libs/telemetry';
import type { ReceiptsService } from '../receipts/receipts.service.ts';
import type { Suppressions } from '../suppressions/suppressions.port.ts';
import type { SuppressionsService } from '../suppressions/suppressions.service.ts';
import type { OtherEvents } from './other-events.service.ts';

/** Where a webhook puts what it has learned. */
export interface WebhookIntake {
  receipts: ReceiptsService;
  suppressions: SuppressionsService;
  /** Who must not be written to, as this channel knows it. */
  suppressed: Suppressions;
  otherEvents: OtherEvents;
}

/** What the webhooks of every channel are made of. */
export interface WebhookParts {
  intake: WebhookIntake;
  logger: Logger;
  /** The key under which addresses are hashed. */
  hashKey: string;
}

/** What the handler of one provider's webhook is made of. */
export interface WebhookContext<Settings, Services> extends WebhookParts {
  settings: Settings;
  services: Services;
}
