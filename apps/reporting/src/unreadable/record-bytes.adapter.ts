import { InfrastructureDown, topicName, topics } from '#libs/contracts';
import { KAFKA, kafkaConfig, LOGGER, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { type KafkaConfig, KafkaReading, readPart, recordsGroup, Stopping } from '#libs/transport';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Kafka } from 'kafkajs';
import { type RecordBytes, UnreadableBytes } from './record-bytes.port.ts';

/** Joining a group takes a few seconds on a cluster with other members. */
const WITHIN_MS = 20_000;

/** One at a time, each in a consumer group of its own that is deleted after it. */
@Injectable()
export class KafkaUnreadableBytes extends UnreadableBytes implements OnApplicationShutdown {
  private readonly reading: KafkaReading;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(KAFKA) private readonly kafka: Kafka,
    @Inject(kafkaConfig.KEY) private readonly config: KafkaConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
  ) {
    super();
    this.reading = new KafkaReading(kafka);
  }

  read(partition: number, offset: number): Promise<RecordBytes | undefined> {
    const found = this.turn.then(() => this.readOne(partition, offset));
    this.turn = found.catch(() => undefined);
    return found;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.reading.close();
  }

  private async readOne(partition: number, offset: number): Promise<RecordBytes | undefined> {
    const { kafka, config, logger, reading } = this;
    const topic = topics.unreadable;
    const name = `${topicName(topic, config.KAFKA_TOPIC_PREFIX)}/${partition}`;
    const { starts, ends } = await reading.extent([topicName(topic, config.KAFKA_TOPIC_PREFIX)]);
    if (offset < (starts.get(name) ?? Infinity) || offset >= (ends.get(name) ?? 0)) return undefined;
    let found: RecordBytes | undefined;
    const late = AbortSignal.timeout(WITHIN_MS);
    await readPart({
      kafka,
      config,
      logger,
      reading,
      stopping: AbortSignal.any([this.stopping, late]),
      group: `${recordsGroup(config.KAFKA_TOPIC_PREFIX, 'reporting')}-bytes`,
      topic,
      // The other partitions begin at their ends: nothing of them is fetched.
      from: new Map([...ends, [name, offset]]),
      to: new Map([[name, offset + 1]]),
      each: async (record) => {
        const { key, value, headers, timestamp } = record;
        if (Number(record.offset) === offset) found = { key, value, headers, timestamp };
      },
    }).catch((cause: unknown) => {
      if (cause instanceof Stopping) throw new InfrastructureDown('kafka', 'read a record', { cause });
      throw cause;
    });
    return found;
  }
}
