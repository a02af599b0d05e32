import { InfrastructureDown, type Topic, topicNames, topics } from '#libs/contracts';
import { contextFrom, type Logger, underContext } from '#libs/telemetry';
import {
  decode,
  factsGroup,
  type IncomingRecord,
  type KafkaConfig,
  KafkaReading,
  type Offsets,
  readPart,
  recordsGroup,
} from '#libs/transport';
import type { Kafka } from 'kafkajs';

/** A topic that a restored database reads again. */
export interface Reread<T = never> {
  topic: Topic;
  /**
   * committed: what lies beyond is read by the service itself, once it goes on. end: all of it, before the service goes
   * on.
   */
  upTo: 'committed' | 'end';
  /** Repeating must be safe, and nothing that was published before may be published differently. */
  apply: (value: T, record: IncomingRecord) => Promise<unknown>;
}

/** Makes the definition of a topic that is read again. */
export const reread = <T>(topic: Topic, upTo: Reread['upTo'], apply: Reread<T>['apply']): Reread => ({
  topic,
  upTo,
  apply: apply as Reread['apply'],
});

export interface RereadingOptions {
  service: string;
  kafka: Kafka;
  config: KafkaConfig;
  logger: Logger;
  stopping: AbortSignal;
}

/** What a service's groups have read, and how it is read once more. */
export class Rereading {
  readonly reading: KafkaReading;
  private readonly options: RereadingOptions;
  /** Records that could not be applied again. */
  failed = 0;
  applied = 0;

  constructor(options: RereadingOptions) {
    this.options = options;
    this.reading = new KafkaReading(options.kafka);
  }

  /** What the service's groups have committed. @throws InfrastructureDown */
  async committed(): Promise<Offsets> {
    const { service, config } = this.options;
    const groups = [recordsGroup, factsGroup].map((groupOf, index) => ({
      groupId: groupOf(config.KAFKA_TOPIC_PREFIX, service),
      names: this.followed(index === 1),
    }));
    const all = await Promise.all(
      groups
        .filter(({ names }) => names.length > 0)
        .map(({ groupId, names }) => this.reading.committed(groupId, names)),
    );
    return new Map(all.flatMap((offsets) => [...offsets]));
  }

  /** Where the topics that the service follows begin and end. @throws InfrastructureDown */
  extent(): Promise<{ starts: Offsets; ends: Offsets }> {
    return this.reading.extent([...this.followed(false), ...this.followed(true)]);
  }

  /**
   * Reads these topics, one after another.
   * @param from what has been applied of them before; a topic without any is read from its beginning
   * @returns up to where they are read now
   * @throws Stopping; InfrastructureDown
   */
  async read(rereads: readonly Reread[], from: Offsets, committed: Offsets): Promise<Offsets> {
    const { service, config, ...more } = this.options;
    const upTo = new Map<string, number>();
    for (const { topic, upTo: bound, apply } of rereads) {
      const names = topicNames(topic, config.KAFKA_TOPIC_PREFIX);
      const { starts, ends } = await this.reading.extent(names);
      const to = new Map([...ends].map(([name, end]) => [name, bound === 'end' ? end : (committed.get(name) ?? 0)]));
      const begin = new Map([...starts].map(([name, start]) => [name, Math.max(start, from.get(name) ?? 0)]));
      const group = `${recordsGroup(config.KAFKA_TOPIC_PREFIX, service)}-restore`;
      await readPart({
        ...more,
        config,
        reading: this.reading,
        group,
        topic,
        from: begin,
        to,
        each: (record) => this.apply(record, apply),
      });
      for (const [name, end] of to) upTo.set(name, Math.max(end, upTo.get(name) ?? 0));
    }
    return upTo;
  }

  async close(): Promise<void> {
    await this.reading.close();
  }

  private async apply(record: IncomingRecord, apply: Reread['apply']): Promise<void> {
    let value: unknown;
    try {
      ({ value } = decode(record));
    } catch {
      // It was quarantined when it was read first.
      return;
    }
    try {
      await underContext(contextFrom(record.headers), () => apply(value as never, record));
      this.applied += 1;
    } catch (err) {
      if (err instanceof InfrastructureDown) throw err;
      this.failed += 1;
      const { topicName: topic, partition, offset } = record;
      this.options.logger.error({ err, topic, partition, offset }, 'a record cannot be applied again after a restore');
    }
  }

  private followed(batched: boolean): string[] {
    const { service, config } = this.options;
    return Object.values(topics)
      .filter(
        (topic: Topic) => !topic.coming && topic.batched === batched && topic.to.some((party) => party === service),
      )
      .flatMap((topic) => topicNames(topic, config.KAFKA_TOPIC_PREFIX));
  }
}
