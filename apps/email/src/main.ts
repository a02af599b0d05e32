import 'reflect-metadata';
import { deliveryHooks } from '#libs/delivery';
import { runService } from '#libs/runtime';
import { deliveryMigrations } from '#libs/delivery-tables';
import { emailSchema } from './email.config.ts';
import { EmailModule } from './email.module.ts';

void runService({
  name: 'email',
  schema: emailSchema,
  migrations: deliveryMigrations,
  module: EmailModule,
  ...deliveryHooks('email'),
});
