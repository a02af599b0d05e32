import 'reflect-metadata';
import { DeliveryEngine, isNoConcernOf } from '#libs/delivery';
import { Health, Jobs, runService } from '#libs/runtime';
import { smsSchema } from './sms.config.ts';
import { smsMigrations } from './sms.migrations.ts';
import { SmsModule } from './sms.module.ts';

void runService({
  name: 'sms',
  schema: smsSchema,
  migrations: smsMigrations,
  module: SmsModule,
  beforeConsuming: (app, kafka, config) =>
    app.get(DeliveryEngine).prepare(kafka, config, { health: app.get(Health), jobs: app.get(Jobs) }),
  skip: isNoConcernOf('sms'),
  onAssigned: (app, assignment) => app.get(DeliveryEngine).onAssigned(assignment),
  onQuarantine: (app, record, error) => app.get(DeliveryEngine).endings.onQuarantine(record, error),
});
