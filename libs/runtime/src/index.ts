export { accessTokens, API_ACCESS, type ApiAccess, BearerGuard } from './http/bearer.guard.ts';
export { Cursor, type Position } from './http/cursor.ts';
export * from './boot.ts';
export * from './config.ts';
export * from './consumption.ts';
export * from './health.ts';
export * from './jobs.ts';
export { BodyAsBytes, createHttpAdapter, routesOf } from './http/http.ts';
export {
  type InternalConfig,
  type InternalPort,
  internalSettings,
  listenInternally,
} from './http/internal-port.ts';
export { KAFKA, kafkaConfig, LOGGER, POOL, RuntimeModule, type ServiceCore, STOPPING } from './runtime.module.ts';
export type { Route, RouteTable } from './http/route-table.ts';
export * from './service.config.ts';
export { type Gives, made, type Token, tokenOf } from './made.ts';
export * from './settings.ts';
export * from './watched-file.ts';
export * from './http/valid.pipe.ts';
