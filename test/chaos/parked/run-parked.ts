import { setTimeout as delay } from 'node:timers/promises';
import { type Lane, topicName, topics } from '#libs/contracts';
import pg from 'pg';
import { ReportingApi } from '../../../apps/cli/src/environment/reporting-api.ts';
import { acceptedSends, type Sources, writtenTo } from '../gather.ts';
import { setFaults } from '../inject-fault.ts';
import { publish } from '../publish.ts';
import { sourcesOf } from '../run.ts';
import { ChaosStack } from '../stack.ts';
import { type ParkedFigures, parkedFigures, PROVIDERS_RATE } from './parked.policy.ts';

export interface ParkedOptions {
  messages: number;
  /** How long it is watched, in seconds. */
  seconds: number;
  seed: number;
  keep: boolean;
  say: (line: string) => void;
  signal: AbortSignal;
}

const lanes: readonly Lane[] = ['urgent', 'transactional', 'bulk'];
/** So long takes the publication of one, in milliseconds. */
const MS_PER_MESSAGE = 2;
/** Parking stands still: it is given up, in milliseconds. */
const GIVE_UP_MS = 60_000;
/** What is on its way as the watch ends arrives in this time, in milliseconds. */
const SETTLE_MS = 15_000;

interface Operation {
  operationId: string;
  state: string;
}

const throttling = { resend: { status: 429, retryAfterSeconds: 3_600 } };

/**
 * Messages of all lanes are parked while their provider is left alone. Then they leave, by a provider that answers 429
 * beyond ten a second; meanwhile one of two replicas of retry is killed.
 */
export async function runParked(options: ParkedOptions): Promise<ParkedFigures> {
  const { seconds, say, signal } = options;
  const chaos = await ChaosStack.start({
    services: ['email', 'retry', 'reporting'],
    replicated: ['retry'],
    // The platform believes that the provider takes more than it does.
    env: { EMAIL_PROVIDERS: 'resend', RESEND_RATE_PER_S: '200', SANDBOX_RESEND_RATE_PER_S: String(PROVIDERS_RATE) },
    say,
    signal,
  });
  const table = new Schedule(chaos.stack.env['DATABASE_URL'] ?? '');
  const sandboxUrl = chaos.stack.urls.sandbox ?? '';
  try {
    const sources = sourcesOf(chaos, options);
    await setFaults(sandboxUrl, throttling);
    const known = await park(sources, table, options);
    await setFaults(sandboxUrl, { resend: null });
    await liftAll(new ReportingApi(chaos.stack.env));
    const from = Date.now();
    say(`lifted; watched for ${seconds} s`);
    await delay((seconds * 1_000) / 3, undefined, { signal });
    say('kill -9 retry-2');
    chaos.signal('retry-2', 'SIGKILL');
    await delay((seconds * 2_000) / 3, undefined, { signal });
    const to = Date.now();
    await setFaults(sandboxUrl, throttling);
    await delay(SETTLE_MS, undefined, { signal });
    return parkedFigures({
      from,
      to,
      lanes: known,
      releasedAt: (await writtenTo(sources, topics.emailDue)).map(({ at }) => at),
      accepted: (await acceptedSends(sources)).map(({ messageId, acceptedAt: at }) => ({ messageId, at })),
      waiting: await table.waiting(),
    });
  } finally {
    await table.close();
    await chaos.stop({ keep: options.keep });
  }
}

/** @returns the lane of each message that Kafka has acknowledged, once all of them are parked */
async function park(
  sources: Sources,
  table: Schedule,
  { messages, say, signal }: ParkedOptions,
): Promise<Map<string, Lane>> {
  const expiresAt = new Date(Date.now() + 24 * 3_600_000).toISOString();
  const known = new Map<string, Lane>();
  const records = Array.from({ length: messages }, (_, index) => {
    const messageId = `${sources.tenant}-${index}`;
    const lane = lanes[index % lanes.length]!;
    known.set(messageId, lane);
    const to = [{ email: `user-${index}@inbox.test` }];
    const request = { messageId, tenant: sources.tenant, to, subject: `Number ${index}`, text: 'Parked', expiresAt };
    const topic = topicName(topics.emailRequested, 'messaging.', lane);
    return { topic, key: messageId, messageId, value: JSON.stringify(request) };
  });
  say(`${messages} messages are published and parked`);
  await publish(sources.kafka, records, { ms: messages * MS_PER_MESSAGE, signal });
  let [last, movedAt, saidAt] = [0, performance.now(), performance.now()];
  for (;;) {
    const { size } = await table.waiting();
    if (size >= messages) return known;
    if (size !== last) movedAt = performance.now();
    last = size;
    if (performance.now() - movedAt > GIVE_UP_MS) throw new Error(`${size} of ${messages} messages are parked`);
    if (performance.now() - saidAt > 10_000) {
      saidAt = performance.now();
      say(`${size} are parked`);
    }
    await delay(1_000, undefined, { signal });
  }
}

async function liftAll(api: ReportingApi): Promise<void> {
  const { items } = await api.call<{ items: { id: string }[] }>('GET', 'holds?channel=email');
  for (const { id } of items) {
    const order = { channel: 'email', holdId: id, reason: 'the provider works again' };
    let operation = await api.call<Operation>('POST', 'controls/lift', order);
    for (; operation.state !== 'done'; await delay(50))
      operation = await api.call<Operation>('GET', `operations/${operation.operationId}`);
  }
}

/** What retry keeps. */
class Schedule {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 1 });
    this.pool.on('error', () => undefined);
  }

  /** The messages that wait for a provider, or are released and not yet taken. */
  async waiting(): Promise<Set<string>> {
    const { rows } = await this.pool.query<{ message_id: string }>(
      `SELECT message_id FROM retry.schedule WHERE state IN ('pending', 'releasing', 'published')`,
    );
    return new Set(rows.map(({ message_id }) => message_id));
  }

  async close(): Promise<void> {
    await this.pool.end().catch(() => undefined);
  }
}
