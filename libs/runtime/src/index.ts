export * from './bearer.ts';
export * from './boot.ts';
export * from './config.ts';
export * from './consumption.ts';
export * from './health.ts';
export { KAFKA, LOGGER, POOL, RuntimeModule, type ServiceCore, STOPPING } from './runtime.module.ts';
export * from './service.config.ts';
export * from './valid.pipe.ts';
