export * from './array-text.ts';
export * from './controls.migration.ts';
export * from './micro-batch.ts';
export * from './migrations.ts';
export * from './pool.ts';
export * from './postgres.config.ts';
export * from './operation-jobs.migration.ts';
export { SuppressionRows, type SuppressionRow } from './suppression-rows.store.ts';
