import type { ProviderCheck, SuppressionLists } from '#libs/providers';
import { isConfigured, type ProviderDefinition, type RunningProvider, settingsFor } from './provider-definition.ts';

/** What a channel is given beside its settings. */
export interface ProvidersAround<Services> {
  services: Services;
  /** Where each provider's check of its key is shown. */
  health: { addProvider(name: string, check: () => Promise<ProviderCheck>): void };
}

/** The providers of a catalogue that have access, in its order. */
export const withAccess = <D extends Pick<ProviderDefinition<never>, 'access'>>(
  catalogue: readonly D[],
  get: (name: string) => unknown,
): D[] =>
  catalogue.filter((definition) =>
    isConfigured(definition, Object.fromEntries(definition.access.map((name) => [name, get(name)]))),
  );

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
   * @param get a setting by its name
   */
  static async of<M, Services>(
    definitions: readonly ProviderDefinition<M, Record<string, unknown>, Services>[],
    get: (name: string) => unknown,
    { services, health }: ProvidersAround<Services>,
  ): Promise<ConfiguredProviders<M>> {
    const adapters = await Promise.all(
      definitions.map((definition) => definition.adapter(settingsFor(definition, get), services)),
    );
    for (const adapter of adapters) health.addProvider(adapter.name, () => adapter.check());
    return new ConfiguredProviders(
      adapters,
      Math.max(...definitions.map(({ callTimeout }) => Number(get(callTimeout)))),
      new Map(
        definitions.flatMap(({ name, rate }) => {
          const perS = get(rate) as number | undefined;
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
  get: (name: string) => unknown,
  stopping: AbortSignal,
): SuppressionLists[] =>
  definitions.flatMap((definition) => definition.lists?.(settingsFor(definition, get), stopping) ?? []);
