import type { Refused } from '#libs/batching';
import type { SendDeferred } from '#libs/contracts';

/** Hand-overs that were published long ago and are not acknowledged. */
export interface OverdueHandovers {
  /** The database's clock, before the query. */
  now: Date;
  any: boolean;
  /** Those that are not acknowledged although they were published several times. */
  stuck: number;
}

export interface KeptHandover {
  deferred: SendDeferred;
  /** Trace headers of the message. */
  trace: Record<string, string>;
}

export interface IdentifiedHandover extends KeptHandover {
  /** The identityKey of libs/contracts. */
  id: string;
}

/** Messages that were handed over to retry, until retry has decided on them. */
export abstract class Handovers {
  /**
   * Stores hand-overs before they are published, so that they survive whatever happens to their records. Idempotent.
   * @returns in their order, `Refused` where PostgreSQL refuses one
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract keep(handovers: readonly IdentifiedHandover[]): Promise<(true | Refused)[]>;

  /**
   * Retry has decided on this hop, and so on all earlier ones.
   * @throws InfrastructureDown; repeating is safe.
   */
  abstract decided(id: string, hop: number): Promise<void>;

  /** @throws InfrastructureDown when Postgres cannot be reached. */
  abstract overdue(): Promise<OverdueHandovers>;

  /**
   * Those stored before `upTo` without an acknowledgement, to be published again; the interval grows each time.
   * @throws InfrastructureDown when PostgreSQL cannot be reached.
   */
  abstract takeAgain(upTo: Date): Promise<KeptHandover[]>;
}
