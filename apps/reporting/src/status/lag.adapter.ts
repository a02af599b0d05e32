import { OperatingService, type Topic, topicNames, topics } from '#libs/contracts';
import { KAFKA, kafkaConfig } from '#libs/runtime';
import { factsGroup, type KafkaConfig, KafkaReading, recordsGroup } from '#libs/transport';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Kafka } from 'kafkajs';
import { type GroupLag, Lags } from './lag.port.ts';

@Injectable()
export class KafkaLags extends Lags implements OnApplicationShutdown {
  private readonly reading: KafkaReading;

  constructor(
    @Inject(KAFKA) kafka: Kafka,
    @Inject(kafkaConfig.KEY) private readonly config: KafkaConfig,
  ) {
    super();
    this.reading = new KafkaReading(kafka);
  }

  async all(): Promise<GroupLag[]> {
    const { KAFKA_TOPIC_PREFIX: prefix } = this.config;
    const groups = [...OperatingService.options, 'reporting'].flatMap((service) =>
      [false, true].map((batched) => ({
        group: (batched ? factsGroup : recordsGroup)(prefix, service),
        topics: readBy(service, batched).flatMap((topic) => topicNames(topic, prefix)),
      })),
    );
    return Promise.all(groups.filter((each) => each.topics.length > 0).map((each) => this.lagOf(each)));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.reading.close();
  }

  private async lagOf({ group, topics: names }: { group: string; topics: string[] }): Promise<GroupLag> {
    const [extent, committed] = await Promise.all([this.reading.extent(names), this.reading.committed(group, names)]);
    const behind = new Map<string, number>();
    for (const [partition, end] of extent.ends) {
      const from = Math.max(committed.get(partition) ?? 0, extent.starts.get(partition) ?? 0);
      const topic = partition.slice(0, partition.lastIndexOf('/'));
      behind.set(topic, (behind.get(topic) ?? 0) + Math.max(0, end - from));
    }
    const lagging = [...behind].map(([topic, records]) => ({ topic, records })).filter(({ records }) => records > 0);
    return {
      group,
      records: lagging.reduce((sum, { records }) => sum + records, 0),
      topics: lagging.toSorted((a, b) => b.records - a.records),
    };
  }
}

const readBy = (service: string, batched: boolean): Topic[] =>
  Object.values<Topic>(topics).filter(
    (topic) => !topic.coming && topic.batched === batched && topic.to.some((party) => party === service),
  );
