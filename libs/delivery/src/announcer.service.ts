import { factRecord, topics, type StatusChanged } from '#libs/contracts';
import type { Publisher } from '#libs/transport';
import type { Announcement } from './announce.policy.ts';
import { SuppressionsService } from './suppressions/suppressions.service.ts';

/** Publishes what became of a hop. */
export class Announcer {
  private readonly publisher: Pick<Publisher, 'publish'>;
  private readonly suppressions: SuppressionsService;

  constructor(publisher: Pick<Publisher, 'publish'>) {
    this.publisher = publisher;
    this.suppressions = new SuppressionsService(publisher);
  }

  /** @throws InfrastructureDown when Kafka cannot be reached; repeating is safe, since ids are derived. */
  async announce({ facts, deferred, suppresses }: Announcement): Promise<void> {
    const records = facts.map((fact) => this.publishFact(fact));
    if (suppresses) records.push(this.suppressions.record([{ suppress: suppresses }]));
    if (deferred) records.push(this.publisher.publish({ topic: topics.sendDeferred, key: deferred.messageId, value: deferred }));
    await Promise.all(records);
  }

  async publishFact(fact: StatusChanged): Promise<void> {
    await this.publisher.publish(factRecord(fact));
  }
}
