import { database, type Pool } from '#libs/persistence';
import { Jobs, POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { retryConfig, type RetryConfig } from '../retry.config.ts';

/** Most rows of a table deleted at once: a short lock, little to undo. */
const PORTION = 1_000;

type Times = Pick<RetryConfig, 'RETRY_PLAN_RETENTION_MS' | 'RETRY_PROGRESS_RETENTION_MS' | 'RETRY_CLEANUP_MS'>;

/** Deletes what has served its time, a little at a time. */
@Injectable()
export class PostgresRetention {
  private readonly times: Times;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(retryConfig.KEY) config: Times,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    this.times = config;
    jobs.add({ name: 'cleanup', everyMs: config.RETRY_CLEANUP_MS, round: () => this.deleteSome() });
  }

  /**
   * Deletes a small portion of what is past its retention.
   * @returns whether there is more.
   * @throws InfrastructureDown when Postgres cannot be reached.
   */
  async deleteSome(): Promise<{ more: boolean }> {
    const plans = await this.delete(plansSql, this.times.RETRY_PLAN_RETENTION_MS);
    const progress = await this.delete(progressSql, this.times.RETRY_PROGRESS_RETENTION_MS);
    return { more: plans === PORTION || progress === PORTION };
  }

  private async delete(sql: string, olderThanMs: number): Promise<number> {
    const { rowCount } = await database('clean up', () => this.pool.query(sql, [olderThanMs, PORTION]));
    return rowCount ?? 0;
  }
}

const plansSql = `
DELETE FROM retry.schedule WHERE id = ANY(ARRAY(
  SELECT id FROM retry.schedule WHERE ended_at < now() - $1::bigint * interval '1 millisecond' AND state <> 'published'
   ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED))`;

// A plan that still waits needs the memory of what it came from, however long it waits.
const progressSql = `
DELETE FROM retry.progress WHERE id = ANY(ARRAY(
  SELECT p.id FROM retry.progress p WHERE p.updated_at < now() - $1::bigint * interval '1 millisecond'
     AND NOT EXISTS (SELECT 1 FROM retry.schedule s WHERE s.id = p.id
       AND s.state IN ('pending', 'releasing', 'published'))
   ORDER BY p.updated_at LIMIT $2 FOR UPDATE SKIP LOCKED))`;
