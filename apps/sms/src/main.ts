import 'reflect-metadata';
import { isOtherFact, topics } from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import { runService } from '#libs/runtime';
import { smsSchema } from './sms.config.ts';
import { smsMigrations } from './sms.migrations.ts';
import { SmsModule } from './sms.module.ts';

void runService({
  name: 'sms',
  schema: smsSchema,
  migrations: smsMigrations,
  module: SmsModule,
  beforeConsuming: (app, kafka, config) => app.get(DeliveryEngine).prepare(kafka, config),
  // Only the provider's word on messages of this channel concerns the ledger.
  passOver: ({ topic, headers }) => topic.name === topics.statusChanged.name && isOtherFact(headers, { channel: 'sms', sources: ['receipt'], statuses: ['cancelled', 'cancel-refused'] }),
  onAssigned: (app, assignment) => app.get(DeliveryEngine).onAssigned(assignment),
  onUnreadable: (app, record, error) => app.get(DeliveryEngine).onUnreadable(record, error),
});
