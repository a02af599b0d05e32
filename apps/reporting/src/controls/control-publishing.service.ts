import { type ControlChanged, controlKey, topics } from '#libs/contracts';
import { Jobs } from '#libs/runtime';
import { Publisher } from '#libs/transport';
import { Inject, Injectable } from '@nestjs/common';
import { ControlTable } from './controls.port.ts';
import { TopicOrder } from './follow.policy.ts';

/** A control is in force everywhere within two seconds. */
const EVERY_MS = 200;

/**
 * Publishes each control from its row until Kafka has it, and follows the topic itself: a database that was set back
 * must not count from below, or nobody would hear of what it says.
 */
@Injectable()
export class ControlPublishing {
  private readonly order = new TopicOrder();

  constructor(
    @Inject(ControlTable) private readonly table: ControlTable,
    @Inject(Publisher) private readonly publisher: Pick<Publisher, 'publishAll'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    jobs.add({ name: 'controls', everyMs: EVERY_MS, round: () => this.round() });
  }

  /** @throws InfrastructureDown when PostgreSQL or Kafka cannot be reached; repeating is safe. */
  async round(): Promise<void> {
    await this.table.eachUnpublished(async (changes) => {
      await this.publisher.publishAll(
        changes.map((value) => ({ topic: topics.controlChanged, key: controlKey(value), value })),
      );
    });
  }

  /** A record of the topic. @throws InfrastructureDown; repeating is safe */
  async follow(record: ControlChanged): Promise<void> {
    const key = controlKey(record);
    const isOutOfOrder = this.order.read(key, record.seq);
    await this.table.follow(record);
    if (isOutOfOrder) await this.table.publishAgain(key);
  }

  /** A record that is read at the start, from the beginning of the topic. @throws InfrastructureDown */
  async read(record: ControlChanged): Promise<void> {
    this.order.read(controlKey(record), record.seq);
    await this.table.follow(record);
  }

  /** All of the topic has been read: of what it has in the wrong order the newer is published again. */
  async haveRead(): Promise<void> {
    for (const key of this.order.stale()) await this.table.publishAgain(key);
  }
}
