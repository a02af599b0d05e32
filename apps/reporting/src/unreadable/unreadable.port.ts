import type { Position } from '#libs/runtime';

/** A record of `messaging.unreadable`: cause and place. */
export interface UnreadableRow {
  id: string;
  /** When it was quarantined; ISO 8601. */
  at: string;
  /** Where its bytes are: partition and offset in `messaging.unreadable`. */
  partition: number;
  offset: number;
  /** The topic that it came from, or `webhook/<provider>`. */
  origin: string;
  originPartition: number | null;
  originOffset: number | null;
  /** Of a whole batch that could not be decoded. */
  originLastOffset: number | null;
  /** Its own time, ISO 8601. */
  originAt: string | null;
  /** The service that quarantined it. */
  keptBy: string | null;
  code: string;
  stage: string | null;
  error: string | null;
  remedy: string | null;
  /** Of a webhook: the provider's word for the kind of the event. */
  event: string | null;
  keyBytes: number;
  valueBytes: number;
  /** How large the value was, where only a part of it is kept. */
  wholeBytes: number | null;
  /** Null: not readable. */
  tenant: string | null;
  channel: string | null;
  messageId: string | null;
}

export interface UnreadableFilter {
  code?: string | undefined;
  origin?: string | undefined;
  keptBy?: string | undefined;
  tenant?: string | undefined;
  /** Only of these tenants; undefined: all, and those whose tenant is not readable. */
  tenants: string[] | undefined;
  /** Quarantined at or after, ISO 8601. */
  since?: string | undefined;
}

/** Records of one cause. */
export interface UnreadableCause {
  code: string;
  origin: string;
  keptBy: string | null;
  count: number;
  first: string;
  last: string;
}

/** What stands in `messaging.unreadable`. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class UnreadableRecords {
  /** The same record again changes nothing. */
  abstract keep(row: UnreadableRow): Promise<void>;

  abstract find(id: string): Promise<UnreadableRow | undefined>;

  /** Newest first. */
  abstract list(
    filter: UnreadableFilter & { after?: Position<'id'> | undefined; limit: number },
  ): Promise<UnreadableRow[]>;

  /** Grouped by cause, the most frequent first; 100 at most. */
  abstract causes(filter: UnreadableFilter): Promise<UnreadableCause[]>;

  /** Those older than the topic keeps them. */
  abstract deleteOld(olderThanMs: number): Promise<void>;
}
