/** The measurements of `npm run bench`, which docs/performance.md shows. */
export const measurements = [
  'dispatch',
  'failover',
  'keyed',
  'latency',
  'reporting',
  'retry',
  'webhooks',
] as const;
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
  ['first provider answers 429 for an hour: taken by the second, p99', 'failover', 'throttled429.p99', 'less', 3_000, 3_000, 'ms'],
  ['it answers 401, p99', 'failover', 'refused401.p99', 'less', 3_000, 3_000, 'ms'],
  ['it answers 403, p99', 'failover', 'refused403.p99', 'less', 3_000, 3_000, 'ms'],
  ['it refuses connections, p99', 'failover', 'refusedConnections.p99', 'less', 3_000, 3_000, 'ms'],
  ['it answers 503, urgent lane: messages that wait out their window', 'failover', 'unavailable503.later3s', 'less', 20, 20, ''],
  ['both are held: the last message after the lift', 'failover', 'bothHeldThenLifted.lastAfterLiftMs', 'less', 30_000, 30_000, 'ms'],
  ['plans that retry keeps, a second', 'retry', 'insertPerS', 'more', 10_000, 10_000, ''],
  ['plans that it releases a second, 10,000 pending', 'retry', 'releasePerS.pending10k', 'more', 3_000, 3_000, ''],
  ['plans that it releases a second, 1,000,000 pending', 'retry', 'releasePerS.pending1m', 'more', 3_000, 3_000, ''],
  ['released with 1,000,000 pending / with 10,000', 'retry', 'flatness', 'more', 0.9, 0.9, ''],
  ['released with 1,000,000 parked / with 10,000 pending', 'retry', 'flatnessParked1m', 'more', 0.9, 0.9, ''],
  ['released while the vacuum is held back / without', 'retry', 'flatnessHeldXmin', 'more', 0.9, 0.9, ''],
  ['a single plan is late, p99', 'retry', 'latenessMs.p99', 'less', 250, 250, 'ms'],
  ['the same with 1,000,000 paused', 'retry', 'latenessPaused1mMs.p99', 'less', 250, 250, 'ms'],
  ['webhooks of SendGrid by 100 / those of 06573fd', 'webhooks', 'ratios.sendgridToBase', 'more', 1.4, 2, ''],
  ['webhooks of Twilio / those of 06573fd', 'webhooks', 'ratios.twilioToBase', 'more', 2, 3, ''],
  ['facts a second that reporting takes in', 'reporting', 'ingestPerS', 'more', 8_000, 12_000, ''],
  ['a timeline, p99', 'reporting', 'timelineMsP99', 'less', 30, 10, 'ms'],
  ['a search by recipient, p99', 'reporting', 'searchRecipientMsP99', 'less', 30, 10, 'ms'],
  ['the overview, p95', 'reporting', 'overviewMsP95', 'less', 100, 30, 'ms'],
  ['a report over 90 days, p95', 'reporting', 'reportDay90MsP95', 'less', 100, 50, 'ms'],
  ['the same on the messages’ rows / by the counts', 'reporting', 'rollupSpeedup', 'more', 20, 50, ''],
  ['from Kafka to the counts under load, p99', 'reporting', 'freshnessMsP99', 'less', 2_000, 500, 'ms'],
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
