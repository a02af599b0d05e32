import { randomUUID } from 'node:crypto';
import { isEnded, type OperationChanged, type OperationRequested } from '#libs/contracts';
import { database, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { type Beginning, type JobWord, OperationJobs, type TakenJob } from './operation-jobs.port.ts';
import type { Counts, Portion } from './operation-work.ts';

/** Longer than the topic keeps the requests: an old record starts no job again. */
const KEPT = '30 days';

/** The rows of a service’s jobs, in its schema. */
export class PostgresOperationJobs extends OperationJobs {
  private readonly table: string;

  /** @param schema the service’s own */
  constructor(
    private readonly pool: Pool,
    schema: string,
  ) {
    super();
    this.table = `${schema}.operation_job`;
  }

  async begin(request: OperationRequested, { state, reason }: Beginning): Promise<void> {
    await database('operation', () =>
      this.pool.query(
        `INSERT INTO ${this.table} AS j (operation_id, request, state, reason, ended_at)
         VALUES ($1, $2, $3, $4, CASE WHEN $3 = 'accepted' THEN NULL ELSE now() END)
         ON CONFLICT (operation_id) DO UPDATE SET reported_seq = 0`,
        [request.operationId, JSON.stringify(request), state, reason ?? null],
      ),
    );
  }

  async stop(request: OperationRequested, reason: string): Promise<void> {
    await database('operation', () =>
      this.pool.query(
        `INSERT INTO ${this.table} AS j (operation_id, request, state, reason, ended_at)
         VALUES ($1, $2, 'stopped', $3, now())
         ON CONFLICT (operation_id) DO UPDATE
           SET state = 'stopped', reason = excluded.reason, seq = j.seq + 1, changed_at = now(), ended_at = now(),
               lease_token = NULL, lease_until = NULL
         WHERE j.ended_at IS NULL`,
        [request.operationId, JSON.stringify(request), reason],
      ),
    );
  }

  async onOwnWord({ operationId, seq, state, counts, reason, at }: OperationChanged): Promise<void> {
    await database('operation', () =>
      this.pool.query(
        `UPDATE ${this.table}
            SET state = $2, seq = $3, reported_seq = $3, counts = $4, reason = $5, changed_at = $6, lease_token = NULL,
                lease_until = NULL, ended_at = CASE WHEN $7 THEN $6::timestamptz END
          WHERE operation_id = $1 AND seq <= $3`,
        [operationId, state, seq, JSON.stringify(counts), reason ?? null, at, isEnded(state)],
      ),
    );
  }

  async take(leaseMs: number): Promise<TakenJob | undefined> {
    const token = randomUUID();
    const { rows } = await database('operation', () =>
      this.pool.query<Omit<TakenJob, 'token'>>(
        `UPDATE ${this.table} SET lease_token = $1, lease_until = now() + $2::int * interval '1 millisecond'
          WHERE operation_id = (
            SELECT operation_id FROM ${this.table}
             WHERE ended_at IS NULL AND rest_until <= now() AND (lease_until IS NULL OR lease_until < now())
             ORDER BY rest_until LIMIT 1 FOR UPDATE SKIP LOCKED)
          RETURNING request, created_at::text AS "startedAt", cursor, counts`,
        [token, leaseMs],
      ),
    );
    return rows[0] && { token, ...rows[0] };
  }

  portion({ request, token, counts }: TakenJob, work: (client: PoolClient) => Promise<Portion>): Promise<boolean> {
    return database('operation', () =>
      transaction(this.pool, async (client) => {
        const { rowCount } = await client.query(
          `SELECT 1 FROM ${this.table} WHERE operation_id = $1 AND lease_token = $2 AND ended_at IS NULL FOR UPDATE`,
          [request.operationId, token],
        );
        if (rowCount === 0) return false;
        await this.settle(client, request.operationId, counts, await work(client));
        return true;
      }),
    );
  }

  async fail({ request, token }: TakenJob, reason: string): Promise<void> {
    await database('operation', () =>
      this.pool.query(
        `UPDATE ${this.table} SET state = 'failed', reason = $3, seq = seq + 1, changed_at = now(), ended_at = now(),
                lease_token = NULL, lease_until = NULL
          WHERE operation_id = $1 AND lease_token = $2 AND ended_at IS NULL`,
        [request.operationId, token, reason],
      ),
    );
  }

  async unreported(most: number): Promise<JobWord[]> {
    const { rows } = await database('operation', () =>
      this.pool.query<JobWord>(
        `SELECT operation_id AS "operationId", seq, state, counts, reason, changed_at AS at
           FROM ${this.table} WHERE reported_seq < seq ORDER BY changed_at LIMIT $1`,
        [most],
      ),
    );
    return rows;
  }

  async reported(words: readonly JobWord[]): Promise<void> {
    await database('operation', () =>
      this.pool.query(
        `UPDATE ${this.table} j SET reported_seq = greatest(j.reported_seq, t.seq)
           FROM unnest($1::text[], $2::int[]) AS t (id, seq) WHERE j.operation_id = t.id`,
        [words.map(({ operationId }) => operationId), words.map(({ seq }) => seq)],
      ),
    );
  }

  async forget(): Promise<void> {
    await database('operation', () =>
      this.pool.query(`DELETE FROM ${this.table} WHERE ended_at < now() - $1::interval AND reported_seq = seq`, [KEPT]),
    );
  }

  private async settle(client: PoolClient, id: string, before: Counts, portion: Portion): Promise<void> {
    const { counts, cursor, end, restMs = 0, waitsFor } = portion;
    await client.query(
      `UPDATE ${this.table}
          SET state = $2, reason = $3, counts = $4, cursor = coalesce($5, cursor), seq = seq + 1, changed_at = now(),
              rest_until = clock_timestamp() + $6::int * interval '1 millisecond', lease_token = NULL,
              lease_until = NULL, ended_at = CASE WHEN $2 = 'running' THEN NULL ELSE now() END
        WHERE operation_id = $1`,
      [
        id,
        end?.state ?? 'running',
        end?.reason ?? waitsFor ?? null,
        JSON.stringify(sum(before, counts)),
        cursor === undefined ? null : JSON.stringify(cursor),
        Math.round(restMs),
      ],
    );
  }
}

function sum(one: Counts, other: Counts): Record<string, number> {
  const all: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) all[name] = (all[name] ?? 0) + count;
  return all;
}
