import 'reflect-metadata';
import { DeliveryEngine, ledgerMigrations, requireLongMemory } from '#libs/delivery';
import { runService } from '#libs/runtime';
import { smsSchema } from './sms.config.ts';
import { SmsModule } from './sms.module.ts';

void runService({
  name: 'sms',
  schema: smsSchema,
  migrations: ledgerMigrations,
  module: SmsModule,
  beforeConsuming: (kafka, config) => requireLongMemory(kafka, 'sms', config),
  onUnreadable: (app, record, error) => app.get(DeliveryEngine).onUnreadable(record, error),
});
