import { type InboundReceived, topics } from '#libs/contracts';
import { deliveryHooks } from '#libs/delivery';
import { reread, type ServiceDefinition } from '#libs/runtime';
import { smsSchema } from './sms.config.ts';
import { SmsConsumer } from './sms.consumer.ts';
import { smsMigrations } from './sms.migrations.ts';
import { SmsModule } from './sms.module.ts';

const hooks = deliveryHooks('sms');

/** The SMS service, as it runs. */
export const smsService: ServiceDefinition<typeof smsSchema> = {
  name: 'sms',
  schema: smsSchema,
  migrations: smsMigrations,
  module: SmsModule,
  ...hooks,
  restore: (app) => [
    ...hooks.restore(app),
    reread<InboundReceived>(topics.inboundReceived, 'committed', (inbound) => app.get(SmsConsumer).onInbound(inbound)),
  ],
};
