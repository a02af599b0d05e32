import { setTimeout as delay } from 'node:timers/promises';
import { type Lane, topicName, topics } from '#libs/contracts';
import { factsGroup } from '#libs/transport';
import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import { applyTopics } from '../../apps/cli/src/kafka/topics.ts';
import type { Closers } from '../foundation/closers.ts';
import { now } from '../foundation/tell.ts';
import { requestOf } from '../peers/mail.ts';

const PER_REQUEST = 1_000;
/** How often the status topic is looked at, in milliseconds. */
const LOOK_EVERY_MS = 100;
const STALLED_MS = 60_000;

/** Publishes requests as upstream does, and sees what became of them by the status topic. */
export class Upstream {
  readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly producer: Producer;

  private readonly prefix: string;

  private constructor(brokers: string, prefix: string) {
    this.prefix = prefix;
    this.kafka = createKafka({ KAFKA_BROKERS: brokers }, 'bench');
    this.admin = this.kafka.admin();
    this.producer = this.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  }

  /** @param prefix of the topics; they are made where they are not there yet */
  static async connect(brokers: string, prefix: string, closers: Closers): Promise<Upstream> {
    await applyTopics({ KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix });
    const upstream = new Upstream(brokers, prefix);
    closers.add(() => Promise.all([upstream.admin.disconnect(), upstream.producer.disconnect()]));
    await Promise.all([upstream.admin.connect(), upstream.producer.connect()]);
    await upstream.untilLed();
    return upstream;
  }

  /** A topic of the bench's own. */
  async createTopic(topic: string, numPartitions: number): Promise<void> {
    await this.admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions, replicationFactor: 1 }] });
  }

  /** Publishes requests, each under a key of its own, into a lane or a topic. */
  async request(run: string, count: number, to: Lane | { topic: string }): Promise<void> {
    const topic = typeof to === 'string' ? topicName(topics.emailRequested, this.prefix, to) : to.topic;
    for (let from = 0; from < count; from += PER_REQUEST) {
      const messages = Array.from({ length: Math.min(PER_REQUEST, count - from) }, (_, step) => {
        const messageId = `${run}-${from + step}`;
        return { key: messageId, value: JSON.stringify(requestOf(messageId, from + step)) };
      });
      await this.producer.send({ topic, acks: -1, messages });
    }
  }

  /** How many facts have been published so far. */
  async facts(): Promise<number> {
    const offsets = await this.admin.fetchTopicOffsets(topicName(topics.statusChanged, this.prefix));
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  }

  /** How many of the published facts a service has not read and committed yet. */
  async unread(service: string): Promise<number> {
    const published = await this.facts();
    const [of] = await this.admin.fetchOffsets({
      groupId: factsGroup(this.prefix, service),
      topics: [topicName(topics.statusChanged, this.prefix)],
    });
    return published - of!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Leaders are elected a moment after a topic is created. */
  private async untilLed(): Promise<void> {
    for (let look = 0; look < 50; look += 1) {
      if (
        await this.facts().then(
          () => true,
          () => false,
        )
      )
        return;
      await delay(200);
    }
  }

  /** When so many facts have been published, in milliseconds since 1970; between two looks, in proportion. */
  async timeOf(wanted: number): Promise<number> {
    let last = { count: await this.facts(), at: now() };
    for (let moved = last.at; last.count < wanted;) {
      await delay(LOOK_EVERY_MS);
      const seen = { count: await this.facts(), at: now() };
      if (seen.count >= wanted)
        return last.at + ((wanted - last.count) / (seen.count - last.count)) * (seen.at - last.at);
      if (seen.count > last.count) moved = seen.at;
      if (seen.at - moved > STALLED_MS)
        throw new Error(`nothing was sent for ${STALLED_MS / 1_000} s; ${seen.count} facts of ${wanted} are there`);
      last = seen;
    }
    return last.at;
  }
}
