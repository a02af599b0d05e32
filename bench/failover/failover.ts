import { setTimeout as delay } from 'node:timers/promises';
import { type Lane, topicName, topics } from '#libs/contracts';
import type { Producer } from 'kafkajs';
import { createKafka } from '../../apps/cli/src/kafka/kafka-client.ts';
import { Gate } from '../../test/chaos/outage/gate.ts';
import { percentile, rounded } from '../figures.ts';
import type { Closers } from '../foundation/closers.ts';
import { followFacts } from '../foundation/facts.ts';
import { startSystem } from '../foundation/system.ts';
import { now } from '../foundation/tell.ts';
import { requestOf } from '../peers/mail.ts';
import { Operator } from './operator.ts';

const PREFIX = 'messaging.';
const lanes: readonly Lane[] = ['urgent', 'transactional', 'bulk'];
/** Above what is published here, so that the rate of the second provider is no part of the figures. */
const settings = { RESEND_RATE_PER_S: '200', SANDBOX_RESEND_RATE_PER_S: '200' };
const GIVE_UP_MS = 120_000;
/** An answer of the other provider within this time came without waiting out any window. */
const AT_ONCE_MS = 3_000;

export interface FailoverOptions {
  /** How many messages each lane gets. */
  messages: number;
  /** How many of them a second. */
  perSecond: number;
}

/** From the publication of a message to the fact that a provider took it, in milliseconds. */
interface Figures {
  p50: number;
  p99: number;
  most: number;
  later3s: number;
  byResend: number;
  messages: number;
}

/** A message on its way. */
interface Sent {
  publishedAt: number;
  takenAt?: number;
  provider?: string | undefined;
}

interface Scenario {
  name: string;
  lanes: readonly Lane[];
  faults: Record<string, object>;
}

const hour = { status: 429, retryAfterSeconds: 3_600 };
const scenarios: readonly Scenario[] = [
  { name: 'throttled429', lanes, faults: { sendgrid: hour } },
  { name: 'refused401', lanes, faults: { sendgrid: { status: 401 } } },
  { name: 'refused403', lanes, faults: { sendgrid: { status: 403 } } },
  { name: 'unavailable503', lanes: ['urgent'], faults: { sendgrid: { status: 503 } } },
];

/**
 * How long messages take while their first provider has trouble, and how long after an operator's lift where both have.
 * @throws where a message is not taken within two minutes
 */
export async function failover(
  closers: Closers,
  say: (line: string) => void,
  options: FailoverOptions,
): Promise<Record<string, object>> {
  say('starting the system');
  const gate = await Gate.open();
  closers.add(() => gate.close());
  const system = await startSystem(closers, { all: settings, email: { SENDGRID_BASE_URL: gate.url } });
  gate.leadTo(system.sandboxUrl);
  const kafka = createKafka({ KAFKA_BROKERS: system.kafkaBrokers }, 'bench');
  const messages = new Map<string, Sent>();
  // Which provider took each message, and when that was read.
  await followFacts(kafka, PREFIX, closers, ({ messageId = '', status, provider }) => {
    const sent = messages.get(messageId);
    if (!sent || sent.takenAt !== undefined || status !== 'sent') return;
    sent.takenAt = now();
    sent.provider = provider;
  });
  const producer = kafka.producer();
  await producer.connect();
  closers.add(() => producer.disconnect());
  const operator = new Operator(system);
  const figures: Record<string, object> = {};
  const measure = async (name: string, used: readonly Lane[]) => {
    say(`${name}: ${options.messages} messages in each of ${used.join(', ')}`);
    const ids = await publish(producer, messages, name, used, options);
    await untilTaken(messages, ids);
    figures[name] = figuresOf(ids.map((id) => messages.get(id)!));
  };
  for (const { name, lanes: used, faults } of scenarios) {
    await operator.faults(faults);
    await measure(name, used);
    await operator.recover();
  }
  say('both held: all wait, and go after the lift');
  figures['bothHeldThenLifted'] = await bothHeld(operator, producer, messages, options);
  // Last: its circuit stays open for a while.
  await gate.vanish();
  await measure('refusedConnections', lanes);
  return figures;
}

async function bothHeld(
  operator: Operator,
  producer: Producer,
  messages: Map<string, Sent>,
  options: FailoverOptions,
): Promise<object> {
  await operator.faults({ sendgrid: hour, resend: hour });
  const ids = await publish(producer, messages, 'held', lanes, options);
  await delay(5_000);
  const takenBefore = ids.filter((id) => messages.get(id)!.takenAt !== undefined).length;
  await operator.recover();
  const liftedAt = now();
  await untilTaken(messages, ids);
  const after = ids.map((id) => messages.get(id)!.takenAt! - liftedAt);
  return {
    messages: ids.length,
    takenBefore,
    firstAfterLiftMs: rounded(Math.min(...after)),
    lastAfterLiftMs: rounded(Math.max(...after)),
  };
}

function figuresOf(messages: readonly Sent[]): Figures {
  const waits = messages.map(({ publishedAt, takenAt = Number.NaN }) => takenAt - publishedAt);
  return {
    p50: rounded(percentile(waits, 0.5)),
    p99: rounded(percentile(waits, 0.99)),
    most: rounded(Math.max(...waits)),
    later3s: waits.filter((wait) => wait > AT_ONCE_MS).length,
    byResend: messages.filter(({ provider }) => provider === 'resend').length,
    messages: messages.length,
  };
}

/** At an even pace, one after the other in each lane. */
async function publish(
  producer: Producer,
  messages: Map<string, Sent>,
  name: string,
  used: readonly Lane[],
  { messages: count, perSecond }: FailoverOptions,
): Promise<string[]> {
  const ids: string[] = [];
  const began = now();
  for (let index = 0; index < count; index += 1) {
    for (const lane of used) {
      const messageId = `${name}-${lane}-${index}`;
      ids.push(messageId);
      messages.set(messageId, { publishedAt: now() });
      await producer.send({
        topic: topicName(topics.emailRequested, PREFIX, lane),
        acks: -1,
        messages: [{ key: messageId, value: JSON.stringify(requestOf(messageId, index)) }],
      });
    }
    await delay(Math.max(0, began + ((index + 1) * 1_000) / perSecond - now()));
  }
  return ids;
}

async function untilTaken(messages: ReadonlyMap<string, Sent>, ids: readonly string[]): Promise<void> {
  for (const until = now() + GIVE_UP_MS; now() < until; await delay(100))
    if (ids.every((id) => messages.get(id)?.takenAt !== undefined)) return;
  const left = ids.filter((id) => messages.get(id)?.takenAt === undefined);
  throw new Error(`${left.length} messages were not taken within ${GIVE_UP_MS / 1_000} s, such as ${left[0]}`);
}
