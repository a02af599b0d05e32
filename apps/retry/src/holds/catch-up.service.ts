import { LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { HoldTopic } from './hold-topic.port.ts';
import { Holds } from './holds.port.ts';

/**
 * Makes the table of holds what the topic says, before anything is released by it. A table that knows less than its
 * group has read is a fresh one, or one that was restored from a backup: the group would never hear of it again.
 */
@Injectable()
export class CatchUpService {
  constructor(
    @Inject(HoldTopic) private readonly topic: HoldTopic,
    @Inject(Holds) private readonly holds: Holds,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @returns whether the table was behind
   * @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe.
   */
  async catchUp(): Promise<boolean> {
    const known = await this.holds.readUpTo(this.topic.name);
    const read = await this.topic.groupReadUpTo();
    const behind = [...read].filter(([partition, offset]) => offset > (known.get(partition) ?? 0));
    if (behind.length === 0) return false;
    let changes = 0;
    await this.topic.readWhole(async (change, at, ageMs) => {
      await this.holds.apply(change, at, ageMs);
      changes += 1;
    });
    await this.holds.markRead(this.topic.name, read);
    this.logger.warn(
      { topic: this.topic.name, changes, partitions: behind.map(([partition]) => partition) },
      'the table of holds was behind what has been read of its topic, as after a restore: it has been read again',
    );
    return true;
  }
}
