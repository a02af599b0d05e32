import { type Pool, type PoolClient, transaction } from '#libs/persistence';

const DAY_MS = 86_400_000;

export interface LedgerTimes {
  /** How long repeats are recognised, in days (docs/adr/0015). */
  retentionDays: number;
}

/** The days of one partition, as YYYY-MM-DD: `from` is the first, `to` the first one after it. */
export interface Period {
  from: string;
  to: string;
}

/** Half the retention: so few partitions that a claim can read all of them. */
const periodDays = ({ retentionDays }: LedgerTimes): number => Math.ceil(retentionDays / 2);

const isoDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const after = (day: string, days: number) => isoDay(Date.parse(day) + days * DAY_MS);

/** The length of a period, in days. */
export const daysOf = ({ from, to }: Period): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/** The days of a new ledger: its retention, and the time ahead. */
export function firstPeriods(now: Date, times: LedgerTimes): Period[] {
  const days = periodDays(times);
  const current = isoDay(Math.floor(now.getTime() / (days * DAY_MS)) * days * DAY_MS);
  return [-2, -1, 0, 1].map((step) => ({ from: after(current, step * days), to: after(current, (step + 1) * days) }));
}

/**
 * The partitions to create and to drop. Existing periods never change, whatever the retention was when they were
 * created: a message must belong to the same one at every replica and at every time. A new length applies to future
 * ones.
 */
export function planPeriods(
  existing: readonly Period[],
  now: Date,
  times: LedgerTimes,
): { add: Period[]; drop: Period[] } {
  if (existing.length === 0) return { add: firstPeriods(now, times), drop: [] };
  const days = periodDays(times);
  const add: Period[] = [];
  for (let end = existing.at(-1)!.to; Date.parse(end) <= now.getTime() + days * DAY_MS; end = add.at(-1)!.to)
    add.push({ from: end, to: after(end, days) });
  return { add, drop: existing.filter(({ to }) => Date.parse(to) <= now.getTime() - times.retentionDays * DAY_MS) };
}

/**
 * The period of a time: the same for every copy of a record. A time after all periods belongs to the last. Undefined:
 * before the first.
 */
export const periodAt = (periods: readonly Period[], time: Date): Period | undefined => periodFinder(periods)(time);

/** `periodAt` for many times: the days are read once. */
export function periodFinder(periods: readonly Period[]): (time: Date) => Period | undefined {
  const starts = periods.map(({ from }) => Date.parse(from));
  return (time) => {
    const ms = time.getTime();
    return periods[starts.findLastIndex((start) => start <= ms)];
  };
}

/**
 * Creates the partitions that are needed and drops those that have expired; replicas take turns.
 * @returns all of them, the oldest first
 */
export async function keepPartitions(pool: Pool, schema: string, now: Date, times: LedgerTimes): Promise<Period[]> {
  return transaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`partitions:${schema}`]);
    const there = await partitionsOf(client, schema);
    const { add, drop } = planPeriods(there, now, times);
    for (const { from, to } of add) {
      await client.query(
        `CREATE TABLE ${schema}.${nameOf(from)} PARTITION OF ${schema}.ledger FOR VALUES FROM ('${from}') TO ` +
          `('${to}') WITH (fillfactor = 60)`,
      );
    }
    for (const { from } of drop) await client.query(`DROP TABLE ${schema}.${nameOf(from)}`);
    return [...there.filter((period) => !drop.includes(period)), ...add];
  });
}

const nameOf = (from: string) => `ledger_${from.replaceAll('-', '')}`;

async function partitionsOf(client: PoolClient, schema: string): Promise<Period[]> {
  const { rows } = await client.query<{ bounds: string }>(
    'SELECT pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_inherits i JOIN pg_class c ON c.oid = ' +
      'i.inhrelid WHERE i.inhparent = $1::regclass',
    [`${schema}.ledger`],
  );
  return rows.map(({ bounds }) => periodFrom(bounds)).sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** `FOR VALUES FROM ('2030-01-01') TO ('2030-01-08')` */
function periodFrom(bounds: string): Period {
  const [from = '', to = ''] = bounds.match(/\d{4}-\d{2}-\d{2}/g) ?? [];
  return { from, to };
}
