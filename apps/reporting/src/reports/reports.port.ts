import type { Bucket } from '../counts/took.policy.ts';
import type { ChargedUnits } from '../prices/cost.policy.ts';
import type { Dimension, ReportQuery } from './report-query.ts';
import type { Source } from './source.policy.ts';

/** Messages that were asked for in one span of time, by the dimensions that were asked for. */
export interface CountRow {
  /** When the span begins; null: all of it is one. */
  at: Date | null;
  group: Partial<Record<Dimension, string>>;
  messages: number;
}

/** Messages with an engagement, and the facts of it. */
export interface EngagementRow extends CountRow {
  engagement: string;
  facts: number;
}

/** Calls to a provider, by how they ended. */
export interface AttemptRow {
  provider: string;
  outcome: string;
  attempts: number;
}

/** Reads the counts. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class CountReports {
  abstract messages(query: ReportQuery, source: Source): Promise<CountRow[]>;

  /** How long delivered messages took. Of the filters and groups: tenant, channel, lane, provider. */
  abstract took(query: ReportQuery): Promise<(CountRow & Bucket)[]>;

  /** Of the filters and groups: tenant, channel, provider, template. By UTC days. */
  abstract engagement(query: ReportQuery): Promise<EngagementRow[]>;

  /** Of the filters: tenant, channel, provider. By the hour of the attempt. */
  abstract attempts(query: ReportQuery): Promise<AttemptRow[]>;

  /** Of the filters: tenant, channel, provider, country. By UTC days. */
  abstract charged(query: ReportQuery): Promise<(ChargedUnits & { tenant: string })[]>;
}

/** What each report can be grouped and filtered by; `messages` by what a source has (source.policy.ts). */
export const reportDimensions = {
  took: ['tenant', 'channel', 'lane', 'provider'],
  engagement: ['tenant', 'channel', 'provider', 'template'],
  attempts: ['tenant', 'channel', 'provider'],
  charged: ['tenant', 'channel', 'provider', 'country'],
} as const satisfies Record<string, readonly Dimension[]>;
