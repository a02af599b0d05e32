export { RoutingController } from './routing/routing.controller.ts';
export * from './suppressions/suppression-admin.service.ts';
export * from './suppressions/suppressions.controller.ts';
export * from './suppressions/suppressions.providers.ts';
export * from './suppressions/sync.controller.ts';
export * from './webhooks/webhook-controllers.ts';
