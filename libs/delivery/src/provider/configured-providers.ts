import { createHash } from 'node:crypto';
import {
  type ProviderCheck,
  type ProviderDefinition,
  type RunningProvider,
  settingsFor,
  type SuppressionLists,
} from '#libs/providers';

/** What a channel passes besides its settings. */
export interface ProvidersAround<Services> {
  services: Services;
  /** Where the check of each provider's key is registered. */
  health: { addProvider(name: string, check: () => Promise<ProviderCheck>): void };
}

/** The adapters in use, in the order of preference. */
export class ConfiguredProviders<M> {
  readonly adapters: readonly RunningProvider<M>[];
  /** The longest timeout of a call to any of them, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Maximum calls a second over all replicas, by provider; one without an entry is unlimited. */
  readonly rates: ReadonlyMap<string, number>;
  /** By provider, the digest of its credential: what is held is the account, and another key may be of another. */
  readonly accounts: ReadonlyMap<string, string>;
  /** By provider, how it may be asked for receipts. */
  readonly receipts: ReadonlyMap<string, { firstLookMs: number; windowMs: number; perMinute: number }>;
  /** By provider, the paths of its webhooks below `/webhooks/`. */
  readonly webhooks: ReadonlyMap<string, readonly string[]>;
  /** Providers whose answers 5xx are taken as refusals, since the settings say so. */
  readonly refusing5xx: ReadonlySet<string>;

  private constructor(
    adapters: readonly RunningProvider<M>[],
    callTimeoutMs: number,
    rates: ReadonlyMap<string, number>,
    accounts: ReadonlyMap<string, string>,
    refusing5xx: ReadonlySet<string>,
    receipts: ConfiguredProviders<M>['receipts'],
    webhooks: ConfiguredProviders<M>['webhooks'],
  ) {
    this.adapters = adapters;
    this.callTimeoutMs = callTimeoutMs;
    this.rates = rates;
    this.accounts = accounts;
    this.refusing5xx = refusing5xx;
    this.receipts = receipts;
    this.webhooks = webhooks;
  }

  /**
   * @param definitions the providers in use, the preferred one first
   * @param all settings of the service
   */
  static async of<M, Services>(
    definitions: readonly ProviderDefinition<M, Record<string, unknown>, Services>[],
    all: Readonly<Record<string, unknown>>,
    { services, health }: ProvidersAround<Services>,
  ): Promise<ConfiguredProviders<M>> {
    const adapters = await Promise.all(
      definitions.map((definition) => definition.adapter(settingsFor(definition, all), services)),
    );
    for (const adapter of adapters) health.addProvider(adapter.name, () => adapter.check());
    return new ConfiguredProviders(
      adapters,
      Math.max(...definitions.map(({ callTimeout }) => Number(all[callTimeout]))),
      new Map(
        definitions.flatMap(({ name, rate }) => {
          const perS = all[rate] as number | undefined;
          return perS === undefined ? [] : [[name, perS] as const];
        }),
      ),
      new Map(definitions.map((definition) => [definition.name, digestOf(settingsFor(definition, all))])),
      new Set(
        definitions.filter(({ answered5xx }) => answered5xx && all[answered5xx] === 'refused').map(({ name }) => name),
      ),
      new Map(
        definitions.flatMap(({ name, receipts }) =>
          receipts ? [[name, { ...receipts, perMinute: Number(all[receipts.perMinute]) }] as const] : [],
        ),
      ),
      new Map(definitions.map(({ name, webhooks }) => [name, webhooks.map(({ path }) => path)])),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.adapters.map((adapter) => adapter.onApplicationShutdown()));
  }
}

/** Tells one credential, and whatever else is set of its provider, from another, and nothing else of it. */
const digestOf = (settings: Readonly<Record<string, unknown>>): string =>
  createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12);

/** The suppression lists of these providers. */
export const listsOf = <M, Services>(
  definitions: readonly ProviderDefinition<M, Record<string, unknown>, Services>[],
  all: Readonly<Record<string, unknown>>,
  stopping: AbortSignal,
): SuppressionLists[] =>
  definitions.flatMap((definition) => definition.lists?.(settingsFor(definition, all), stopping) ?? []);
