export * from './count.ts';
export * from './counters.ts';
export * from './logger.ts';
export type { MetricsPlace } from './prometheus.ts';
export * from './telemetry.ts';
