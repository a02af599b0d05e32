import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from '../api/conditions.ts';
import type { Bucket } from '../counts/took.policy.ts';
import type { ChargedUnits } from '../prices/cost.policy.ts';
import type { Dimension, ReportQuery } from './report-query.ts';
import { type AttemptRow, CountReports, type CountRow, type EngagementRow, reportDimensions } from './reports.port.ts';
import { type Source, wantsHours } from './source.policy.ts';

type Row = { at: Date | null; messages: number } & Partial<Record<Dimension, string>>;

const named = (names: readonly Dimension[]): Source['columns'] => Object.fromEntries(names.map((name) => [name, name]));

@Injectable()
export class PostgresCountReports extends CountReports {
  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
  }

  async messages(query: ReportQuery, source: Source): Promise<CountRow[]> {
    const rows = await this.sums<Row>(query, source, [], ['messages']);
    return rows.map(({ at, messages, ...group }) => ({ at, group, messages }));
  }

  async took(query: ReportQuery): Promise<(CountRow & Bucket)[]> {
    const columns = named(reportDimensions.took);
    const source: Source = wantsHours(query)
      ? { table: 'message_hour', time: 'hour', columns, only: 'took >= 0' }
      : { table: 'took_day', time: 'day', columns };
    const rows = await this.sums<Row & { took: number }>(query, source, ['took'], ['messages']);
    return rows.map(({ at, messages, took, ...group }) => ({ at, group, took, messages }));
  }

  async engagement(query: ReportQuery): Promise<EngagementRow[]> {
    const source: Source = { table: 'engagement_day', time: 'day', columns: named(reportDimensions.engagement) };
    const sums = ['messages', 'facts'];
    const rows = await this.sums<Row & { engagement: string; facts: number }>(query, source, ['engagement'], sums);
    return rows.map(({ at, messages, facts, engagement, ...group }) => ({ at, group, engagement, messages, facts }));
  }

  attempts(query: ReportQuery): Promise<AttemptRow[]> {
    const source: Source = { table: 'attempt_hour', time: 'hour', columns: named(reportDimensions.attempts) };
    const whole = { ...query, granularity: 'none', groupBy: ['provider'] } as const;
    return this.sums<AttemptRow>(whole, source, ['outcome'], ['attempts']);
  }

  async charged(query: ReportQuery): Promise<(ChargedUnits & { tenant: string })[]> {
    const columns = named(reportDimensions.charged);
    const source: Source = { table: 'country_day', time: 'day', columns, only: 'units > 0' };
    const by = { ...query, granularity: 'none', groupBy: reportDimensions.charged } as const;
    return this.sums<ChargedUnits & { tenant: string }>(by, source, ['unit', 'day::text'], ['units']);
  }

  private async sums<T extends object>(
    query: ReportQuery,
    { table, time, columns, only }: Source,
    also: readonly string[],
    summed: readonly string[],
  ): Promise<T[]> {
    const { from, to, groupBy, filters, tenants } = query;
    const bound = (at: string, sign: string) => where.add(at, (value) => `${time} ${sign} ${boundOf(time, value)}`);
    const where = new Conditions();
    bound(from, '>=');
    bound(to, '<');
    where.add(tenants, (value) => `tenant = ANY(${value})`);
    for (const [dimension, wanted] of Object.entries(filters) as [Dimension, string][])
      where.add(wanted, (value) => `${columns[dimension]} = ${value}`);
    const keys = [...groupBy.map((dimension) => `${columns[dimension]} AS "${dimension}"`), ...also];
    const span = spanOf(time, query, (value) => where.value(value));
    const numbers = [...keys.map((_, index) => index + 2), ...(span === 'NULL::timestamptz' ? [] : [1])];
    const text = `SELECT ${[`${span} AS at`, ...keys].join(', ')},
             ${summed.map((sum) => `sum(${sum}) AS ${sum}`).join(', ')}
        FROM reporting.${table} ${where.text}${only === undefined ? '' : ` AND ${only}`}
       ${numbers.length > 0 ? `GROUP BY ${numbers.join(', ')}` : ''}
      HAVING sum(${summed[0]}) <> 0`;
    const { rows } = await database('report', () => this.pool.query<T>(text, where.values));
    return rows.map((row) => ({ ...row, ...asNumbers(row as Record<string, unknown>, summed) }));
  }
}

const boundOf = (time: Source['time'], value: string): string =>
  time === 'day' ? `(${value}::timestamptz AT TIME ZONE 'UTC')::date` : `${value}::timestamptz`;

/** Where a span begins. */
function spanOf(
  time: Source['time'],
  { granularity, timeZone }: ReportQuery,
  parameter: (value: string) => string,
): string {
  if (granularity === 'none') return 'NULL::timestamptz';
  if (time === 'day') return "(day::timestamp AT TIME ZONE 'UTC')";
  return `date_trunc('${granularity}', hour, ${parameter(timeZone)})`;
}

/** Sums of bigint are numeric, which the driver gives as text. */
const asNumbers = (row: Record<string, unknown>, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, Number(row[name])]));
