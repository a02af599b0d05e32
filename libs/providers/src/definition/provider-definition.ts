import type { Channel } from '#libs/contracts';
import type { z } from 'zod';
import type { ProviderDoctor } from '../account/doctor.port.ts';
import type { CheckTable } from '../account/finding.ts';
import type { SettingReader, ToolSetting } from '../account/setting-reader.ts';
import type { SmokeTrial } from '../account/smoke.port.ts';
import type { SuppressionLists } from '../account/suppression-lists.port.ts';
import type { FailureRow } from '../failures/failure-row.ts';
import type { Provider } from '../provider.port.ts';
import type { ReceiptTimes } from '../receipt/receipt-lookup.ts';
import type { LimitTable } from '../webhook/provider-limit.ts';
import type { WebhookRoute } from './webhook-route.ts';

/** The adapter of a provider. It closes its connections when the service stops. */
export type RunningProvider<M> = Provider<M> & { onApplicationShutdown(): Promise<void> };

/** What a service tells a provider's doctor about itself. */
export interface DoctorContext {
  /** A URL of this service as providers reach it, such as `/webhooks/…`. */
  readonly publicUrlOf: (path: string) => string;
  /** Timeout of one call, in milliseconds. */
  timeoutMs: number;
}

/**
 * All that the platform knows about one provider. `providers/<name>/index.ts` exports it, `providers/catalogue.ts`
 * lists it; services, doctor, smoke test, generated pages and tests iterate over the catalogue. Importing it imports
 * neither SDK nor HTTP client: `adapter` and `webhooks` import these.
 * `Settings`: the parsed settings of this provider. `Services`: what its channel offers to adapters and webhooks.
 * `Parts`: what the delivery offers to the webhooks of every channel.
 */
export interface ProviderDefinition<
  M,
  Settings extends object = Record<string, unknown>,
  Services = unknown,
  Parts = never,
> {
  /** Its name in events, settings and folders. */
  readonly name: string;
  /** Its display name. */
  readonly label: string;
  readonly channel: Channel;
  /** Its environment variables. */
  readonly settings: Readonly<Record<keyof Settings & string, z.ZodType>>;
  /** The settings that give access. With all of them set, the provider is in use. The last is the secret. */
  readonly access: readonly [string, ...string[]];
  /** Settings that are required together with the access, such as the key of its webhooks. */
  readonly alsoNeeded?: readonly string[];
  /** The setting of its API's base URL. */
  readonly baseUrl: string;
  /** The setting of the timeout of one call, in milliseconds. */
  readonly callTimeout: string;
  /** The setting of how many messages a second all replicas together may send; unset: unlimited. */
  readonly rate: string;
  /** The setting that says how an answer 5xx is taken (`answered5xx`); unset: its answers are proven or unknown. */
  readonly answered5xx?: string;
  /** How long its receipts may take, with the pages that say so beside it; unset: it cannot be asked for them. */
  readonly receipts?: ReceiptTimes;
  /** The pattern of the ids of its own templates, where the ids can be recognised. */
  readonly templateIds?: RegExp;
  adapter(settings: Settings, services: Services): Promise<RunningProvider<M>>;
  readonly webhooks: readonly WebhookRoute<{ settings: Settings; services: Services } & Parts>[];
  /** Reads its own suppression lists, where it has some that are worth reading. */
  lists?(settings: Settings, stopping: AbortSignal): SuppressionLists;
  /** The checks of the doctor. */
  readonly checks: CheckTable;
  /** Checks the account of these settings; called only where the access is set. */
  doctor(read: SettingReader, place: DoctorContext): ProviderDoctor;
  readonly smoke: SmokeTrial;
  /** What the smoke test uses at the provider itself, such as `sandbox mode`. */
  readonly smokeUses: string;
  /** Variables that only the tools read. */
  readonly toolSettings?: readonly ToolSetting[];
  readonly failures: readonly FailureRow[];
  readonly limits: LimitTable;
  /** The packages that its adapter and webhooks use. */
  readonly sdk: readonly string[];
}
