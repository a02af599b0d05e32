import { type KeyedSuppressionChange, suppressionKeyParts } from '#libs/contracts';
import { columnsOf, type MicroBatch, microBatch } from './micro-batch.ts';
import { database, type Pool } from './pool.ts';

/** A row of a table that follows `messaging.suppression.changed`. Null: not known, or of every tenant. */
export interface SuppressionRow {
  channel: string;
  /** As PostgreSQL writes a UUID. */
  recipient: string;
  scope_key: string;
  at: Date;
  lifted: boolean;
  scope: string | null;
  tenant: string | null;
  reason: string | null;
  mask: string | null;
  provider: string | null;
  source: string | null;
  note: string | null;
  by: string | null;
}

/** The columns of every such table; one about several channels also has `channel`. */
const columns = {
  recipient: 'uuid',
  scope_key: 'text',
  at: 'timestamptz',
  lifted: 'boolean',
  scope: 'text',
  tenant: 'text',
  reason: 'text',
  mask: 'text',
  provider: 'text',
  source: 'text',
  note: 'text',
  by: 'text',
} as const;

export interface SuppressionRowsOptions {
  pool: Pool;
  /** With its schema. */
  table: string;
  /** Whether it has the suppressions of several channels. */
  ofSeveralChannels: boolean;
  /** How long a change waits for others that are written with it, in milliseconds. */
  lingerMs: number;
}

/** Writes the changes of suppressions, the same way for a channel’s own table and for reporting’s. */
export class SuppressionRows {
  private readonly changes: MicroBatch<KeyedSuppressionChange, true>;

  constructor({ pool, table, ofSeveralChannels, lingerMs }: SuppressionRowsOptions) {
    const typed = { ...columns, ...(ofSeveralChannels && { channel: 'text' }) };
    const key = ['recipient', ...(ofSeveralChannels ? ['channel'] : []), 'scope_key'];
    const names = Object.keys(typed) as (keyof typeof columns)[];
    const text = applySql(table, typed, key.join(', '));
    this.changes = microBatch({ size: 500, lingerMs }, (changes) =>
      database('suppress', async () => {
        await pool.query({ name: 'suppress', text, values: columnsOf(changes.map(rowOf), ...names) });
        return changes.map((): true => true);
      }),
    );
  }

  /**
   * Stores a change that is newer than the stored one, by its own time: repeated, late and out of order they give the
   * same result.
   * @throws UnreadableRecord for a key of another form; InfrastructureDown when PostgreSQL cannot be reached
   */
  async apply(change: KeyedSuppressionChange): Promise<void> {
    suppressionKeyParts(change.key);
    await this.changes.add(change);
  }
}

function rowOf({ key, word }: KeyedSuppressionChange): SuppressionRow {
  const { channel, recipient, scopeKey } = suppressionKeyParts(key);
  const said = 'suppress' in word ? word.suppress : undefined;
  const { at, note = null, by = null } = 'lift' in word ? word.lift : word.suppress;
  return {
    channel,
    recipient,
    scope_key: scopeKey,
    at: new Date(at),
    lifted: said === undefined,
    scope: said?.scope ?? null,
    tenant: said?.tenant ?? null,
    reason: said?.reason ?? null,
    mask: said?.mask ?? null,
    provider: said?.provider ?? null,
    source: said?.source ?? null,
    note,
    by,
  };
}

// Rows in order, so that two replicas never deadlock. At the same time a suppression wins over its lifting. Lifting
// keeps the row readable: only its time, note and author change.
const applySql = (table: string, typed: Readonly<Record<string, string>>, key: string) => {
  const names = Object.keys(typed).join(', ');
  const arrays = Object.values(typed).map((type, at) => `$${at + 1}::${type}[]`);
  return `
INSERT INTO ${table} AS s (${names})
SELECT DISTINCT ON (${key}) * FROM unnest(${arrays.join(', ')}) AS i(${names})
 ORDER BY ${key}, at DESC, lifted
ON CONFLICT (${key}) DO UPDATE SET
  at = excluded.at, lifted = excluded.lifted, note = excluded.note, by = excluded.by,
  scope = coalesce(excluded.scope, s.scope), tenant = coalesce(excluded.tenant, s.tenant),
  reason = coalesce(excluded.reason, s.reason), mask = coalesce(excluded.mask, s.mask),
  provider = CASE WHEN excluded.lifted THEN s.provider ELSE excluded.provider END,
  source = CASE WHEN excluded.lifted THEN s.source ELSE excluded.source END
 WHERE excluded.at > s.at OR (excluded.at = s.at AND s.lifted AND NOT excluded.lifted)`;
};
