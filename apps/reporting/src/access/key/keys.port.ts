import type { Position } from '#libs/runtime';
import type { AuditEntry } from '../audit/audit.port.ts';
import type { Scope, Tenants } from '../caller.policy.ts';

/** An API key as it is kept: never the key itself. */
export interface KeyRow {
  id: string;
  /** SHA-256 of the whole key. */
  hash: Buffer;
  name: string;
  scopes: Scope[];
  tenants: Tenants;
  madeBy: string;
  madeAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  revokedBy: string | null;
  /** Of the last minute or so: it is written rarely. */
  lastUsedAt: Date | null;
}

export type NewKey = Pick<KeyRow, 'id' | 'hash' | 'name' | 'scopes' | 'tenants' | 'madeBy' | 'expiresAt'>;

export interface KeyFilter {
  /** Only keys of these tenants alone; undefined: all keys. */
  tenants: string[] | undefined;
  /** Also those that were revoked or have expired. */
  ended: boolean;
  after: Position<'id'> | undefined;
  limit: number;
}

/** The table of API keys. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class ApiKeys {
  abstract find(id: string): Promise<KeyRow | undefined>;

  /** Newest first. */
  abstract list(filter: KeyFilter): Promise<KeyRow[]>;

  /** Enters a key and its row of the audit; does nothing where the id is there already. */
  abstract make(key: NewKey, entry: AuditEntry): Promise<void>;

  /** Revokes a key, with its row of the audit, unless it is revoked already. */
  abstract revoke(id: string, by: string, entry: AuditEntry): Promise<KeyRow | undefined>;

  /** Notes when keys were last used, by their ids. */
  abstract noteUse(uses: ReadonlyMap<string, Date>): Promise<void>;
}
