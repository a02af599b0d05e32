import type { Refused } from '#libs/batching';
import type { SendDeferred } from '#libs/contracts';

/** Hand-overs that were published long ago, and not acknowledged yet. */
export interface OverdueHandovers {
  /** The database's clock, before it was looked. */
  now: Date;
  any: boolean;
  /** Those that stay unacknowledged although they were published again several times. */
  stuck: number;
}

export interface KeptHandover {
  deferred: SendDeferred;
  /** Trace headers of the message. */
  trace: Record<string, string>;
}

export interface IdentifiedHandover extends KeptHandover {
  /** contracts' identityKey. */
  id: string;
}

/** Messages that were handed over to retry, until retry says that it has decided on them. */
export abstract class Handovers {
  /**
   * Kept before they are published, so that they are there whatever becomes of their records. Again gives the same.
   * @returns in their order, `Refused` where PostgreSQL refuses this one
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract keep(handovers: readonly IdentifiedHandover[]): Promise<(true | Refused)[]>;

  /** Retry has decided on this hop, and so on all before it. @throws InfrastructureDown; repeating is safe. */
  abstract decided(id: string, hop: number): Promise<void>;

  /** @throws InfrastructureDown when Postgres cannot be reached. */
  abstract overdue(): Promise<OverdueHandovers>;

  /**
   * What was kept before `upTo` and is not acknowledged, to be published again; each comes later every time.
   * @throws InfrastructureDown when Postgres cannot be reached.
   */
  abstract takeAgain(upTo: Date): Promise<KeptHandover[]>;
}
