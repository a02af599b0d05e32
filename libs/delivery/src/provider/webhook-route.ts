import type { Logger } from '#libs/telemetry';
import type { ReceiptsService } from '../receipts/receipts.service.ts';
import type { Suppressions } from '../suppressions/suppressions.port.ts';
import type { SuppressionsService } from '../suppressions/suppressions.service.ts';
import type { OtherEvents } from '../webhooks/other-events.service.ts';

/** A call of a webhook, before anything is believed of it. */
export interface WebhookRequest {
  /** Path and query, as they were called. */
  path: string;
  rawBody: Buffer;
  /** A header by its name in lower case; undefined where it is missing. */
  readonly header: (name: string) => string | undefined;
}

/**
 * Verifies, maps, publishes. What it returns is the body of the answer.
 * @throws HttpException where the call is not genuine; InfrastructureDown where Kafka cannot be reached: the provider
 *   repeats it then
 */
export type WebhookHandler = (request: WebhookRequest) => Promise<string | undefined>;

/** Where a webhook puts what it has learned. */
export interface WebhookIntake {
  receipts: ReceiptsService;
  suppressions: SuppressionsService;
  /** Who must not be written to, as this channel knows it. */
  suppressed: Suppressions;
  otherEvents: OtherEvents;
}

export interface WebhookContext<Settings, Services> {
  settings: Settings;
  services: Services;
  intake: WebhookIntake;
  logger: Logger;
  /** The key under which addresses are hashed. */
  hashKey: string;
}

/** One address that a provider calls. */
export interface WebhookRoute<Settings extends object = Record<string, unknown>, Services = unknown> {
  /** Below `/webhooks/`. */
  readonly path: string;
  /** Of the answer to what is genuine. */
  readonly status: 200 | 204;
  /** Of that answer's body; unset: it has none. */
  readonly contentType?: string;
  handler(context: WebhookContext<Settings, Services>): Promise<WebhookHandler>;
}
