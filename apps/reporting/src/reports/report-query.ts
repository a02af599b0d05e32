/** By what counts can be grouped and filtered. */
export const dimensions = [
  'tenant',
  'channel',
  'lane',
  'provider',
  'category',
  'template',
  'country',
  'tag',
  'status',
  'kind',
] as const;
export type Dimension = (typeof dimensions)[number];

export const granularities = ['hour', 'day', 'none'] as const;
export type Granularity = (typeof granularities)[number];

/** What a report is about. */
export interface ReportQuery {
  /** ISO 8601; included. Counts are by the hour in which a message was asked for. */
  from: string;
  /** Not included. */
  to: string;
  granularity: Granularity;
  /** IANA name: where a day begins. */
  timeZone: string;
  groupBy: readonly Dimension[];
  filters: Partial<Record<Dimension, string>>;
  /** Only these tenants; undefined: all. */
  tenants: readonly string[] | undefined;
}
