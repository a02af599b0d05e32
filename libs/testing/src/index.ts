export * from './builders.ts';
export * from './database.ts';
export * from './eventually.ts';
export * from './kafka.ts';
export * from './topics.ts';
