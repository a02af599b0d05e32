import { type Channel, InfrastructureDown, topicName, topics } from '#libs/contracts';
import { KAFKA } from '#libs/runtime';
import { factsGroup } from '#libs/transport';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Admin, Kafka } from 'kafkajs';
import { RETRY_CONFIG, type RetryConfig } from '../retry.config.ts';
import { advance, type Mark, type Offsets, readUpTo } from './low-water.policy.ts';
import { ProofReading, type ReadUpTo } from './proof-reading.port.ts';

interface Extent {
  ends: Offsets;
  /** Where the partitions begin: what is older has been deleted, and nobody will read it. */
  starts: Offsets;
}

/**
 * Asks Kafka where the topic ends and what the groups have committed: every replica of retry learns the same, whichever of
 * them reads. What is committed has been dealt with, down to its row in Postgres.
 */
@Injectable()
export class KafkaProofReading extends ProofReading implements OnModuleDestroy {
  private readonly admin: Admin;
  private readonly prefix: string;
  private readonly topic: string;
  private readonly marks = new Map<Channel, Mark[]>();
  private connected: Promise<void> | undefined;

  constructor(@Inject(KAFKA) kafka: Kafka, @Inject(RETRY_CONFIG) config: Pick<RetryConfig, 'KAFKA_TOPIC_PREFIX'>) {
    super();
    this.admin = kafka.admin({ retry: { retries: 1, initialRetryTime: 100 } });
    this.prefix = config.KAFKA_TOPIC_PREFIX;
    this.topic = topicName(topics.statusChanged, this.prefix);
  }

  async upTo(now: Date, channels: readonly Channel[]): Promise<ReadUpTo> {
    try {
      await this.connect();
      const { ends, starts } = await this.extent();
      const own = await this.positionOf('retry', starts);
      const known: ReadUpTo = {};
      for (const channel of channels) {
        const positions = [own, await this.positionOf(channel, starts)];
        const marks = advance(this.marks.get(channel) ?? [], { at: now, ends }, positions);
        this.marks.set(channel, marks);
        const at = readUpTo(marks, positions);
        if (at) known[channel] = at;
      }
      return known;
    } catch (cause) {
      throw new InfrastructureDown('kafka', 'release', { cause });
    }
  }

  async onModuleDestroy(): Promise<void> {
    if (this.connected) await this.admin.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    this.connected ??= this.admin.connect();
    await this.connected.catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
  }

  private async extent(): Promise<Extent> {
    const partitions = await this.admin.fetchTopicOffsets(this.topic);
    const by = (bound: 'high' | 'low') => new Map(partitions.map((each) => [each.partition, Number(each[bound])]));
    return { ends: by('high'), starts: by('low') };
  }

  private async positionOf(service: string, starts: Offsets): Promise<Offsets> {
    const fetched = await this.admin.fetchOffsets({ groupId: factsGroup(this.prefix, service), topics: [this.topic] });
    const partitions = fetched.flatMap((each) => each.partitions);
    return new Map(partitions.map(({ partition, offset }) => [partition, Math.max(Number(offset), starts.get(partition) ?? 0)]));
  }
}
