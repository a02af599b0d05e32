import { type Identity, identityKey } from '#libs/contracts';
import { columnsOf, database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import type { RequestedCancellation, HopSeen } from './answer.policy.ts';
import { Cancellations } from './cancellations.port.ts';

/** Maximum number that is checked in one round. */
const PORTION = 200;
/** If a replica dies during a round, its cancellations are due again after this time. */
const LOOK_LEASE = "interval '1 minute'";

interface Row {
  id: string;
  tenant: string;
  message_id: string;
  age_ms: number;
  looks: number;
  hops: HopSeen[] | null;
}

/** The cancellations of one channel, in its schema. */
export class PostgresCancellations extends Cancellations {
  private readonly pool: Pool;
  private readonly schema: string;
  private readonly retentionDays: number;
  private readonly kept: MicroBatch<Identity, true>;

  constructor(pool: Pool, schema: string, retentionDays: number) {
    super();
    this.pool = pool;
    this.schema = schema;
    this.retentionDays = retentionDays;
    this.kept = microBatch({ size: 500, lingerMs: 2 }, (asked) => database('cancel', () => this.keepAll(asked)));
  }

  async keep(of: Identity): Promise<void> {
    await this.kept.add(of);
  }

  async due(): Promise<RequestedCancellation[]> {
    const { rows } = await this.query<Row>('cancel', dueSql(this.schema), [PORTION]);
    return rows.map((row) => ({
      id: row.id,
      tenant: row.tenant,
      messageId: row.message_id,
      ageMs: row.age_ms,
      looks: row.looks,
      hops: row.hops ?? [],
    }));
  }

  async close({ id, looks }: RequestedCancellation): Promise<void> {
    await this.query('cancel', `UPDATE ${this.schema}.cancellation SET look_at = NULL WHERE id = $1 AND looks = $2`, [
      id,
      looks,
    ]);
  }

  async putOff({ id, looks }: RequestedCancellation, ms: number): Promise<void> {
    const text =
      `UPDATE ${this.schema}.cancellation SET look_at = now() + $3::float8 * interval '1 millisecond' WHERE id = ` +
      '$1 AND looks = $2';
    await this.query('cancel', text, [id, looks, ms]);
  }

  async answered(of: Identity): Promise<void> {
    await this.query(
      'cancel',
      `UPDATE ${this.schema}.cancellation SET look_at = NULL WHERE id = $1 AND look_at IS NOT NULL`,
      [identityKey(of)],
    );
  }

  async forget(): Promise<void> {
    await this.query(
      'tidy',
      `DELETE FROM ${this.schema}.cancellation WHERE asked_at < now() - $1::int * interval '1 day'`,
      [this.retentionDays],
    );
  }

  private async keepAll(asked: readonly Identity[]): Promise<true[]> {
    const byId = new Map(asked.map((of) => [identityKey(of), of]));
    const ids = [...byId.keys()].sort();
    const rows = ids.map((id) => byId.get(id)!);
    await this.pool.query(
      `INSERT INTO ${this.schema}.cancellation AS c (id, tenant, message_id)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
       ON CONFLICT (id) DO UPDATE SET asked_at = now(), looks = c.looks + 1, look_at = now()`,
      [ids, ...columnsOf(rows, 'tenant', 'messageId')],
    );
    return asked.map(() => true);
  }

  private query<R extends object>(stage: string, text: string, values: unknown[]) {
    return database(stage, () => this.pool.query<R>(text, values));
  }
}

// The ids are passed as an array, so that the plan cannot become a scan of the whole table.
const dueSql = (schema: string) => `
WITH taken AS (
  UPDATE ${schema}.cancellation SET looks = looks + 1, look_at = now() + ${LOOK_LEASE}
   WHERE id = ANY(ARRAY(SELECT id FROM ${schema}.cancellation WHERE look_at <= now() ORDER BY look_at
     LIMIT $1 FOR UPDATE SKIP LOCKED))
  RETURNING id, tenant, message_id, asked_at, looks
)
SELECT t.id, t.tenant, t.message_id, t.looks, (extract(epoch FROM now() - t.asked_at) * 1000)::float8 AS age_ms,
       (SELECT jsonb_agg(jsonb_build_object('hop', l.hop, 'state', l.state, 'accepted', l.accepted, 'retry',
         l.outcome -> 'failure' ->> 'retry') ORDER BY l.hop)
          FROM ${schema}.ledger l WHERE l.id = t.id) AS hops
  FROM taken t`;
