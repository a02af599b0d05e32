import type { KeyedSuppressionChange, SuppressionChanged, SuppressionLift } from '#libs/contracts';

/** A change of a suppression, as in its record. */
export type SuppressionChange = { suppress: SuppressionChanged } | { lift: LiftedSuppression };

/** The suppression that is lifted; when, why and by whom. */
export type LiftedSuppression = Pick<SuppressionChanged, 'channel' | 'recipient' | 'scope' | 'tenant'> &
  Partial<SuppressionLift>;

/** A suppression as it is stored. */
export interface KeptSuppression {
  /** Keyed hash, 32 hex digits. */
  recipient: string;
  scope: string;
  /** Missing: for every tenant. */
  tenant?: string | undefined;
  reason: string;
  /** Since when it applies, or when it was lifted; ISO 8601. */
  at: string;
  lifted: boolean;
  mask?: string | undefined;
  provider?: string | undefined;
  source?: string | undefined;
  note?: string | undefined;
  by?: string | undefined;
}

export interface SuppressionFilter {
  recipient?: string | undefined;
  scope?: string | undefined;
  reason?: string | undefined;
  tenant?: string | undefined;
  /** Whether lifted ones are included. */
  lifted: boolean;
  limit: number;
  /** The last row of the previous page. */
  after?: { at: string; recipient: string; scopeKey: string } | undefined;
}

export type ListedSuppression = KeptSuppression & { scopeKey: string };

/** Suppressed recipients: this channel's projection of the compacted topic. */
export abstract class Suppressions {
  /**
   * Stores changes that are newer than the stored ones, by their own time: repeated, late and out of order they give
   * the same result.
   * @throws InfrastructureDown when PostgreSQL cannot be reached; repeating is safe.
   */
  abstract apply(word: KeyedSuppressionChange): Promise<void>;

  /** Newest first; one more than `limit` where another page follows. */
  abstract list(filter: SuppressionFilter): Promise<ListedSuppression[]>;

  /** The time of the latest change under each key, lifted ones included, in ms since 1970; undefined: unknown key. */
  abstract knownSince(keys: readonly string[]): Promise<(number | undefined)[]>;
}
