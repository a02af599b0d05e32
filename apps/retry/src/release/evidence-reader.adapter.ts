import { type Channel, topicName, topics } from '#libs/contracts';
import { KAFKA } from '#libs/runtime';
import { advance, factsGroup, KafkaReading, type Mark, readUpTo } from '#libs/transport';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Kafka } from 'kafkajs';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { EvidenceReader, type ReadUpTo } from './evidence-reader.port.ts';

/** How far retry and a channel have read what is published, as Kafka knows it. */
@Injectable()
export class KafkaEvidenceReader extends EvidenceReader implements OnModuleDestroy {
  private readonly reading: KafkaReading;
  private readonly prefix: string;
  private readonly topic: string;
  private readonly marks = new Map<Channel, Mark[]>();

  constructor(@Inject(KAFKA) kafka: Kafka, @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'KAFKA_TOPIC_PREFIX'>) {
    super();
    this.reading = new KafkaReading(kafka);
    this.prefix = config.KAFKA_TOPIC_PREFIX;
    this.topic = topicName(topics.statusChanged, this.prefix);
  }

  async upTo(now: Date, channels: readonly Channel[]): Promise<ReadUpTo> {
    const extent = await this.reading.extent([this.topic]);
    const positionOf = (service: string) => this.reading.position(factsGroup(this.prefix, service), extent);
    const own = await positionOf('retry');
    const known: ReadUpTo = {};
    for (const channel of channels) {
      const positions = [own, await positionOf(channel)];
      const marks = advance(this.marks.get(channel) ?? [], { at: now, ends: extent.ends }, positions);
      this.marks.set(channel, marks);
      const at = readUpTo(marks, positions);
      if (at) known[channel] = at;
    }
    return known;
  }

  async onModuleDestroy(): Promise<void> {
    await this.reading.close();
  }
}
