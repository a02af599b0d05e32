import 'reflect-metadata';
import { DeliveryEngine, ledgerMigrations, requireLongMemory } from '#libs/delivery';
import { runService } from '#libs/runtime';
import { emailSchema } from './email.config.ts';
import { EmailModule } from './email.module.ts';

void runService({
  name: 'email',
  schema: emailSchema,
  migrations: ledgerMigrations,
  module: EmailModule,
  beforeConsuming: (kafka, config) => requireLongMemory(kafka, 'email', config),
  onUnreadable: (app, record, error) => app.get(DeliveryEngine).onUnreadable(record, error),
});
