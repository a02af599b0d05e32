import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { ParkedCount, type ParkedState } from './backlog.port.ts';

@Injectable()
export class PostgresParkedCount extends ParkedCount {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async count(limit: number): Promise<ParkedState | undefined> {
    return database('parked', async () => {
      const turn = await this.pool.query<{ is_full: boolean }>(turnSql);
      const before = turn.rows[0]?.is_full;
      if (before === undefined) return undefined;
      const { rows } = await this.pool.query<{ parked: number }>({ name: 'parked', text: countSql, values: [limit] });
      const parked = rows[0]!.parked;
      const isFull = parked >= limit || (before && parked > limit / 2);
      if (isFull !== before) await this.pool.query('UPDATE retry.parked_limit SET is_full = $1', [isFull]);
      return { parked, isFull, hasChanged: isFull !== before };
    });
  }
}

// One replica counts at a time.
const turnSql = `
UPDATE retry.parked_limit SET counted_at = now() WHERE counted_at < now() - interval '4 seconds' RETURNING is_full`;

// By the index of what is parked; no further than the limit.
const countSql = `
SELECT count(*)::int AS parked FROM (
  SELECT 1 FROM retry.schedule WHERE state = 'pending' AND waits_for IS NOT NULL LIMIT $1) p`;
