import type { Logger } from '#libs/telemetry';
import type { ReceiptsService } from '../receipts/receipts.service.ts';
import type { Suppressions } from '../suppressions/suppressions.port.ts';
import type { SuppressionsService } from '../suppressions/suppressions.service.ts';
import type { OtherEvents } from './other-events.service.ts';

/** Where a webhook publishes its results. */
export interface WebhookIntake {
  receipts: ReceiptsService;
  suppressions: SuppressionsService;
  /** The suppressions of this channel. */
  suppressed: Suppressions;
  otherEvents: OtherEvents;
}

/** What the webhooks of every channel get. */
export interface WebhookParts {
  intake: WebhookIntake;
  logger: Logger;
  /** The key under which addresses are hashed. */
  hashKey: string;
}

/** What the handler of one provider's webhook gets. */
export interface WebhookContext<Settings, Services> extends WebhookParts {
  settings: Settings;
  services: Services;
}
