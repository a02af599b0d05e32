export * from './micro-batch.ts';
