/**
 * Works off one partition, 0 to 5 ms a record, with our KeyedConsumer or with kafkajs's own eachMessage; from dist, as
 * shipped.
 */
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { topics } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { createKafka, kafkaSettings, KeyedConsumer, oneByOne } from '#libs/transport';
import { z } from 'zod';
import { now, tell, tellFailure } from '../foundation/tell.ts';
import type { Work } from './schedule.ts';

const { MODE: mode, TOPIC: topic = '', GROUP: group = '', MESSAGES: wanted } = process.env;
const config = z.object(kafkaSettings).parse(process.env);
const logger = createLogger('bench', 'silent');
const kafka = createKafka(config, 'bench', logger);
const last = new Map<string, number>();
let done = 0;

process.once('message', () => {
  (mode === 'stock' ? stock() : ours()).catch(tellFailure);
});
tell({ kind: 'ready' });

async function ours(): Promise<void> {
  const consumer = new KeyedConsumer({
    kafka,
    config,
    logger,
    groupId: group,
    topics: [topics.emailRequested],
    handle: oneByOne(async ({ key, value, offset }) => {
      await work(key, value, offset);
      return true;
    }),
  });
  await consumer.start();
}

async function stock(): Promise<void> {
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: ({ message }) => work(message.key, message.value, Number(message.offset)) });
}

async function work(key: Buffer | null, value: Buffer | null, offset: number): Promise<void> {
  const begin = performance.now();
  if (done === 0 && last.size === 0) tell({ kind: 'from', at: now() });
  const { ms } = JSON.parse(String(value)) as Work;
  const name = String(key);
  if ((last.get(name) ?? -1) >= offset) throw new Error(`the records of ${name} changed their order`);
  last.set(name, offset);
  // Node's timers are late by up to a millisecond, which is a good part of the work itself: the rest is waited for turn
  // by turn.
  if (ms > 2) await delay(Math.floor(ms) - 1);
  while (performance.now() - begin < ms) await turn();
  done += 1;
  if (done === Number(wanted)) tell({ kind: 'to', at: now() });
}
