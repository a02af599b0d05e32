import type { Channel, KeyedSuppressionChange } from '#libs/contracts';

/** A suppression as it is stored. */
export interface KnownSuppression {
  channel: Channel;
  /** Keyed hash, 32 hex digits. */
  recipient: string;
  scopeKey: string;
  scope: string;
  /** Null: of every tenant. */
  tenant: string | null;
  reason: string;
  /** Since when it applies, or when it was lifted; ISO 8601. */
  at: string;
  lifted: boolean;
  mask: string | null;
  provider: string | null;
  source: string | null;
  note: string | null;
  by: string | null;
}

/** Where a page ended. */
export type SuppressionPosition = Pick<KnownSuppression, 'at' | 'channel' | 'recipient' | 'scopeKey'>;

export interface SuppressionFilter {
  channel?: Channel | undefined;
  recipient?: string | undefined;
  scope?: string | undefined;
  reason?: string | undefined;
  tenant?: string | undefined;
  /** Only these tenants' own; undefined: of all tenants, and those of every tenant. */
  tenants: string[] | undefined;
  /** With `tenants`: those of every tenant as well. */
  withEveryTenants: boolean;
  /** Whether lifted ones are included. */
  lifted: boolean;
  limit: number;
  after?: Readonly<Record<'at' | 'channel' | 'recipient' | 'scopeKey', string>> | undefined;
}

/** The suppressions of all channels: reporting's projection of the compacted topic. */
export abstract class KnownSuppressions {
  /**
   * Stores a change that is newer than the stored one, by its own time: repeated, late and out of order they give the
   * same result.
   * @throws UnreadableRecord for a key of another form; InfrastructureDown when PostgreSQL cannot be reached
   */
  abstract apply(change: KeyedSuppressionChange): Promise<void>;

  /** Newest first, `limit` at most. @throws InfrastructureDown when PostgreSQL cannot be reached */
  abstract list(filter: SuppressionFilter): Promise<KnownSuppression[]>;
}
