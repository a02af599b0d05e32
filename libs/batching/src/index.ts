export * from './bisect.ts';
export * from './gathering.ts';
export * from './micro-batch.ts';
