export * from './builders.ts';
export * from './conformance/adapter.ts';
export * from './conformance/sandbox-control.ts';
export * from './conformance/webhook.ts';
export * from './database.ts';
export * from './eventually.ts';
export * from './kafka.ts';
export * from './topics.ts';
