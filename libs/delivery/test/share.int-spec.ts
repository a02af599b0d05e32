import { type EmailRequested, topicNames, topics } from '#libs/contracts';
import { aKafka, aKafkaConfig, aTopicPrefix, eventually, provisionTopics, silentLogger } from '#libs/testing';
import { KafkaStrategy, partitionCounts, Publisher } from '#libs/transport';
import { Permits } from '../src/route/permits/permits.service.ts';
import { shareOf } from '../src/route/permits/share.policy.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const partitionsOfATopic = 4;
/** Of all replicas together. */
const ratePerS = 40;

interface Replica {
  strategy: KafkaStrategy;
  permits: Permits;
  share: number;
}

describe('the rates of a provider, divided between the replicas of a service', () => {
  const prefix = aTopicPrefix();
  const running: Replica[] = [];
  let publisher: Publisher;
  let partitions: ReadonlyMap<string, number>;

  beforeAll(async () => {
    publisher = new Publisher(aKafka(), aKafkaConfig(prefix), 'test');
    await provisionTopics(prefix, [topics.emailRequested, topics.emailDue, topics.unreadable], partitionsOfATopic);
    partitions = await partitionCounts(
      aKafka(),
      [topics.emailRequested, topics.emailDue].flatMap((topic) => topicNames(topic, prefix)),
    );
  });
  afterAll(async () => {
    await Promise.all(running.map(({ strategy }) => strategy.close()));
    await publisher.close();
  });

  /** A replica as the engine makes one: its assigned partitions decide its share of the rates. */
  async function start(): Promise<Replica> {
    const permits = new Permits({
      providerRates: new Map([['sendgrid', ratePerS]]),
      tenantRatePerS: undefined,
      senderRates: new Map(),
      reservations: { reserve: () => Promise.reject(new Error('no sender is slow here')) },
      reservationMs: 1_000,
      burstMs: 20,
      stopping: new AbortController().signal,
    });
    const replica: Replica = { permits, share: 1, strategy: undefined as unknown as KafkaStrategy };
    replica.strategy = new KafkaStrategy({
      kafka: aKafka(),
      config: aKafkaConfig(prefix),
      publisher,
      service: 'email',
      logger: silentLogger(),
      graceMs: 1_000,
      onAssigned: (assigned) => {
        replica.share = shareOf(assigned, partitions);
        permits.setShare(replica.share);
      },
    });
    for (const topic of [topics.emailRequested, topics.emailDue])
      replica.strategy.addHandler(topic.name, async (_: EmailRequested) => {}, true);
    running.push(replica);
    await new Promise<void>((resolve, reject) =>
      replica.strategy.listen((error) => (error ? reject(error as Error) : resolve())),
    );
    return replica;
  }

  const shares = () => running.map(({ share }) => share);
  const total = () => shares().reduce((sum, share) => sum + share, 0);

  /** Calls a second of all replicas together, measured over this many permits each. */
  async function pace(permits: number): Promise<number> {
    const from = performance.now();
    const request = {
      provider: 'sendgrid',
      tenant: 'default',
      sender: undefined,
      lane: 'transactional' as const,
      notAfter: Date.now() + 60_000,
    };
    await Promise.all(
      running.flatMap((replica) =>
        Array.from({ length: Math.round(permits * replica.share) }, () => replica.permits.take(request)),
      ),
    );
    return (permits * 1_000) / (performance.now() - from);
  }

  it('belong to one replica as long as it is the only one', async () => {
    await start();
    await eventually(() => running[0]!.strategy.isReady && shares()[0] === 1);
  });

  it('are divided when a second one joins, and add up to the whole', async () => {
    await start();
    await eventually(() => total() === 1 && shares().every((share) => share > 0 && share < 1), { timeoutMs: 30_000 });
    expect(await pace(80)).toBeLessThan(ratePerS * 1.3);
  });

  it('return to the one that remains when the other leaves', async () => {
    const [gone] = running.splice(0, 1);
    await gone!.strategy.close();
    await eventually(() => shares()[0] === 1, { timeoutMs: 30_000 });
    expect(await pace(80)).toBeGreaterThan(ratePerS * 0.6);
  });
});
