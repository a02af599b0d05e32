export * from './counters.ts';
export * from './logger.ts';
export * from './telemetry.ts';
