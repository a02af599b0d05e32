import { randomUUID } from 'node:crypto';
import { database, type Pool } from '#libs/persistence';
import { holdLength, type HoldRequest } from './hold.policy.ts';
import { type Hold, type HoldPlace, Holds } from './holds.port.ts';

/** Longest time for which a hold is kept that nobody asks for any more, in hours. */
const KEPT_HOURS = 48;

/** A hold that follows one lifted less than this long ago is counted as the next in a row. */
const IN_A_ROW = "interval '1 minute'";

/** Holds as rows of the channel's schema. The database's clock rules: replicas need not agree on the time. */
export class PostgresHolds extends Holds {
  private readonly pool: Pool;
  private readonly schema: string;

  constructor(pool: Pool, schema: string) {
    super();
    this.pool = pool;
    this.schema = schema;
  }

  async hold(request: HoldRequest & HoldPlace): Promise<Hold> {
    const { provider, account, scope, failure } = request;
    const lengths = Array.from({ length: MOST_ROUNDS }, (_, index) => holdLength(request, index + 1));
    const [hold] = await this.query(holdSql(this.schema), [
      provider,
      account,
      scope,
      randomUUID(),
      lengths,
      failure.kind,
      failure.code,
      failure.meaning,
    ]);
    return hold!;
  }

  async lift(id: string, by?: string): Promise<Hold | undefined> {
    const [lifted] = await this.query(liftSql(this.schema), [id, by ?? null]);
    return lifted;
  }

  async liftOthers(inUse: readonly Pick<HoldPlace, 'provider' | 'account'>[]): Promise<void> {
    await this.query(liftOthersSql(this.schema), [
      inUse.map(({ provider }) => provider),
      inUse.map(({ account }) => account),
    ]);
  }

  all(): Promise<Hold[]> {
    return this.query(`SELECT ${columns} FROM ${this.schema}.provider_hold h ORDER BY provider, account, scope`, []);
  }

  unpublished(): Promise<Hold[]> {
    const { schema } = this;
    return this.query(`SELECT ${columns} FROM ${schema}.provider_hold h WHERE published < seq ORDER BY changed_at`, []);
  }

  async markPublished(holds: readonly Hold[]): Promise<void> {
    if (holds.length === 0) return;
    await this.query(
      `UPDATE ${this.schema}.provider_hold h SET published = greatest(published, p.up_to)
         FROM unnest($1::uuid[], $2::int[]) AS p(hold, up_to) WHERE h.id = p.hold RETURNING ${columns}`,
      [holds.map(({ id }) => id), holds.map(({ seq }) => seq)],
    );
  }

  async deleteOld(): Promise<void> {
    await this.query(
      `DELETE FROM ${this.schema}.provider_hold h WHERE published >= seq
          AND greatest(until, changed_at) < now() - $1::int * interval '1 hour' RETURNING ${columns}`,
      [KEPT_HOURS],
    );
  }

  private async query(text: string, values: unknown[]): Promise<Hold[]> {
    const { rows } = await database('hold', () => this.pool.query<HoldRow>(text, values));
    return rows.map(holdOfRow);
  }
}

const MOST_ROUNDS = 31;

/** A hold as the statements give it. */
export interface HoldRow {
  provider: string;
  account: string;
  scope: string;
  id: string;
  seq: number;
  state: Hold['state'];
  round: number;
  left_ms: number;
  kind: Hold['kind'];
  code: string;
  meaning: string;
  at: string;
  by: string | null;
}

export const holdOfRow = ({ left_ms: leftMs, by, ...row }: HoldRow): Hold => ({
  ...row,
  leftMs,
  ...(by !== null && { by }),
});

const leftMs = `CASE h.state WHEN 'held'
  THEN greatest(0, ceil(extract(epoch FROM h.until - clock_timestamp()) * 1000))::float8 ELSE 0 END`;
const at = `to_char(h.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const columns = `h.provider, h.account, h.scope, h.id, h.seq, h.state, h.round, ${leftMs} AS left_ms, h.kind, h.code,
  h.meaning, ${at} AS at, h.by`;

/** All holds as one value, for a statement that has something else to say; null: there are none. */
export const holdsValueSql = (schema: string): string => `
(SELECT jsonb_agg(to_jsonb(v)) FROM (SELECT ${columns} FROM ${schema}.provider_hold h
  ORDER BY h.changed_at DESC LIMIT 1000) v)`;

// Under ON CONFLICT the row is locked before its new values are computed. A hold that lasts stays the same hold; of one
// whose time was over, or that was lifted, a new one takes the place.
const holdSql = (schema: string) => `
INSERT INTO ${schema}.provider_hold AS h (provider, account, scope, id, until, kind, code, meaning)
VALUES ($1, $2, $3, $4, clock_timestamp() + ($5::float8[])[1] * interval '1 millisecond', $6, $7, $8)
ON CONFLICT (provider, account, scope) DO UPDATE SET
  (id, seq, state, round, until, kind, code, meaning, by, changed_at) = (
    SELECT CASE WHEN lasts THEN h.id ELSE excluded.id END,
           CASE WHEN lasts AND ends < h.until + interval '1 second' THEN h.seq ELSE h.seq + 1 END,
           'held', now_in_a_row,
           CASE WHEN lasts AND ends < h.until + interval '1 second' THEN h.until ELSE ends END,
           excluded.kind, excluded.code, excluded.meaning, NULL,
           CASE WHEN lasts THEN h.changed_at ELSE clock_timestamp() END
      FROM (SELECT lasts, now_in_a_row,
                   clock_timestamp() + ($5::float8[])[least(now_in_a_row, ${MOST_ROUNDS})] * interval '1 millisecond'
                     AS ends
              FROM (SELECT lasts, CASE
                      WHEN lasts THEN h.round
                      WHEN h.state = 'held' OR h.changed_at > clock_timestamp() - ${IN_A_ROW} THEN h.round + 1
                      ELSE 1 END AS now_in_a_row
                      FROM (SELECT h.state = 'held' AND h.until > clock_timestamp() AS lasts) l) r) e)
RETURNING ${columns}`;

const liftSql = (schema: string) => `
UPDATE ${schema}.provider_hold h
   SET state = 'lifted', seq = seq + 1, by = $2, changed_at = clock_timestamp()
 WHERE id = $1 AND state = 'held' AND ($2::text IS NOT NULL OR until <= clock_timestamp())
RETURNING ${columns}`;

const liftOthersSql = (schema: string) => `
UPDATE ${schema}.provider_hold h
   SET state = 'lifted', seq = seq + 1, by = 'another credential is in use', changed_at = clock_timestamp()
 WHERE state = 'held' AND provider = ANY($1::text[])
   AND NOT EXISTS (SELECT 1 FROM unnest($1::text[], $2::text[]) AS u(provider, account)
                    WHERE u.provider = h.provider AND u.account = h.account)
RETURNING ${columns}`;
