import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Lane, routeKey, type SendDue } from '#libs/contracts';
import {
  aDatabase,
  aDeferred,
  aTopicPrefix,
  type Collected,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  type TestDatabase,
} from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, '..', '..', '..', 'dist', 'apps', 'retry', 'src', 'main.js');
const lanes: readonly Lane[] = ['urgent', 'transactional', 'bulk'];
const suffix: Record<Lane, string> = { urgent: '.urgent', transactional: '', bulk: '.bulk' };
const OF_EACH_LANE = 200;
const PROVIDERS_RATE = 10;
const WATCH_MS = 13_000;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** What was released, and what the provider behind the channel took, by their times. */
interface Seen {
  released: number[];
  taken: { messageId: string; lane: Lane; at: number }[];
  refused: number;
}

/** The most in any second. */
const most = (times: readonly number[]) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

describe('Two replicas of retry, one of them killed', () => {
  const prefix = aTopicPrefix();
  const kafka = new KafkaTestClient();
  const waitsFor = routeKey('email', [{ provider: 'resend', account: 'r' }]);
  const replicas: ChildProcess[] = [];
  let database: TestDatabase;
  let due: Collected[];
  let seq = 0;

  const hold = (state: 'held' | 'lifted', forMs: number) =>
    kafka.produce(`${prefix}provider.changed`, {
      key: 'email:resend:r:all',
      value: {
        eventId: randomUUID(),
        channel: 'email',
        provider: 'resend',
        account: 'r',
        scope: 'all',
        // A lift is about the hold before it.
        holdId: `h-${state === 'lifted' ? seq : seq + 1}`,
        seq: (seq += 1),
        state,
        forMs,
        kind: 'throttled',
        code: '429',
        meaning: 'Too many calls.',
        at: inMs(0),
      },
    });
  const park = (messageId: string, lane: Lane, hop: number) => ({
    key: messageId,
    value: aDeferred({
      messageId,
      lane,
      hop,
      waitsFor,
      rests: hop,
      why: 'waiting',
      attempts: [],
      failure: undefined,
      requestedAt: inMs(0),
      expiresAt: inMs(3_600_000),
    }),
  });
  const rows = async (sql: string) =>
    (await database.pool().query<{ count: number }>(`SELECT count(*)::int AS count FROM retry.schedule ${sql}`))
      .rows[0]!.count;

  beforeAll(async () => {
    database = await aDatabase();
    await provisionTopics(prefix);
    due = await Promise.all(lanes.map((lane) => kafka.collect(`${prefix}email.due${suffix[lane]}`)));
    for (let number = 0; number < 2; number += 1)
      replicas.push(
        spawn(process.execPath, [main], {
          stdio: ['ignore', 'inherit', 'inherit'],
          env: {
            DATABASE_URL: database.url,
            KAFKA_BROKERS: kafkaBrokers(),
            KAFKA_TOPIC_PREFIX: prefix,
            HTTP_HOST: '127.0.0.1',
            HTTP_PORT: '0',
            INTERNAL_PORT: '0',
            METRICS_PORT: '0',
            LOG_LEVEL: 'error',
            RETRY_LEASE_MS: '3000',
          },
        }),
      );
    await hold('held', 600_000);
    const table = "SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'retry' AND tablename = 'hold'";
    await eventually(
      async () => {
        const { rows: found } = await database.pool().query<{ count: number }>(table);
        if (found[0]!.count === 0) throw new Error('the schema is not there yet');
        return (await database.pool().query('SELECT 1 FROM retry.hold')).rowCount === 1;
      },
      { timeoutMs: 60_000, what: 'a replica that has heard of the hold' },
    );
    const all = Array.from({ length: OF_EACH_LANE }, (_, index) =>
      lanes.toReversed().map((lane) => park(`${lane}-${index}`, lane, 1)),
    ).flat();
    await kafka.produce(`${prefix}send.deferred`, ...all);
    await eventually(async () => (await rows('WHERE waits_for IS NOT NULL')) === 3 * OF_EACH_LANE, {
      timeoutMs: 30_000,
      what: 'all of them to be parked',
    });
  }, 120_000);

  afterAll(async () => {
    for (const replica of replicas) {
      const gone = replica.exitCode === null && replica.signalCode === null ? once(replica, 'exit') : undefined;
      replica.kill('SIGKILL');
      await gone;
    }
    await kafka.close();
    await database?.drop();
  }, 30_000);

  /** The channel: its provider takes ten in a second; what is more is answered 429, and held and parked again. */
  async function channel(until: number): Promise<Seen> {
    const seen: Seen = { released: [], taken: [], refused: 0 };
    const known = new Set<string>();
    const read = [0, 0, 0];
    while (performance.now() < until) {
      for (const [index, { records }] of due.entries())
        for (; read[index]! < records.length; read[index]! += 1) {
          const record = records[read[index]!]!;
          const { messageId, hop, lane } = record.json<SendDue>();
          // As the broker's times say: on a busy machine this loop comes late.
          const at = record.timestamp;
          seen.released.push(at);
          // Its ledger absorbs a release that comes again.
          if (known.has(`${messageId}/${hop}`)) continue;
          known.add(`${messageId}/${hop}`);
          if (seen.taken.filter((other) => other.at > at - 1_000).length < PROVIDERS_RATE)
            seen.taken.push({ messageId, lane, at });
          else {
            seen.refused += 1;
            await hold('held', 1_000);
            await kafka.produce(`${prefix}send.deferred`, park(messageId, lane, hop));
          }
        }
      await delay(20);
    }
    return seen;
  }

  it('keep the rate of a provider that answers 429 beyond ten a second, urgent first, each message once', async () => {
    await hold('lifted', 0);
    const watching = channel(performance.now() + WATCH_MS);
    await delay(WATCH_MS / 3);
    const killedAt = Date.now();
    replicas[0]!.kill('SIGKILL');
    const { released, taken, refused } = await watching;

    // The ramp has been forgotten by nobody, and doubled by nobody: it never goes beyond its second step, on top of
    // which comes what the dead one had taken. Two ramps would release 40.
    expect(most(released)).toBeLessThanOrEqual(3 * PROVIDERS_RATE);
    expect(refused).toBeGreaterThan(0);
    // The other replica goes on.
    expect(taken.filter(({ at }) => at > killedAt + 1_000).length).toBeGreaterThan(20);
    const urgent = taken.filter(({ lane }) => lane === 'urgent').length;
    expect(urgent / taken.length).toBeGreaterThan(0.65);
    expect(new Set(taken.map(({ messageId }) => messageId)).size).toBe(taken.length);
    // Nothing is lost: what was not taken still waits.
    await eventually(async () => {
      const ids = taken.map(({ messageId }) => messageId).join(',');
      const left = await rows(`WHERE NOT (message_id = ANY('{${ids}}')) AND state <> 'answered'`);
      if (left !== 3 * OF_EACH_LANE - taken.length) throw new Error(`${left} wait, ${taken.length} were taken`);
      return true;
    });
  }, 60_000);
});
