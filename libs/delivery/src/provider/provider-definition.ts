import type { Channel } from '#libs/contracts';
import type {
  CheckTable,
  FailureRow,
  LimitTable,
  Provider,
  ProviderDoctor,
  SettingReader,
  SmokeTrial,
  SuppressionLists,
  ToolSetting,
} from '#libs/providers';
import type { z } from 'zod';
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
 */
export interface ProviderDefinition<M, Settings extends object = Record<string, unknown>, Services = unknown> {
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
  adapter(settings: Settings, services: Services): Promise<RunningProvider<M>>;
  readonly webhooks: readonly WebhookRoute<Settings, Services>[];
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

/** Whether all of a provider's access settings are given. */
export const isConfigured = (
  { access }: Pick<ProviderDefinition<never>, 'access'>,
  settings: Readonly<Record<string, unknown>>,
): boolean => access.every((name) => settings[name] !== undefined);

/** The settings of a provider out of all settings of its service. */
export const settingsFor = <Settings extends object>(
  { settings }: { readonly settings: Readonly<Record<keyof Settings & string, z.ZodType>> },
  get: (name: string) => unknown,
): Settings => Object.fromEntries(Object.keys(settings).map((name) => [name, get(name)])) as Settings;

/** The settings of all providers of a catalogue, for the schema of their service. */
export const settingsOfAll = (
  catalogue: readonly { readonly settings: Readonly<Record<string, z.ZodType>> }[],
): Record<never, z.ZodType> =>
  Object.assign({}, ...catalogue.map(({ settings }) => settings)) as Record<never, z.ZodType>;
