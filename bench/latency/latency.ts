import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import type { Kafka } from 'kafkajs';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import { percentile, rounded } from '../figures.ts';
import type { Closers } from '../foundation/closers.ts';
import { followFacts } from '../foundation/facts.ts';
import { startSystem } from '../foundation/system.ts';
import { now } from '../foundation/tell.ts';
import { requestOf } from '../peers/mail.ts';

const PREFIX = 'messaging.';
/** Between two messages, in milliseconds: the system is idle. */
const PAUSE_MS = 50;
/** Sent before the measurement begins. */
const WARM_UP = 20;
const GIVE_UP_MS = 30_000;

interface Quantiles {
  p50: number;
  p99: number;
}

export interface LatencyFigures {
  publishToProviderMs: Quantiles;
  publishToDeliveredMs: Quantiles;
  messages: number;
}

/**
 * What one message takes on an idle system, from before it is published until its `delivered` is read from the status
 * topic.
 */
export async function latency(
  closers: Closers,
  say: (line: string) => void,
  { messages }: { messages: number },
): Promise<LatencyFigures> {
  say('starting the system');
  const { kafkaBrokers, sandboxUrl } = await startSystem(closers);
  const kafka = createKafka({ KAFKA_BROKERS: kafkaBrokers }, 'bench');
  const delivered = await followDelivered(kafka, closers);
  const publish = await publisher(kafka, closers);
  say(`sending ${messages} messages, one after another`);
  const published = new Map<string, number>();
  const waits: number[] = [];
  for (let index = 0; index < WARM_UP + messages; index += 1) {
    const messageId = `latency-${index}`;
    const came = delivered(messageId);
    const at = now();
    await publish(messageId, index);
    const wait = (await came) - at;
    if (index >= WARM_UP) {
      published.set(messageId, at);
      waits.push(wait);
    }
    await delay(PAUSE_MS);
  }
  const accepted = await acceptedAt(sandboxUrl, WARM_UP + messages);
  const toProvider = [...published].map(([messageId, at]) => accepted.get(messageId)! - at);
  return { publishToProviderMs: quantiles(toProvider), publishToDeliveredMs: quantiles(waits), messages };
}

const quantiles = (values: number[]): Quantiles => ({
  p50: rounded(percentile(values, 0.5), 1),
  p99: rounded(percentile(values, 0.99), 1),
});

async function publisher(
  kafka: Kafka,
  closers: Closers,
): Promise<(messageId: string, index: number) => Promise<unknown>> {
  const producer = kafka.producer();
  await producer.connect();
  closers.add(() => producer.disconnect());
  const topic = topicName(topics.emailRequested, PREFIX);
  return (messageId, index) =>
    producer.send({
      topic,
      acks: -1,
      messages: [{ key: messageId, value: JSON.stringify(requestOf(messageId, index)) }],
    });
}

/** @returns a function that tells when a message's `delivered` comes, in milliseconds since 1970 */
async function followDelivered(kafka: Kafka, closers: Closers): Promise<(messageId: string) => Promise<number>> {
  const waiting = new Map<string, (at: number) => void>();
  await followFacts(kafka, PREFIX, closers, ({ messageId = '', status }) => {
    if (status === 'delivered') waiting.get(messageId)?.(now());
  });
  return (messageId) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${messageId} was not delivered within ${GIVE_UP_MS / 1_000} s`)),
        GIVE_UP_MS,
      );
      waiting.set(messageId, (at) => {
        clearTimeout(timer);
        waiting.delete(messageId);
        resolve(at);
      });
    });
}

/** When the sandbox took each message. */
async function acceptedAt(sandboxUrl: string, limit: number): Promise<Map<string, number>> {
  const response = await fetch(`${sandboxUrl}/_sandbox/messages?limit=${limit}`);
  const { messages } = (await response.json()) as { messages: { reference: string; acceptedAt: string }[] };
  return new Map(messages.map(({ reference, acceptedAt: at }) => [reference, Date.parse(at)]));
}
