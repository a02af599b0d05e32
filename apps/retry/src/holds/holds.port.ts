import type { ProviderChanged } from '#libs/contracts';

/** Where a record stands in its topic. */
export interface Position {
  /** The topic's full name. */
  topic: string;
  partition: number;
  offset: number;
}

/** The next offset of each partition, as `partition` → `offset`. */
export type Positions = ReadonlyMap<number, number>;

/** What retry knows of the providers that are left alone. */
export abstract class Holds {
  /**
   * Takes up a change, and that it has been read, in one transaction. A change that is older than the last one of its
   * hold changes nothing.
   * @param ageMs how long ago it was published, as far as it is known: a hold lasts that much less
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract apply(change: ProviderChanged, at: Position, ageMs?: number): Promise<void>;

  /** Notes that a topic has been read up to there. @throws InfrastructureDown when Postgres cannot be reached. */
  abstract markRead(topic: string, upTo: Positions): Promise<void>;

  /** How far a topic has been read into the table. @throws InfrastructureDown when Postgres cannot be reached. */
  abstract readUpTo(topic: string): Promise<Positions>;
}
