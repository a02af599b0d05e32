import type { ProviderChanged } from '#libs/contracts';

/** What retry knows of the providers that are left alone. */
export abstract class Holds {
  /**
   * Takes up a change. One that is older than the last one of its hold changes nothing.
   * @param ageMs how long ago it was published, as far as it is known: a hold lasts that much less
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract apply(change: ProviderChanged, ageMs?: number): Promise<void>;
}
