import { type Pool, transaction } from '#libs/persistence';

const DAY_MS = 86_400_000;

export interface LedgerTimes {
  /** How long repeats are recognised, in days (design §2). */
  retentionDays: number;
}

/** Half the retention: so few partitions that a claim can look into all of them. */
export const periodDays = ({ retentionDays }: LedgerTimes): number => Math.ceil(retentionDays / 2);

/** The first day of the period a time falls into, as YYYY-MM-DD: the same for every hop of a message. */
export function periodOf(time: Date, times: LedgerTimes): string {
  const span = periodDays(times) * DAY_MS;
  return isoDay(Math.floor(time.getTime() / span) * span);
}

const isoDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Partitions that must be there: of the retention, and of the time ahead. */
export function neededPeriods(now: Date, times: LedgerTimes): string[] {
  const span = periodDays(times) * DAY_MS;
  return [-2, -1, 0, 1].map((step) => periodOf(new Date(now.getTime() + step * span), times));
}

/** Makes the partitions that are needed and drops those whose time is over; replicas take turns. */
export async function keepPartitions(pool: Pool, schema: string, now: Date, times: LedgerTimes): Promise<void> {
  const needed = neededPeriods(now, times);
  const span = periodDays(times) * DAY_MS;
  await transaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`partitions:${schema}`]);
    for (const day of needed) {
      const end = isoDay(Date.parse(day) + span);
      await client.query(
        `CREATE TABLE IF NOT EXISTS ${schema}.ledger_${day.replaceAll('-', '')} PARTITION OF ${schema}.ledger
           FOR VALUES FROM ('${day}') TO ('${end}') WITH (fillfactor = 60)`,
      );
    }
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = $1::regclass`,
      [`${schema}.ledger`],
    );
    const oldest = `ledger_${needed[0]!.replaceAll('-', '')}`;
    for (const { name } of rows) if (name < oldest) await client.query(`DROP TABLE ${schema}.${name}`);
  });
}
