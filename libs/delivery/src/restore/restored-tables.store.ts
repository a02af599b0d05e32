import { randomUUID } from 'node:crypto';
import type { ProviderChanged } from '#libs/contracts';
import { database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { keepPartitions, type Period, periodFinder } from '../ledger/ledger.partitions.ts';
import { revokeAcceptance } from '../template-resend/revoke-acceptance.store.ts';
import type { RestoredHop } from './restored-hop.policy.ts';
import { RestoredTables } from './restored-tables.port.ts';

export interface RestoredTablesOptions {
  pool: Pool;
  /** The channel's schema. */
  schema: string;
  retentionDays: number;
}

/** The record that a restored row is claimed for: none that can come again. */
export const RESTORED_SOURCE = 'restored';

export class PostgresRestoredTables extends RestoredTables {
  private readonly options: RestoredTablesOptions;
  private readonly hops: MicroBatch<RestoredHop, true>;
  private partitions: Promise<Period[]> | undefined;

  constructor(options: RestoredTablesOptions) {
    super();
    this.options = options;
    this.hops = microBatch({ size: 500, lingerMs: 5 }, (hops) => this.takeAll(hops));
  }

  async hop(hop: RestoredHop): Promise<void> {
    await database('restore', () => this.hops.add(hop));
  }

  async revoked(id: string, hop: number): Promise<void> {
    await revokeAcceptance(this.options, id, hop);
  }

  async hold(change: ProviderChanged, ageMs: number): Promise<void> {
    const { provider, account, scope, holdId, seq, state, forMs, kind, code, meaning, by = null } = change;
    const leftMs = state === 'held' ? Math.max(0, forMs - Math.max(0, ageMs)) : 0;
    await database('restore', () =>
      this.options.pool.query(holdSql(this.options.schema), [
        provider,
        account,
        scope,
        holdId,
        seq,
        state,
        leftMs,
        kind,
        code,
        meaning,
        by,
      ]),
    );
  }

  private async takeAll(hops: readonly RestoredHop[]): Promise<true[]> {
    const { pool, schema } = this.options;
    const periodOf = periodFinder(await this.readyPartitions());
    // Older than the ledger remembers: nothing that is still read can repeat it.
    const kept = hops.flatMap((hop) => {
      const period = periodOf(new Date(hop.at));
      return period ? [{ ...hop, day: period.from, token: hop.callId ?? randomUUID() }] : [];
    });
    const of = <T>(pick: (hop: (typeof kept)[number]) => T) => kept.map(pick);
    await pool.query(hopsSql(schema), [
      of(({ id }) => id),
      of(({ hop }) => hop),
      of(({ day }) => day),
      of(({ token }) => token),
      of(({ state }) => state),
      of(({ attempt }) => attempt),
      of(({ at }) => at),
      JSON.stringify(of(({ outcome }) => outcome)),
      of(({ rank }) => rank),
      RESTORED_SOURCE,
    ]);
    return hops.map(() => true);
  }

  private readyPartitions(): Promise<Period[]> {
    const { pool, schema, retentionDays } = this.options;
    this.partitions ??= keepPartitions(pool, schema, new Date(), { retentionDays });
    this.partitions.catch(() => (this.partitions = undefined));
    return this.partitions;
  }
}

/**
 * A row that knows less takes over what the fact says; one that knows as much stays. A hop without a row gets one in
 * the period of the fact: a claim finds it, whichever period that looks in.
 */
const hopsSql = (schema: string) => `
WITH given AS (
  SELECT DISTINCT ON (id, hop) * FROM ROWS FROM (unnest($1::uuid[]), unnest($2::int[]), unnest($3::date[]),
    unnest($4::uuid[]), unnest($5::text[]), unnest($6::int[]), unnest($7::timestamptz[]),
    jsonb_array_elements($8::jsonb), unnest($9::int[])) AS g(id, hop, day, token, state, attempt, at, outcome, rank)
   ORDER BY id, hop, rank
), learned AS (
  UPDATE ${schema}.ledger l SET state = g.state, outcome = g.outcome, settled_at = g.at
    FROM given g
   WHERE l.id = g.id AND l.hop = g.hop
     AND (l.state = 'claimed' OR (g.state = 'sent' AND l.state = 'unknown'))
)
INSERT INTO ${schema}.ledger (id, hop, day, token, call_id, state, source, attempt, lease_until, claimed_at,
  settled_at, outcome)
SELECT g.id, g.hop, g.day, g.token, g.token, g.state, $10, g.attempt, g.at, g.at, g.at, g.outcome
  FROM given g
 WHERE NOT EXISTS (SELECT 1 FROM ${schema}.ledger l WHERE l.id = g.id AND l.hop = g.hop)
 ORDER BY g.id, g.hop
ON CONFLICT (id, hop, day) DO NOTHING`;

const holdSql = (schema: string) => `
INSERT INTO ${schema}.provider_hold AS h (provider, account, scope, id, seq, state, until, kind, code, meaning, by,
  published)
VALUES ($1, $2, $3, $4, $5, $6, now() + $7::bigint * interval '1 millisecond', $8, $9, $10, $11, $5)
ON CONFLICT (provider, account, scope) DO UPDATE SET id = excluded.id, seq = excluded.seq, state = excluded.state,
  until = excluded.until, kind = excluded.kind, code = excluded.code, meaning = excluded.meaning, by = excluded.by,
  published = excluded.published, changed_at = clock_timestamp()
  WHERE h.seq < excluded.seq`;
