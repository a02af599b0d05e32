import { database, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { holdCounts } from '../counts/counts.store.ts';
import { faceNames, faceOf } from '../counts/faces.ts';
import { takeTime } from '../counts/recount.store.ts';
import { Periods } from './periods.port.ts';

/** The tables of a period, each with its name before the date. */
const PARTITIONED = ['recipient', 'event', 'message'];
/** Readers of the tables are waited for; meanwhile nobody else may read them, so not for long. */
const LOCK_MS = 5_000;

@Injectable()
export class PostgresPeriods extends Periods {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  openNext(days: number): Promise<boolean> {
    return this.alone('next period', async (client) => {
      const { rows } = await client.query<{ period: string }>(
        `UPDATE reporting.period SET closed_at = now()
          WHERE closed_at IS NULL AND opened_at < now() - $1::float8 * interval '1 day'
            AND period < (now() AT TIME ZONE 'UTC')::date
         RETURNING period::text`,
        [days],
      );
      if (rows.length === 0) return false;
      await client.query("SELECT reporting.make_period((now() AT TIME ZONE 'UTC')::date)");
      return true;
    });
  }

  async drop(days: number): Promise<number> {
    const { rows } = await database('old periods', () =>
      this.pool.query<{ period: string }>(
        `SELECT period::text FROM reporting.period WHERE closed_at < now() - $1::float8 * interval '1 day' ORDER BY 1`,
        [days],
      ),
    );
    for (const { period } of rows) await this.alone('old period', (client) => dropPeriod(client, period));
    return rows.length;
  }

  async deleteSome(timelineDays: number, rollupDays: number, most: number): Promise<number> {
    const counts = faceNames.map((name) => {
      const { table, keys } = faceOf(name);
      return { table, time: Object.keys(keys)[0]!, days: rollupDays };
    });
    const all = [
      ...counts,
      { table: 'attempt_hour', time: 'hour', days: rollupDays },
      { table: 'late_day', time: 'day', days: rollupDays },
      { table: 'recount', time: 'night', days: rollupDays },
      { table: 'gone_day', time: 'day', days: rollupDays },
      { table: 'counted_value', time: 'day', days: timelineDays },
      { table: 'provider_reference', time: 'made_at', days: timelineDays },
      { table: 'dead_letter', time: 'at', days: timelineDays },
    ];
    let deleted = 0;
    for (const { table, time, days } of all) {
      const { rowCount } = await database('old rows', () =>
        this.pool.query(
          `DELETE FROM reporting.${table} WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM reporting.${table} WHERE ${time} < now() - $1::float8 * interval '1 day' LIMIT $2))`,
          [days, most],
        ),
      );
      deleted = Math.max(deleted, rowCount ?? 0);
    }
    return deleted;
  }

  async openSince(): Promise<Date> {
    const { rows } = await database('periods', () =>
      this.pool.query<{ opened_at: Date }>('SELECT opened_at FROM reporting.period WHERE closed_at IS NULL'),
    );
    return rows[0]!.opened_at;
  }

  /** While nobody counts, and no message is made. */
  private alone<T>(stage: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    return database(stage, () =>
      transaction(this.pool, async (client) => {
        await takeTime(client);
        await holdCounts(client);
        await client.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
        return work(client);
      }),
    );
  }
}

/** Its days keep their counts, and are never counted anew. */
async function dropPeriod(client: PoolClient, period: string): Promise<void> {
  const partition = (table: string) => `reporting.${table}_${period.replaceAll('-', '')}`;
  await client.query(
    `INSERT INTO reporting.gone_day (day)
     SELECT DISTINCT (counted_hour AT TIME ZONE 'UTC')::date FROM ${partition('message')}
      WHERE counted_hour IS NOT NULL
     ON CONFLICT DO NOTHING`,
  );
  for (const table of PARTITIONED) await client.query(`DROP TABLE IF EXISTS ${partition(table)}`);
  await client.query('DELETE FROM reporting.period WHERE period = $1', [period]);
}
