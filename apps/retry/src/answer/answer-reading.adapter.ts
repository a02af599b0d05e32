import { type Channel, channelRegistry, topicNames, topics } from '#libs/contracts';
import { KAFKA } from '#libs/runtime';
import { factsGroup, KafkaReading, recordsGroup, RoundTrip } from '#libs/transport';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Kafka } from 'kafkajs';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { AnswerReading } from './answer-reading.port.ts';

/** To a channel and back, as Kafka knows how far its groups have read. */
@Injectable()
export class KafkaAnswerReading extends AnswerReading implements OnModuleDestroy {
  private readonly reading: KafkaReading;
  private readonly prefix: string;
  private readonly trips = new Map<Channel, RoundTrip>();

  constructor(@Inject(KAFKA) kafka: Kafka, @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'KAFKA_TOPIC_PREFIX'>) {
    super();
    this.reading = new KafkaReading(kafka);
    this.prefix = config.KAFKA_TOPIC_PREFIX;
  }

  upTo(now: Date, channel: Channel): Promise<Date | undefined> {
    const trip = this.trips.get(channel) ?? this.tripTo(channel);
    this.trips.set(channel, trip);
    return trip.answeredUpTo(now);
  }

  async onModuleDestroy(): Promise<void> {
    await this.reading.close();
  }

  private tripTo(channel: Channel): RoundTrip {
    const { prefix } = this;
    return new RoundTrip(this.reading, {
      there: { groupId: recordsGroup(prefix, channel), topics: topicNames(channelRegistry[channel].due, prefix) },
      back: [
        { groupId: recordsGroup(prefix, 'retry'), topics: topicNames(topics.sendDeferred, prefix) },
        { groupId: factsGroup(prefix, 'retry'), topics: topicNames(topics.statusChanged, prefix) },
      ],
    });
  }
}
