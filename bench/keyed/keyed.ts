import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { topicName, topics } from '#libs/contracts';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import type { Bench } from '../bench.ts';
import { median, rounded } from '../figures.ts';
import { Child } from '../foundation/child.ts';
import { aWorkload, idealMs, type Work } from './schedule.ts';

const KEYS = 100;
const SLOTS = 16;

export interface KeyedFigures {
  /** Milliseconds for all records: computed, and measured. */
  idealMs: number;
  oursMs: number;
  stockMs: number;
  ratios: { toIdeal: number; toStock: number };
  messages: number;
  othersShare: number;
}

/** How near the consumer comes to the best that one partition's keys allow. */
export async function keyed(
  bench: Bench,
  { messages, rounds }: { messages: number; rounds: number },
): Promise<KeyedFigures> {
  const works = aWorkload(messages, KEYS);
  const ideal = idealMs(works, SLOTS);
  const ours: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    ours.push(await measure(bench, 'ours', works, round));
    bench.say(`round ${round}: ours ${Math.round(ours.at(-1)!)} ms, ideal ${Math.round(ideal)} ms`);
  }
  // One after another takes what the work takes: once is enough, and a part of the records tells.
  const part = works.slice(0, Math.min(messages, 2_000));
  const stock = (await measure(bench, 'stock', part, 0)) * (messages / part.length);
  return {
    idealMs: rounded(ideal),
    oursMs: rounded(median(ours)),
    stockMs: rounded(stock),
    ratios: { toIdeal: rounded(ideal / median(ours), 3), toStock: rounded(stock / median(ours), 1) },
    messages,
    othersShare: rounded(bench.othersShare, 2),
  };
}

async function measure(
  { foundation, closers }: Bench,
  mode: 'ours' | 'stock',
  works: readonly Work[],
  round: number,
): Promise<number> {
  const prefix = `keyed-${mode}-${round}.`;
  const brokers = foundation.kafkaBrokers;
  // The urgent lane may take all places there are, so sixteen are sixteen.
  const topic = topicName(topics.emailRequested, prefix, 'urgent');
  await publish(brokers, prefix, topic, works);
  const env = {
    MODE: mode,
    TOPIC: topic,
    GROUP: `${prefix}bench`,
    MESSAGES: String(works.length),
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_CONCURRENCY: String(SLOTS),
  };
  const peer = new Child(
    join(import.meta.dirname, 'keyed.peer.ts'),
    { env, node: ['--disable-warning=TimeoutNegativeWarning'] },
    closers,
  );
  await peer.next('ready');
  const marks = Promise.all([peer.next('from'), peer.next('to')]);
  peer.tell({});
  const [from, to] = await marks;
  await peer.stop('SIGKILL');
  return to.at - from.at;
}

async function publish(brokers: string, prefix: string, topic: string, works: readonly Work[]): Promise<void> {
  const kafka = createKafka({ KAFKA_BROKERS: brokers }, 'bench');
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await Promise.all([admin.connect(), producer.connect()]);
  const lanes = (['urgent', 'transactional', 'bulk'] as const).map((lane) =>
    topicName(topics.emailRequested, prefix, lane),
  );
  await admin.createTopics({
    waitForLeaders: true,
    topics: lanes.map((name) => ({ topic: name, numPartitions: 1, replicationFactor: 1 })),
  });
  for (let from = 0; from < works.length; from += 1_000) {
    await producer.send({
      topic,
      acks: -1,
      messages: works.slice(from, from + 1_000).map((work) => ({ key: work.key, value: JSON.stringify(work) })),
    });
  }
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}
