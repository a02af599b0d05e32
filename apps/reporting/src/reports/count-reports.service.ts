import { badRequest } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, shownTenants } from '../access/caller.policy.ts';
import { Prices } from '../prices/prices.port.ts';
import { before, isWholeHours, type Range, rangeOf } from './range.policy.ts';
import { type Dimension, dimensions, type ReportQuery } from './report-query.ts';
import { byStatus, compared, costs, failingStatuses, inOrder, quantiles } from './reports.policy.ts';
import { CountReports, reportDimensions } from './reports.port.ts';
import type { Parsed, ReportParameters } from './requests.ts';
import type {
  CostReport,
  DeliveryReport,
  EngagementReport,
  FailureReport,
  ProviderReport,
  TookReport,
} from './responses.ts';
import { sourceFor } from './source.policy.ts';

type Asked = Parsed<typeof ReportParameters>;

/** Rows that an answer may have. */
const MOST_ROWS = 20_000;

/** Reports over the counts. Each throws a 400 for what no table has together, and for spans without sense. */
@Injectable()
export class CountReportsService {
  constructor(
    @Inject(CountReports) private readonly reports: CountReports,
    @Inject(Prices) private readonly prices: Prices,
  ) {}

  delivery(caller: Caller, asked: Asked): Promise<DeliveryReport> {
    const isGroup = asked.groupBy.includes('status');
    return this.report(caller, asked, async (query) => byStatus(await this.messages(query, ['status']), isGroup));
  }

  failures(caller: Caller, asked: Asked): Promise<FailureReport> {
    return this.report(caller, asked, async (query) => {
      const rows = await this.messages(query, ['status', 'kind']);
      const items = rows
        .filter(({ group: { status } }) => failingStatuses.includes(status!))
        .map(({ at, messages, group: { status = '', kind = '', ...group } }) => ({
          at: at?.toISOString() ?? null,
          group,
          status,
          kind,
          messages,
        }));
      return inOrder(items);
    });
  }

  latency(caller: Caller, asked: Asked): Promise<TookReport> {
    this.onlyBy(asked, reportDimensions.took);
    return this.report(caller, asked, async (query) => quantiles(await this.reports.took(query)));
  }

  engagement(caller: Caller, asked: Asked): Promise<EngagementReport> {
    this.onlyBy(asked, reportDimensions.engagement);
    return this.report(caller, asked, async (query) => {
      const rows = await this.reports.engagement({ ...query, timeZone: 'UTC' });
      return inOrder(rows.map(({ at, ...row }) => ({ at: at?.toISOString() ?? null, ...row })));
    });
  }

  providers(caller: Caller, asked: Asked): Promise<ProviderReport> {
    this.onlyBy(asked, reportDimensions.attempts);
    return this.report(caller, { ...asked, granularity: 'none' }, async (query) => {
      const by = { ...query, groupBy: ['provider'] as const };
      const [attempts, messages, took] = await Promise.all([
        this.reports.attempts(by),
        this.messages(by, ['status']),
        this.reports.took(by),
      ]);
      return compared(attempts, messages, took);
    });
  }

  async cost(caller: Caller, asked: Asked): Promise<CostReport> {
    this.onlyBy(asked, reportDimensions.charged);
    const table = this.prices.current;
    const report = await this.report(caller, { ...asked, granularity: 'none' }, async (query) =>
      costs(await this.reports.charged(query), table),
    );
    return { ...report, currency: table?.currency ?? null };
  }

  private async report<I>(caller: Caller, asked: Asked, read: (query: ReportQuery) => Promise<I[]>) {
    const range = rangeOf(asked, Date.now());
    if ('rule' in range) throw badRequest([range]);
    const { granularity, timeZone, previous: wantsPrevious } = asked;
    const of = async (span: Range) => within(await read(queryOf(caller, asked, span)));
    const span = before(range);
    const [items, previous] = await Promise.all([
      of(range),
      wantsPrevious ? of(span).then((earlier) => ({ ...span, items: earlier })) : null,
    ]);
    return { ...range, timeZone, granularity, exact: isWholeHours(timeZone, range), items, previous };
  }

  private messages(query: ReportQuery, also: readonly Dimension[]) {
    const by = { ...query, groupBy: [...new Set([...query.groupBy, ...also])] };
    const source = sourceFor(by);
    if (!source) throw badRequest([{ field: 'groupBy', rule: NOT_TOGETHER }]);
    return this.reports.messages(by, source);
  }

  private onlyBy({ groupBy, ...asked }: Asked, known: readonly Dimension[]): void {
    const rule = `can be by ${known.join(', ')} alone`;
    if (groupBy.some((dimension) => !known.includes(dimension))) throw badRequest([{ field: 'groupBy', rule }]);
    const unknown = dimensions.filter((dimension) => asked[dimension] !== undefined && !known.includes(dimension));
    if (unknown.length > 0)
      throw badRequest(unknown.map((field) => ({ field, rule: `is not known here: it ${rule}` })));
  }
}

const NOT_TOGETHER =
  'these are not counted together: templates, tags and countries go with tenant, channel and status, countries with ' +
  'provider too, and all of them by whole days of UTC';

const queryOf = (caller: Caller, asked: Asked, range: Range): ReportQuery => ({
  ...range,
  granularity: asked.granularity,
  timeZone: asked.timeZone,
  groupBy: asked.groupBy,
  filters: Object.fromEntries(dimensions.flatMap((name) => (asked[name] === undefined ? [] : [[name, asked[name]]]))),
  tenants: shownTenants(caller),
});

function within<I>(items: I[]): I[] {
  if (items.length > MOST_ROWS)
    throw badRequest([{ field: 'groupBy', rule: `gives more than ${MOST_ROWS} rows: ask for less` }]);
  return items;
}
