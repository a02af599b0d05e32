export { RoutingController } from './routing/routing.controller.ts';
export { suppressionJobs } from './suppressions/suppression-jobs.providers.ts';
export * from './webhooks/webhook-controllers.ts';
