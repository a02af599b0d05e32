import type { Channel } from '#libs/contracts';
import type { z } from 'zod';
import type { ProviderDoctor } from '../account/doctor.port.ts';
import type { CheckTable } from '../account/finding.ts';
import type { SettingReader, ToolSetting } from '../account/setting-reader.ts';
import type { SmokeTrial } from '../account/smoke.port.ts';
import type { SuppressionLists } from '../account/suppression-lists.port.ts';
import type { FailureRow } from '../failures/failure-row.ts';
import type { Provider } from '../provider.port.ts';
import type { LimitTable } from '../webhook/provider-limit.ts';
import type { WebhookRoute } from './webhook-route.ts';

/** The adapter of a provider; it lets go of its connections when the service stops. */
export type RunningProvider<M> = Provider<M> & { onApplicationShutdown(): Promise<void> };

/** What a service tells a provider's doctor of itself. */
export interface DoctorPlace {
  /** An address of this service as providers reach it, such as `/webhooks/…`. */
  readonly publicUrlOf: (path: string) => string;
  /** For one call, in milliseconds. */
  timeoutMs: number;
}

/**
 * All that the platform knows of one provider. `providers/<name>/index.ts` exports one, `providers/catalogue.ts` lists
 * it; services, doctor, smoke test, generated pages and tests iterate over the catalogue. Loading it loads neither SDK
 * nor connections: those come with `adapter` and `webhooks`.
 *
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
  /** Its name as people write it. */
  readonly label: string;
  readonly channel: Channel;
  /** Its environment variables. */
  readonly settings: Readonly<Record<keyof Settings & string, z.ZodType>>;
  /** The settings that give access: with all of them it is in use. The last is the secret. */
  readonly access: readonly [string, ...string[]];
  /** Settings that must stand beside the access, such as the key of its webhooks. */
  readonly alsoNeeded?: readonly string[];
  /** The setting that says where its API is. */
  readonly baseUrl: string;
  /** The setting that says how long one call may take, in milliseconds. */
  readonly callTimeout: string;
  /** The setting that says how many messages a second may go, of all replicas together; without a value: unlimited. */
  readonly rate: string;
  /** What the ids of its own templates look like, where they tell themselves. */
  readonly templateIds?: RegExp;
  adapter(settings: Settings, services: Services): Promise<RunningProvider<M>>;
  readonly webhooks: readonly WebhookRoute<{ settings: Settings; services: Services } & Parts>[];
  /** Its own suppression lists, where it keeps some that are worth reading. */
  lists?(settings: Settings, stopping: AbortSignal): SuppressionLists;
  /** What the doctor looks at. */
  readonly checks: CheckTable;
  /** Looks at the account of these settings; asked only where the access is set. */
  doctor(read: SettingReader, place: DoctorPlace): ProviderDoctor;
  readonly smoke: SmokeTrial;
  /** What the trial uses at the provider itself, such as `sandbox mode`. */
  readonly smokeUses: string;
  /** Variables that only the tools read. */
  readonly toolSettings?: readonly ToolSetting[];
  readonly failures: readonly FailureRow[];
  readonly limits: LimitTable;
  /** The packages that its adapter and webhooks are made of. */
  readonly sdk: readonly string[];
}
