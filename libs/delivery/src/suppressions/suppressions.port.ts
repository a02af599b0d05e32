import type { SuppressionChanged, SuppressionLift } from '#libs/contracts';

/** A word about whether somebody may be written to, as its record tells it. */
export type SuppressionChange = { suppress: SuppressionChanged } | { lift: LiftedSuppression };

/** Which suppression is lifted; when, why and by whom. */
export type LiftedSuppression = Pick<SuppressionChanged, 'channel' | 'recipient' | 'scope' | 'tenant'> &
  Partial<SuppressionLift>;

/** A suppression as it is kept. */
export interface KeptSuppression {
  /** Keyed hash, 32 hex digits. */
  recipient: string;
  scope: string;
  /** Missing: of every tenant. */
  tenant?: string | undefined;
  reason: string;
  /** Since when it holds, or was lifted; ISO 8601. */
  at: string;
  lifted: boolean;
  mask?: string | undefined;
  provider?: string | undefined;
  source?: string | undefined;
  note?: string | undefined;
  by?: string | undefined;
}

/** The latest word on one place of the topic: `key` is the record's. */
export interface KeyedSuppressionChange {
  key: string;
  word: { suppress: SuppressionChanged } | { lift: SuppressionLift };
}

export interface SuppressionFilter {
  recipient?: string | undefined;
  scope?: string | undefined;
  reason?: string | undefined;
  tenant?: string | undefined;
  /** Lifted ones as well. */
  lifted: boolean;
  limit: number;
  /** The last row of the page before. */
  after?: { at: string; recipient: string; scopeKey: string } | undefined;
}

export type ListedSuppression = KeptSuppression & { scopeKey: string };

/** Who must not be written to: this channel's projection of the compacted topic. */
export abstract class Suppressions {
  /**
   * Takes what is newer than what is known, by its own time: repeated, late and out of order it comes to the same.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  abstract apply(word: KeyedSuppressionChange): Promise<void>;

  /** Newest first; one more than `limit` where another page follows. */
  abstract list(filter: SuppressionFilter): Promise<ListedSuppression[]>;

  /** Since when each place is known, lifted ones included, in ms since 1970; undefined: not known. */
  abstract knownSince(keys: readonly string[]): Promise<(number | undefined)[]>;
}
