import 'reflect-metadata';
import { isOtherFact, topics } from '#libs/contracts';
import { DeliveryEngine, deliveryMigrations } from '#libs/delivery';
import { runService } from '#libs/runtime';
import { emailSchema } from './email.config.ts';
import { EmailModule } from './email.module.ts';

void runService({
  name: 'email',
  schema: emailSchema,
  migrations: deliveryMigrations,
  module: EmailModule,
  beforeConsuming: (app, kafka, config) => app.get(DeliveryEngine).prepare(kafka, config),
  // Only the provider's word on messages of this channel concerns the ledger.
  passOver: ({ topic, headers }) => topic.name === topics.statusChanged.name && isOtherFact(headers, { channel: 'email', sources: ['receipt'], statuses: ['cancelled', 'cancel-refused'] }),
  onAssigned: (app, assignment) => app.get(DeliveryEngine).onAssigned(assignment),
  onUnreadable: (app, record, error) => app.get(DeliveryEngine).onUnreadable(record, error),
});
