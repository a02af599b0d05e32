export * from './count.ts';
export * from './counters.ts';
export * from './logger.ts';
export type { MetricsEndpoint } from './prometheus.ts';
export * from './telemetry.ts';
