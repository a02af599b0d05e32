import { factHeaders, topics, type StatusChanged } from '#libs/contracts';
import type { Publisher } from '#libs/transport';
import type { Announcement } from './announce.policy.ts';

/** Publishes what became of a hop. */
export class Announcer {
  private readonly publisher: Pick<Publisher, 'publish'>;

  constructor(publisher: Pick<Publisher, 'publish'>) {
    this.publisher = publisher;
  }

  /** @throws InfrastructureDown when Kafka cannot be reached; repeating is safe, since ids are derived. */
  async announce({ facts, deferred }: Announcement): Promise<void> {
    const records = facts.map((fact) => this.publishFact(fact));
    if (deferred) records.push(this.publisher.publish({ topic: topics.sendDeferred, key: deferred.messageId, value: deferred }));
    await Promise.all(records);
  }

  async publishFact(fact: StatusChanged): Promise<void> {
    await this.publisher.publish({ topic: topics.statusChanged, key: fact.messageId ?? fact.providerMessageId ?? null, value: fact, headers: factHeaders(fact) });
  }
}
