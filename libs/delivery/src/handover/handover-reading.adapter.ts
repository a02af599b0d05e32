import { type Channel, topicNames, topics } from '#libs/contracts';
import { factsGroup, KafkaReading, recordsGroup, RoundTrip } from '#libs/transport';
import { HandoverReading } from './handover-watch.service.ts';
import type { Kafka } from 'kafkajs';

/** How far hand-overs to retry and its answers have been read, by the committed offsets. */
export class KafkaHandoverReading extends HandoverReading {
  private readonly reading: KafkaReading;
  private readonly trip: RoundTrip;

  constructor(kafka: Kafka, prefix: string, channel: Channel) {
    super();
    this.reading = new KafkaReading(kafka);
    this.trip = new RoundTrip(this.reading, {
      there: { groupId: recordsGroup(prefix, 'retry'), topics: topicNames(topics.sendDeferred, prefix) },
      back: [{ groupId: factsGroup(prefix, channel), topics: topicNames(topics.sendPlanned, prefix) }],
    });
  }

  answeredUpTo(now: Date): Promise<Date | undefined> {
    return this.trip.answeredUpTo(now);
  }

  async close(): Promise<void> {
    await this.reading.close();
  }
}
