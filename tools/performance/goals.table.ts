/** The measurements of `npm run bench`, which docs/performance.md shows. */
export const measurements = ['dispatch', 'keyed', 'latency', 'webhooks'] as const;
export type Measurement = (typeof measurements)[number];

/** A figure that is held against what it must be, and what is aimed at. */
export interface Goal {
  figure: string;
  measurement: Measurement;
  /** Where the figure stands in the measurement's JSON. */
  path: string;
  better: 'more' | 'less';
  must: number;
  aim: number;
  unit: string;
}

type Row = readonly [string, Measurement, string, 'more' | 'less', number, number, string];

const rows: readonly Row[] = [
  ['ours / ceiling', 'dispatch', 'ratios.toCeiling', 'more', 0.6, 0.8, ''],
  ['ours / same-work peer', 'dispatch', 'ratios.toSameWork', 'more', 2.5, 3.5, ''],
  ['ours / bare BullMQ', 'dispatch', 'ratios.toBullmq', 'more', 0.6, 1, ''],
  ['ours, coalesced / ceiling', 'dispatch', 'ratios.coalescedToCeiling', 'more', 1.2, 2, ''],
  ['processor time a message / that of 06573fd', 'dispatch', 'ratios.cpuToBase', 'less', 0.55, 0.4, ''],
  ['allocated a message', 'dispatch', 'kbPerMessage', 'less', 55, 40, 'KB'],
  ['tracing on / off', 'dispatch', 'ratios.tracingOnOff', 'more', 0.85, 0.95, ''],
  ['most memory while bulk requests wait', 'dispatch', 'rssPeakMb', 'less', 330, 280, 'MB'],
  ['an urgent message meanwhile, to the provider, p99', 'dispatch', 'urgentP99Ms', 'less', 500, 100, 'ms'],
  ['records by key / computed ideal', 'keyed', 'ratios.toIdeal', 'more', 0.9, 0.95, ''],
  ['idle, published to the provider, median', 'latency', 'publishToProviderMs.p50', 'less', 12, 8, 'ms'],
  ['idle, published to the provider, p99', 'latency', 'publishToProviderMs.p99', 'less', 30, 20, 'ms'],
  ['webhooks of SendGrid by 100 / those of 06573fd', 'webhooks', 'ratios.sendgridToBase', 'more', 1.4, 2, ''],
  ['webhooks of Twilio / those of 06573fd', 'webhooks', 'ratios.twilioToBase', 'more', 2, 3, ''],
];

export const goals: readonly Goal[] = rows.map(([figure, measurement, path, better, must, aim, unit]) => ({
  figure,
  measurement,
  path,
  better,
  must,
  aim,
  unit,
}));
