import { InfrastructureDown } from '#libs/contracts';
import type { Offsets } from './partition/low-water.policy.ts';
import type { Admin, Kafka } from 'kafkajs';

/** Topics by their full names. */
export interface Extent {
  topics: readonly string[];
  ends: Offsets;
  /** The first offsets of the partitions: older records are deleted, and nobody will read them. */
  starts: Offsets;
}

/**
 * Asks Kafka where topics end and what groups have committed: every replica gets the same answer. A committed record is
 * completely processed, including its rows in PostgreSQL and its published facts.
 */
export class KafkaReading {
  private readonly admin: Admin;
  private connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.admin = kafka.admin({ retry: { retries: 1, initialRetryTime: 100 } });
  }

  /** @throws InfrastructureDown when Kafka cannot be asked. */
  async extent(topics: readonly string[]): Promise<Extent> {
    return this.ask(async () => {
      const bounds = await Promise.all(
        topics.map(async (topic) => ({ topic, partitions: await this.admin.fetchTopicOffsets(topic) })),
      );
      const by = (bound: 'high' | 'low') =>
        new Map(
          bounds.flatMap(({ topic, partitions }) =>
            partitions.map((each) => [`${topic}/${each.partition}`, Number(each[bound])] as const),
          ),
        );
      return { topics, ends: by('high'), starts: by('low') };
    });
  }

  /**
   * The committed offsets of a group.
   * @throws InfrastructureDown when Kafka cannot be asked.
   */
  async position(groupId: string, { topics, starts }: Extent): Promise<Offsets> {
    return this.ask(async () => {
      const fetched = await this.admin.fetchOffsets({ groupId, topics: [...topics] });
      const partitions = fetched.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => ({ partition: `${topic}/${partition}`, offset })),
      );
      return new Map(
        partitions.map(({ partition, offset }) => [partition, Math.max(Number(offset), starts.get(partition) ?? 0)]),
      );
    });
  }

  /**
   * What a group has committed, for the partitions where it has.
   * @throws InfrastructureDown when Kafka cannot be asked.
   */
  async committed(groupId: string, topics: readonly string[]): Promise<Offsets> {
    return this.ask(async () => {
      const fetched = await this.admin.fetchOffsets({ groupId, topics: [...topics] });
      return new Map(
        fetched.flatMap(({ topic, partitions }) =>
          partitions
            .filter(({ offset }) => Number(offset) >= 0)
            .map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
        ),
      );
    });
  }

  async close(): Promise<void> {
    if (this.connected) await this.admin.disconnect().catch(() => undefined);
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      this.connected ??= this.admin.connect();
      await this.connected.catch((error: unknown) => {
        this.connected = undefined;
        throw error;
      });
      return await question();
    } catch (cause) {
      throw new InfrastructureDown('kafka', 'look how far is read', { cause });
    }
  }
}
