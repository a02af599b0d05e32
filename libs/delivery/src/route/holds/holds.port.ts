import type { FailureKind } from '#libs/contracts';
import type { HoldRequest } from './hold.policy.ts';

/** What a hold is about, within a channel. */
export interface HoldPlace {
  provider: string;
  /** Digest of the credential. */
  account: string;
  /** `all`, or `sender:<number or address>`. */
  scope: string;
}

/** A hold as the channel's table has it. */
export interface Hold extends HoldPlace {
  id: string;
  /** Raised with each change. */
  seq: number;
  state: 'held' | 'lifted';
  /** How many holds there were in a row, this one included. */
  round: number;
  /** How long it still lasts, in milliseconds, by the database's clock when it was read; 0: its time is over. */
  leftMs: number;
  kind: FailureKind;
  code: string;
  meaning: string;
  /** When it was set or lifted; ISO 8601. */
  at: string;
  by?: string | undefined;
}

/** Where the replicas of a channel share their holds: rows that are read with each claim. */
export abstract class Holds {
  /**
   * Holds a provider. Of one that is held already the end moves only further away; one that follows a hold whose time
   * was over lasts longer.
   * @returns the hold as it is now
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract hold(request: HoldRequest & HoldPlace): Promise<Hold>;

  /**
   * Lifts a hold, and no other that has taken its place. A probe's success lifts only one whose time is over.
   * @param by the operator who does; undefined: a probe
   * @returns the hold as it is now; undefined: it was not lifted
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract lift(id: string, by?: string): Promise<Hold | undefined>;

  /**
   * Lifts what is held under another credential than those in use now.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract liftOthers(inUse: readonly Pick<HoldPlace, 'provider' | 'account'>[]): Promise<void>;

  /** All there are. @throws InfrastructureDown when Postgres cannot be reached. */
  abstract all(): Promise<Hold[]>;

  /** Those of which a change has not been published. @throws InfrastructureDown when Postgres cannot be reached. */
  abstract unpublished(): Promise<Hold[]>;

  /**
   * Marks changes as published.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract markPublished(holds: readonly Hold[]): Promise<void>;

  /** Deletes what was lifted long ago, or nobody has asked for since. @throws InfrastructureDown */
  abstract deleteOld(): Promise<void>;
}
