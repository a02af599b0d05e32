import type { Pool } from '#libs/persistence';
import { timelineOf } from '../../apps/reporting/src/api/message/timeline.policy.ts';
import { PostgresReports } from '../../apps/reporting/src/api/report.store.ts';
import type { ReportQuery } from '../../apps/reporting/src/reports/report-query.ts';
import { PostgresCountReports } from '../../apps/reporting/src/reports/reports.store.ts';
import { sourceFor } from '../../apps/reporting/src/reports/source.policy.ts';
import { median, percentile, rounded } from '../figures.ts';
import { DAYS, sampleMessage } from './sample.ts';

const DAY_MS = 86_400_000;
const LOOKUPS = 1_000;
const REPORTS = 60;
const RAW = 3;

/** How long answers take, in milliseconds. @throws where counts and raw rows differ */
export async function ask(pool: Pool, messages: number, end: number): Promise<object> {
  const reports = new PostgresReports(pool);
  const counts = new PostgresCountReports(pool);
  const some = (index: number) => sampleMessage((index * 7_919) % messages, end);
  const timeline = await timed(LOOKUPS, async (index) => {
    const history = await reports.history(some(index).id);
    if (!history || timelineOf(history.facts, history.deadLetter).length !== 4)
      throw new Error('a timeline lacks facts');
  });
  const search = await timed(LOOKUPS, async (index) => {
    const { recipient: recipientHash, id } = some(index);
    const found = await reports.messages({ tenants: undefined, recipientHash, limit: 51 });
    if (found.length < 51 && !found.some((row) => row.id === id)) throw new Error('a search lacks its message');
  });
  const read = async (query: ReportQuery) => counts.messages(query, sourceFor(query)!);
  const day = { timeZone: 'UTC', filters: {}, tenants: undefined } as const;
  const at = (ms: number) => new Date(ms).toISOString();
  const overview: ReportQuery = {
    ...day,
    granularity: 'hour',
    groupBy: ['channel', 'status'],
    from: at(end - DAY_MS),
    to: at(end),
  };
  const overviewMs = await timed(REPORTS, async () => {
    await Promise.all([read(overview), counts.took({ ...overview, groupBy: ['channel'] })]);
  });
  const ninety: ReportQuery = {
    ...day,
    granularity: 'day',
    groupBy: ['provider', 'status'],
    from: at(end - DAYS * DAY_MS),
    to: at(end),
  };
  const ninetyMs = await timed(REPORTS, async () => void (await read(ninety)));
  const raw: Awaited<ReturnType<typeof rawCounts>>[] = [];
  const rawMs = await timed(RAW, async () => void raw.push(await rawCounts(pool, ninety)));
  areEqual(await read(ninety), raw[0]!);
  return {
    timelineMsP99: rounded(percentile(timeline, 0.99), 1),
    searchRecipientMsP99: rounded(percentile(search, 0.99), 1),
    overviewMsP95: rounded(percentile(overviewMs, 0.95), 1),
    reportDay90MsP95: rounded(percentile(ninetyMs, 0.95), 1),
    rawScanMs: rounded(median(rawMs)),
    rollupSpeedup: rounded(median(rawMs) / median(ninetyMs), 1),
  };
}

async function timed(times: number, work: (index: number) => Promise<void>): Promise<number[]> {
  const took: number[] = [];
  for (let index = -Math.ceil(times / 10); index < times; index += 1) {
    const from = performance.now();
    await work(Math.abs(index));
    if (index >= 0) took.push(performance.now() - from);
  }
  return took;
}

/** The same question on the rows of the messages. */
async function rawCounts(pool: Pool, { from, to }: ReportQuery) {
  const { rows } = await pool.query<{ day: string; provider: string; status: string; messages: number }>({
    text: `SELECT (requested_at AT TIME ZONE 'UTC')::date::text AS day, provider, status, count(*) AS messages
             FROM reporting.message WHERE requested_at >= $1 AND requested_at < $2 GROUP BY 1, 2, 3`,
    values: [from, to],
  });
  return rows;
}

function areEqual(
  counted: Awaited<ReturnType<PostgresCountReports['messages']>>,
  raw: Awaited<ReturnType<typeof rawCounts>>,
): void {
  const keyOf = (day: string, provider = '', status = '') => [day, provider, status].join(' ');
  const meant = new Map(raw.map(({ day, provider, status, messages }) => [keyOf(day, provider, status), messages]));
  for (const { at, group, messages } of counted) {
    const key = keyOf(at!.toISOString().slice(0, 10), group.provider, group.status);
    if (meant.get(key) !== messages) throw new Error(`${key}: ${messages} counted, ${meant.get(key)} in the rows`);
    meant.delete(key);
  }
  if (meant.size > 0) throw new Error(`${meant.size} counts are missing`);
}
