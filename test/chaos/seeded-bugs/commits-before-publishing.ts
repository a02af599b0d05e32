/**
 * The e-mail service with a seeded bug: a fact counts as published at once, and goes to Kafka only after the offset
 * was committed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Outgoing, Publisher } from '#libs/transport';
import { startEmail } from './start-email.ts';

// Longer than KAFKA_COMMIT_INTERVAL_MS.
const LATE_MS = 1_500;

const publish = Reflect.get(Publisher.prototype, 'publish') as (this: Publisher, record: Outgoing) => Promise<void>;

Publisher.prototype.publish = function (this: Publisher, record: Outgoing): Promise<void> {
  void delay(LATE_MS).then(() => publish.call(this, record));
  return Promise.resolve();
};

Publisher.prototype.publishAll = async function (this: Publisher, records: readonly Outgoing[]): Promise<undefined[]> {
  await Promise.all(records.map((record) => this.publish(record)));
  return records.map(() => undefined);
};

await startEmail();
