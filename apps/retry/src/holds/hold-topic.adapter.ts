import { type ProviderChanged, topicName, topics } from '#libs/contracts';
import { KAFKA, kafkaConfig, LOGGER, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { decode, type IncomingRecord, type KafkaConfig, KafkaReading, readPart, recordsGroup } from '#libs/transport';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Kafka } from 'kafkajs';
import { HoldTopic } from './hold-topic.port.ts';
import type { Position, Positions } from './holds.port.ts';

@Injectable()
export class KafkaHoldTopic extends HoldTopic implements OnModuleDestroy {
  readonly name: string;
  private readonly reading: KafkaReading;

  constructor(
    @Inject(KAFKA) private readonly kafka: Kafka,
    @Inject(kafkaConfig.KEY) private readonly config: KafkaConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
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
    await readPart({
      kafka: this.kafka,
      config: this.config,
      reading: this.reading,
      logger: this.logger,
      stopping: this.stopping,
      group: `${recordsGroup(this.config.KAFKA_TOPIC_PREFIX, 'retry')}-restore`,
      topic: topics.providerChanged,
      from: starts,
      to: ends,
      each: async (record) => {
        const { topicName: topic, partition, offset, timestamp } = record;
        const change = readable(record);
        if (change) await each(change, { topic, partition, offset }, Date.now() - timestamp);
      },
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.reading.close();
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
