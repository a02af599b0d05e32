import 'reflect-metadata';
import { deliveryHooks, deliveryMigrations } from '#libs/delivery';
import { runService } from '#libs/runtime';
import { emailSchema } from './email.config.ts';
import { EmailModule } from './email.module.ts';

void runService({
  name: 'email',
  schema: emailSchema,
  migrations: deliveryMigrations,
  module: EmailModule,
  ...deliveryHooks('email'),
});
