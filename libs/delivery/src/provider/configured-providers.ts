import {
  type ProviderCheck,
  type ProviderDefinition,
  type RunningProvider,
  settingsFor,
  type SuppressionLists,
} from '#libs/providers';

/** What a channel is given beside its settings. */
export interface ProvidersAround<Services> {
  services: Services;
  /** Where each provider's check of its key is shown. */
  health: { addProvider(name: string, check: () => Promise<ProviderCheck>): void };
}

/** The running adapters of a channel, in the order of preference. */
export class ConfiguredProviders<M> {
  readonly adapters: readonly RunningProvider<M>[];
  /** The longest a call to any of them may take, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Most calls a second, of all replicas together, by provider; one that is not named is unlimited. */
  readonly rates: ReadonlyMap<string, number>;

  private constructor(
    adapters: readonly RunningProvider<M>[],
    callTimeoutMs: number,
    rates: ReadonlyMap<string, number>,
  ) {
    this.adapters = adapters;
    this.callTimeoutMs = callTimeoutMs;
    this.rates = rates;
  }

  /**
   * @param definitions those that are used, the preferred one first
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
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.adapters.map((adapter) => adapter.onApplicationShutdown()));
  }
}

/** The suppression lists that these providers keep themselves. */
export const listsOf = <M, Services>(
  definitions: readonly ProviderDefinition<M, Record<string, unknown>, Services>[],
  all: Readonly<Record<string, unknown>>,
  stopping: AbortSignal,
): SuppressionLists[] =>
  definitions.flatMap((definition) => definition.lists?.(settingsFor(definition, all), stopping) ?? []);
