export { type Declaration, examplesOf } from './declaration.ts';
export * from './templates.config.ts';
export * from './templates.ts';
export type { Content } from './version.ts';
