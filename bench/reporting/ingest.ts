import { setTimeout as delay } from 'node:timers/promises';
import { factId, type StatusChanged, topicName, topics } from '#libs/contracts';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { Pool } from '#libs/persistence';
import { percentile } from '../figures.ts';
import { now } from '../foundation/tell.ts';
import { requestOf } from '../peers/mail.ts';

const PER_REQUEST = 500;
export const FACTS_EACH = 4;
/** Facts a second while freshness is measured: half of what it must take in. */
const STEADY_PER_S = 4_000;
const STEADY_TICK_MS = 100;
const LOOK_EVERY_MS = 25;
/** Not counted at the beginning: the service warms up. */
const WARM_UP_SHARE = 0.1;
const STALLED_MS = 60_000;

/** Publishes requests and facts as upstream and a channel do, and sees when reporting has them. */
export class Ingest {
  private readonly producer: Producer;
  private readonly prefix: string;
  private readonly pool: Pool;

  private constructor(kafka: Kafka, prefix: string, pool: Pool) {
    this.prefix = prefix;
    this.pool = pool;
    this.producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  }

  static async connect(kafka: Kafka, prefix: string, pool: Pool): Promise<Ingest> {
    const ingest = new Ingest(kafka, prefix, pool);
    await ingest.producer.connect();
    return ingest;
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }

  /** Four facts of each message. */
  async publish(messages: number): Promise<void> {
    for (let from = 0; from < messages; from += PER_REQUEST)
      await this.send(
        Array.from({ length: Math.min(PER_REQUEST, messages - from) }, (_, index) => ({
          messageId: `ingest-${from + index}`,
          tenant: `tenant-${index % 20}`,
        })),
      );
  }

  /** Facts a second that reporting stores, of so many messages that were published. */
  async perSecond(messages: number): Promise<number> {
    const wanted = messages * FACTS_EACH;
    let first: { count: number; at: number } | undefined;
    let last = { count: await this.stored(), at: now() };
    for (let moved = now(); last.count < wanted;) {
      await delay(500);
      const seen = { count: await this.stored(), at: now() };
      if (seen.count > last.count) moved = seen.at;
      if (seen.at - moved > STALLED_MS) throw new Error(`reporting has ${seen.count} facts of ${wanted}, and no more`);
      if (!first && seen.count >= wanted * WARM_UP_SHARE) first = seen;
      last = seen;
    }
    return (last.count - first!.count) / ((last.at - first!.at) / 1_000);
  }

  /** Milliseconds from when a fact is in Kafka until it is counted, while others come at an even pace. */
  async freshnessMs(forMs: number): Promise<number> {
    const published = new Map<string, number>();
    const counted = new Map<string, number>();
    let ended = false;
    const looking = (async () => {
      while (!ended || counted.size < published.size) {
        for (const tenant of await this.probesCounted()) if (!counted.has(tenant)) counted.set(tenant, now());
        await delay(LOOK_EVERY_MS);
      }
    })();
    const start = now();
    for (let tick = 0; now() < start + forMs; tick += 1) {
      await delay(Math.max(0, start + tick * STEADY_TICK_MS - now()));
      const tenant = `probe-${String(tick).padStart(6, '0')}`;
      const others = (STEADY_PER_S * STEADY_TICK_MS) / 1_000 / FACTS_EACH - 1;
      await this.send([
        { messageId: tenant, tenant },
        ...Array.from({ length: others }, (_, index) => ({ messageId: `${tenant}-${index}`, tenant: 'tenant-1' })),
      ]);
      published.set(tenant, now());
    }
    ended = true;
    await looking;
    return percentile(
      [...published].map(([tenant, at]) => counted.get(tenant)! - at),
      0.99,
    );
  }

  private async send(messages: readonly { messageId: string; tenant: string }[]): Promise<void> {
    const requests = messages.map(({ messageId, tenant }, index) => ({
      key: messageId,
      value: JSON.stringify({ ...requestOf(messageId, index), tenant, template: undefined }),
    }));
    const facts = messages.flatMap((message) =>
      factsOf(message).map((fact) => ({ key: message.messageId, value: JSON.stringify(fact) })),
    );
    await this.producer.sendBatch({
      acks: -1,
      topicMessages: [
        { topic: topicName(topics.emailRequested, this.prefix, 'transactional'), messages: requests },
        { topic: topicName(topics.statusChanged, this.prefix), messages: facts },
      ],
    });
  }

  /** In the period that is open: what was loaded lies in those before. */
  private async stored(): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      `SELECT count(*) AS count FROM reporting.event
        WHERE period = (SELECT period FROM reporting.period WHERE closed_at IS NULL)`,
    );
    return rows[0]!.count;
  }

  private async probesCounted(): Promise<string[]> {
    const { rows } = await this.pool.query<{ tenant: string }>(
      `SELECT tenant FROM reporting.message_hour
        WHERE hour > now() - interval '3 hours' AND tenant > 'probe-' AND tenant < 'probe.' AND status = 'delivered'
          AND messages > 0`,
    );
    return rows.map(({ tenant }) => tenant);
  }
}

function factsOf({ messageId, tenant }: { messageId: string; tenant: string }): StatusChanged[] {
  const recipient = { hash: `hash-${messageId}`, mask: 'c***@inbox.test' };
  const of = { messageId, tenant, channel: 'email' } as const;
  const fact = (
    status: StatusChanged['status'],
    source: StatusChanged['source'],
    more: Partial<StatusChanged>,
  ): StatusChanged => ({
    ...of,
    provider: 'sendgrid',
    providerMessageId: `sg-${messageId}`,
    hop: 1,
    attempt: 1,
    status,
    source,
    final: false,
    at: new Date().toISOString(),
    eventId: factId({ ...of, hop: 1, source, status }),
    ...more,
  });
  return [
    fact('sent', 'email', { recipients: [recipient] }),
    fact('delivered', 'receipt', { final: true, recipient }),
    fact('opened', 'receipt', { recipient }),
  ];
}
