import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import {
  aKafkaConfig,
  aTopicPrefix,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
  withAdmin,
} from '#libs/testing';
import { KeyedConsumer, oneByOne } from '#libs/transport';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';

const topic = topics.statusChanged;

/** The connection from one client to Kafka, which can be cut. */
class Wire {
  private readonly sockets = new Set<Socket>();
  private whole = true;

  readonly socketFactory = ({
    host,
    port,
    onConnect,
  }: {
    host: string;
    port: number;
    onConnect: () => void;
  }): Socket => {
    // Nothing listens on port 1: a refusal, as from a broker that is down.
    const socket = connect({ host, port: this.whole ? port : 1 }, onConnect);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  cut(): void {
    this.whole = false;
    for (const socket of this.sockets)
      socket.destroy(Object.assign(new Error('the wire is cut'), { code: 'ECONNRESET' }));
  }

  remedy(): void {
    this.whole = true;
  }
}

/** A client over that wire with few retries, so that its consumer restarts. */
function shortTimeoutKafka(wire: Wire): Kafka {
  const kafka = new Kafka({
    brokers: kafkaBrokers().split(','),
    socketFactory: wire.socketFactory,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 5 },
    logLevel: logLevel.NOTHING,
  });
  const make = kafka.consumer.bind(kafka);
  kafka.consumer = (config) =>
    make({ ...config!, retry: { ...config?.retry, initialRetryTime: 100, maxRetryTime: 500, retries: 5 } });
  return kafka;
}

describe('a key-parallel consumer whose Kafka is away for longer than its client retries', () => {
  const client = new KafkaTestClient();
  afterAll(() => client.close());

  it('tolerates that paused partitions get room meanwhile, and continues where it was', async () => {
    const prefix = aTopicPrefix();
    await provisionTopics(prefix, [topic], 1);
    const wire = new Wire();
    const kafka = shortTimeoutKafka(wire);
    const gate = Promise.withResolvers<void>();
    const seen = new Set<string>();
    const handle = async ({ value }: { value: Buffer | null }) => {
      await gate.promise;
      seen.add(String(value));
      return true;
    };
    const config = aKafkaConfig(prefix, {
      KAFKA_COMMIT_INTERVAL_MS: '20',
      KAFKA_PARTITION_WINDOW: '10',
      KAFKA_CONCURRENCY: '50',
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    });
    const groupId = `${prefix}readers`;
    const consumer = new KeyedConsumer({
      kafka,
      config,
      groupId,
      topics: [topic],
      handle: oneByOne(handle),
      logger: silentLogger(),
    });
    await consumer.start();
    try {
      await eventually(() => consumer.isMember, { timeoutMs: 30_000, what: 'the group' });
      const name = topicName(topic, prefix);
      await client.produce(name, ...Array.from({ length: 40 }, (_, index) => ({ value: String(index) })));
      await delay(500);
      wire.cut();
      await eventually(() => !consumer.isMember, { what: 'the loss of the connection' });
      gate.resolve();
      // Many commit intervals, with nothing to commit.
      await delay(1_000);
      expect(consumer.isMember).toBe(false);
      wire.remedy();
      const committed = () => withAdmin((admin) => admin.fetchOffsets({ groupId, topics: [name] }));
      await eventually(async () => (await committed())[0]?.partitions[0]?.offset === '40', {
        timeoutMs: 30_000,
        what: 'the commit over all',
      });
      expect(seen.size).toBe(40);
    } finally {
      wire.remedy();
      await consumer.stop(1_000);
    }
  });
});
