import 'reflect-metadata';
import { deliveryHooks } from '#libs/delivery';
import { runService } from '#libs/runtime';
import { smsSchema } from './sms.config.ts';
import { smsMigrations } from './sms.migrations.ts';
import { SmsModule } from './sms.module.ts';

void runService({
  name: 'sms',
  schema: smsSchema,
  migrations: smsMigrations,
  module: SmsModule,
  ...deliveryHooks('sms'),
});
