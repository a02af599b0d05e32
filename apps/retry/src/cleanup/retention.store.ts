import { database, type Pool } from '#libs/persistence';
import { Jobs, POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { retryConfig, type RetryConfig } from '../retry.config.ts';

/** Most rows of a table deleted at once: a short lock, little to undo. */
const PORTION = 1_000;

/** A hold is remembered so long after its end, so that an older change of it that comes late is known to be older. */
const HOLDS_KEPT = '30 days';

type Times = Pick<
  RetryConfig,
  'RETRY_PLAN_RETENTION_MS' | 'RETRY_PROGRESS_RETENTION_MS' | 'RETRY_LETTER_RETENTION_MS' | 'RETRY_CLEANUP_MS'
>;

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
    const letters = await this.delete(lettersSql, this.times.RETRY_LETTER_RETENTION_MS);
    await this.deleteConditions();
    return { more: [plans, progress, letters].includes(PORTION) };
  }

  /** What nothing waits for any more, and holds that ended long ago. Few rows. */
  private async deleteConditions(): Promise<void> {
    await database('clean up', () => this.pool.query(conditionsSql));
    await database('clean up', () => this.pool.query(cameBackSql));
    await database('clean up', () => this.pool.query(holdsSql, [HOLDS_KEPT]));
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

// A plan that still waits needs the memory of what it came from, however long it waits; so does a letter.
const progressSql = `
DELETE FROM retry.progress WHERE id = ANY(ARRAY(
  SELECT p.id FROM retry.progress p WHERE p.updated_at < now() - $1::bigint * interval '1 millisecond'
     AND NOT EXISTS (SELECT 1 FROM retry.schedule s WHERE s.id = p.id
       AND s.state IN ('pending', 'releasing', 'published'))
     AND NOT EXISTS (SELECT 1 FROM retry.letter l WHERE l.id = p.id)
   ORDER BY p.updated_at LIMIT $2 FOR UPDATE SKIP LOCKED))`;

const lettersSql = `
DELETE FROM retry.letter WHERE (id, hop) IN (
  SELECT id, hop FROM retry.letter WHERE created_at < now() - $1::bigint * interval '1 millisecond'
     AND (settled_by IS NULL OR reported_at IS NOT NULL)
   ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`;

// One that was used lately stays: whoever parks a plan under it has not locked it.
const conditionsSql = `
DELETE FROM retry.condition c WHERE used_at < now() - interval '1 hour' AND NOT EXISTS (
  SELECT 1 FROM retry.schedule s WHERE s.waits_for = c.id AND s.state = 'pending' AND s.waits_for IS NOT NULL)`;

const cameBackSql = `DELETE FROM retry.came_back WHERE at < now() - interval '1 minute'`;

const holdsSql = `DELETE FROM retry.hold WHERE until < now() - $1::interval`;
