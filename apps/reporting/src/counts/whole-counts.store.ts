import { database, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditEntry } from '../access/audit/audit.port.ts';
import { PostgresAudit } from '../access/audit/audit.store.ts';
import { lockNext } from '../projection/messages.store.ts';
import { foldAnew } from '../projection/states.store.ts';
import { type ComparedDay, Counts, type RebuildState } from './counts.port.ts';
import { holdCounts, shareCounts } from './counts.store.ts';
import { differencesOn, recountDay, takeTime } from './recount.store.ts';
import { type Answers, CountedValues } from './values.store.ts';

/** Messages that are folded in one transaction: as many as a batch of facts may concern. */
const PORTION = 200;

interface Running {
  number: number;
  stage: RebuildState['stage'];
  period: string | null;
  after_id: string | null;
  day: string | null;
}

const latestRebuildSql = `SELECT number, asked_by AS "askedBy", asked_at AS "askedAt", stage, folded, recounted,
  ended_at AS "endedAt" FROM reporting.rebuild ORDER BY number DESC LIMIT 1`;

@Injectable()
export class PostgresCounts extends Counts {
  private readonly values = new CountedValues();

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(PostgresAudit) private readonly audit: Pick<PostgresAudit, 'withChange'>,
  ) {
    super();
  }

  beginRebuild(entry: AuditEntry): Promise<RebuildState> {
    return this.audit.withChange('rebuild', async (client) => {
      await client.query(
        `INSERT INTO reporting.rebuild (asked_by) VALUES ($1) ON CONFLICT ((true)) WHERE ended_at IS NULL DO NOTHING`,
        [entry.who],
      );
      const { rows } = await client.query<RebuildState>(latestRebuildSql);
      return { result: rows[0]!, entry };
    });
  }

  async rebuild(): Promise<RebuildState | undefined> {
    const { rows } = await database('counts', () => this.pool.query<RebuildState>(latestRebuildSql));
    return rows[0];
  }

  async rebuildSome(): Promise<boolean> {
    const { more, answers } = await database('rebuild', () =>
      transaction(this.pool, async (client): Promise<{ more: boolean; answers?: Answers }> => {
        const running = await take(client);
        if (!running) return { more: false };
        if (running.stage === 'folding') return this.foldSome(client, running);
        return { more: await recountNext(client, running) };
      }),
    );
    if (answers) this.values.remember(answers);
    return more;
  }

  compareTonight(share: number): Promise<ComparedDay | undefined> {
    return database('recount', () =>
      transaction(this.pool, async (client) => {
        await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        await takeTime(client);
        if (!(await isOurTurn(client))) return undefined;
        const day = await drawnDay(client, share);
        if (day === undefined) return undefined;
        const different = await differencesOn(client, day);
        const { rows } = await client.query<{ at: Date }>(
          `INSERT INTO reporting.recount (night, day, different)
           VALUES ((now() AT TIME ZONE 'UTC')::date, $1, $2) RETURNING at`,
          [day, different],
        );
        return { day, different, at: rows[0]!.at, repairedAt: null };
      }),
    );
  }

  async compared(): Promise<ComparedDay[]> {
    const { rows } = await database('counts', () =>
      this.pool.query<ComparedDay>(
        `SELECT day::text, different, at, repaired_at AS "repairedAt" FROM reporting.recount
          ORDER BY night DESC LIMIT 30`,
      ),
    );
    return rows;
  }

  /** In the same way as a fact is projected: facts go on meanwhile. */
  private async foldSome(client: PoolClient, running: Running): Promise<{ more: boolean; answers?: Answers }> {
    await shareCounts(client);
    const { number, after_id: after } = running;
    const period = running.period ?? (await periodAfter(client, null));
    if (period === undefined) return { more: await beginRecount(client, number) };
    const messages = await lockNext(client, period, after ?? undefined, PORTION);
    if (messages.size === 0) {
      const next = await periodAfter(client, period);
      if (next === undefined) return { more: await beginRecount(client, number) };
      await client.query('UPDATE reporting.rebuild SET period = $2, after_id = NULL WHERE number = $1', [number, next]);
      return { more: true };
    }
    const { answers } = await foldAnew(client, [...messages.values()], this.values);
    await client.query(
      'UPDATE reporting.rebuild SET period = $2, after_id = $3, folded = folded + $4 WHERE number = $1',
      [number, period, [...messages.keys()].at(-1), messages.size],
    );
    return { more: true, answers };
  }
}

/** The rebuild that runs, unless another replica is at it. */
async function take(client: PoolClient): Promise<Running | undefined> {
  const { rows } = await client.query<Running>(
    `SELECT number, stage, period::text, after_id, days[1]::text AS day FROM reporting.rebuild
      WHERE ended_at IS NULL FOR UPDATE SKIP LOCKED`,
  );
  return rows[0];
}

async function periodAfter(client: PoolClient, period: string | null): Promise<string | undefined> {
  const { rows } = await client.query<{ period: string | null }>(
    'SELECT min(period)::text AS period FROM reporting.period WHERE $1::date IS NULL OR period > $1',
    [period],
  );
  return rows[0]?.period ?? undefined;
}

/** Days that have lost messages keep what they say. */
async function beginRecount(client: PoolClient, number: number): Promise<boolean> {
  await takeTime(client);
  await client.query({
    text: `UPDATE reporting.rebuild SET stage = 'recounting', days = ARRAY(
             SELECT day FROM (SELECT day FROM reporting.message_day
                              UNION SELECT (counted_hour AT TIME ZONE 'UTC')::date FROM reporting.message
                               WHERE cell IS NOT NULL) AS d
              WHERE NOT EXISTS (SELECT 1 FROM reporting.gone_day g WHERE g.day = d.day) ORDER BY day)
            WHERE number = $1`,
    values: [number],
  });
  return true;
}

/** One day, while nobody counts. */
async function recountNext(client: PoolClient, { number, day }: Running): Promise<boolean> {
  if (day === null) {
    await client.query("UPDATE reporting.rebuild SET stage = 'done', ended_at = now() WHERE number = $1", [number]);
    return false;
  }
  await takeTime(client);
  await holdCounts(client);
  const { rows } = await client.query('SELECT 1 FROM reporting.gone_day WHERE day = $1', [day]);
  if (rows.length === 0) await recountDay(client, day);
  await client.query('UPDATE reporting.recount SET repaired_at = now() WHERE day = $1 AND repaired_at IS NULL', [day]);
  await client.query('UPDATE reporting.rebuild SET days = days[2:], recounted = recounted + 1 WHERE number = $1', [
    number,
  ]);
  return true;
}

/** One replica at a time, and once a night. */
async function isOurTurn(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ free: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtext('reporting.recount')) AS free",
  );
  if (!rows[0]?.free) return false;
  const { rows: done } = await client.query(
    "SELECT 1 FROM reporting.recount WHERE night = (now() AT TIME ZONE 'UTC')::date",
  );
  return done.length === 0;
}

async function drawnDay(client: PoolClient, share: number): Promise<string | undefined> {
  const { rows } = await client.query<{ day: string }>(
    `SELECT DISTINCT day::text FROM reporting.message_day d
      WHERE NOT EXISTS (SELECT 1 FROM reporting.gone_day g WHERE g.day = d.day) ORDER BY 1`,
  );
  return rows[Math.min(rows.length - 1, Math.floor(share * rows.length))]?.day;
}
