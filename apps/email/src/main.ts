import 'reflect-metadata';
import { DeliveryEngine, deliveryMigrations, isNoConcernOf } from '#libs/delivery';
import { Health, Jobs, runService } from '#libs/runtime';
import { emailSchema } from './email.config.ts';
import { EmailModule } from './email.module.ts';

void runService({
  name: 'email',
  schema: emailSchema,
  migrations: deliveryMigrations,
  module: EmailModule,
  beforeConsuming: (app, kafka, config) =>
    app.get(DeliveryEngine).prepare(kafka, config, { health: app.get(Health), jobs: app.get(Jobs) }),
  skip: isNoConcernOf('email'),
  onAssigned: (app, assignment) => app.get(DeliveryEngine).onAssigned(assignment),
  onQuarantine: (app, record, error) => app.get(DeliveryEngine).endings.onQuarantine(record, error),
});
