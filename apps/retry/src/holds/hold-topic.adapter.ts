import { randomUUID } from 'node:crypto';
import { InfrastructureDown, type ProviderChanged, topicName, topics } from '#libs/contracts';
import { KAFKA, kafkaConfig, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import {
  decode,
  type IncomingRecord,
  type KafkaConfig,
  KafkaReading,
  KeyedConsumer,
  oneByOne,
  recordsGroup,
} from '#libs/transport';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Kafka } from 'kafkajs';
import { HoldTopic } from './hold-topic.port.ts';
import type { Position, Positions } from './holds.port.ts';

/** It is a small topic: a few records for each provider. */
const WITHIN_MS = 60_000;

@Injectable()
export class KafkaHoldTopic extends HoldTopic implements OnModuleDestroy {
  readonly name: string;
  private readonly reading: KafkaReading;

  constructor(
    @Inject(KAFKA) private readonly kafka: Kafka,
    @Inject(kafkaConfig.KEY) private readonly config: KafkaConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
    this.name = topicName(topics.providerChanged, config.KAFKA_TOPIC_PREFIX);
    this.reading = new KafkaReading(kafka);
  }

  async groupReadUpTo(): Promise<Positions> {
    const extent = await this.reading.extent([this.name]);
    const position = await this.reading.position(recordsGroup(this.config.KAFKA_TOPIC_PREFIX, 'retry'), extent);
    return byPartition(position);
  }

  async readWhole(each: (change: ProviderChanged, at: Position, ageMs: number) => Promise<void>): Promise<void> {
    const { starts, ends } = await this.reading.extent([this.name]);
    const left = new Map(
      [...byPartition(ends)].filter(([partition, end]) => end > (byPartition(starts).get(partition) ?? 0)),
    );
    if (left.size === 0) return;
    const groupId = `${recordsGroup(this.config.KAFKA_TOPIC_PREFIX, 'retry')}-whole-${randomUUID()}`;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new InfrastructureDown('kafka', 'read holds')), WITHIN_MS);
    const consumer = new KeyedConsumer({
      kafka: this.kafka,
      config: this.config,
      groupId,
      topics: [topics.providerChanged],
      logger: this.logger,
      handle: oneByOne(async (record) => {
        await this.read(record, each);
        const end = left.get(record.partition);
        if (end !== undefined && record.offset >= end - 1) left.delete(record.partition);
        if (left.size === 0) resolve();
        return true;
      }, reject),
    });
    try {
      await consumer.start();
      await promise;
    } finally {
      clearTimeout(timer);
      await consumer.stop(0);
      await this.forget(groupId);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.reading.close();
  }

  private async read(
    record: IncomingRecord,
    each: (change: ProviderChanged, at: Position, ageMs: number) => Promise<void>,
  ): Promise<void> {
    const { topicName: topic, partition, offset, timestamp, undecodable, skipped } = record;
    if (undecodable || skipped) return;
    const change = readable(record);
    if (change) await each(change, { topic, partition, offset }, Date.now() - timestamp);
  }

  private async forget(groupId: string): Promise<void> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      await admin.deleteGroups([groupId]);
    } catch (err) {
      this.logger.info({ err, groupId }, 'a consumer group that is used no more could not be deleted; it expires');
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

/** What cannot be read is quarantined by whoever reads the topic as it comes. */
function readable(record: IncomingRecord): ProviderChanged | undefined {
  try {
    return (decode(record).value as ProviderChanged | null) ?? undefined;
  } catch {
    return undefined;
  }
}

const byPartition = (offsets: ReadonlyMap<string, number>): Positions =>
  new Map([...offsets].map(([name, offset]) => [Number(name.slice(name.lastIndexOf('/') + 1)), offset]));
