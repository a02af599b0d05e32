import { setTimeout as delay } from 'node:timers/promises';
import { pausedKey, routeKey, type SendDue, topics, topicNames } from '#libs/contracts';
import { createPool, migrate, type Pool } from '#libs/persistence';
import { Jobs } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { createKafka, Publisher } from '#libs/transport';
import { RetryConfig } from '../../apps/retry/src/retry.config.ts';
import { migrations } from '../../apps/retry/src/retry.migrations.ts';
import type { Plan } from '../../apps/retry/src/plan/decision.ts';
import { PostgresDecisions } from '../../apps/retry/src/plan/decisions.store.ts';
import { dueOf } from '../../apps/retry/src/publish/facts.policy.ts';
import { BringForwardService } from '../../apps/retry/src/park/bring-forward.service.ts';
import { PostgresParkedPlans } from '../../apps/retry/src/park/parked-plans.store.ts';
import { KafkaOutcomePublisher } from '../../apps/retry/src/publish/outcome-publisher.adapter.ts';
import { PostgresDuePlans } from '../../apps/retry/src/release/due-plans.store.ts';
import { ReleaserService } from '../../apps/retry/src/release/releaser.service.ts';
import { percentile, rounded } from '../figures.ts';
import { aDeferredMessage } from './sample.ts';

const PENDING_FEW = 10_000;
/** Fewer only while the measurement itself is worked on. */
const MANY = Number(process.env['BENCH_MANY'] ?? 1_000_000);
/** How often lateness is looked at, one plan at a time on an idle schedule. */
const SINGLE_PLANS = 100;

/** What many wait for: a provider that is held, an operator's pause. */
const HELD = routeKey('email', [{ provider: 'resend', account: 'r' }]);
const PAUSE = 'pause:tenant:default';

const config = RetryConfig.parse(process.env);
const logger = createLogger('bench', 'error');

/**
 * Plans a second that are kept, and that are released; milliseconds that one is late.
 * @param onlyLateness only how late one is, on an idle schedule and beside many that are paused
 */
export async function measureRetry(messages: number, onlyLateness: boolean): Promise<object> {
  const kafka = createKafka(config, 'bench-retry', logger);
  const pool = createPool(config, 'bench', () => undefined);
  const publisher = new Publisher(kafka, config, 'retry');
  const admin = kafka.admin();
  await admin.connect();
  const names = topicNames(topics.emailDue, config.KAFKA_TOPIC_PREFIX);
  await admin.createTopics({ waitForLeaders: true, topics: names.map((topic) => ({ topic, numPartitions: 12 })) });
  await admin.disconnect();
  await Promise.all([migrate(pool, 'retry', migrations), publisher.connect()]);
  const bench = new RetryBench(pool, publisher, messages);
  await bench.warmUp();
  const late = await bench.latenesses();
  const speeds = onlyLateness ? {} : await measureSpeeds(bench);
  await publisher.close();
  await pool.end();
  return { ...speeds, ...late };
}

async function measureSpeeds(bench: RetryBench): Promise<object> {
  const insertPerS = await bench.insertPerS();
  const few = await bench.releasePerS(() => bench.fill({ rows: PENDING_FEW, dueAt: '2 days' }));
  const many = await bench.releasePerS(() => bench.fill({ rows: MANY, dueAt: '2 days' }));
  const parked = await bench.releasePerS(() => bench.fill({ rows: MANY, dueAt: '2 days', key: HELD }));
  const heldXmin = await bench.withHeldXmin(() =>
    bench.releasePerS(() => bench.fill({ rows: PENDING_FEW, dueAt: '2 days' })),
  );
  return {
    insertPerS: rounded(insertPerS),
    releasePerS: {
      pending10k: rounded(few),
      pending1m: rounded(many),
      parked1m: rounded(parked),
      heldXmin: rounded(heldXmin),
    },
    flatness: rounded(many / few, 2),
    flatnessHeldXmin: rounded(heldXmin / few, 2),
    flatnessParked1m: rounded(parked / few, 2),
  };
}

interface Filling {
  rows: number;
  /** From now, as PostgreSQL reads an interval. */
  dueAt: string;
  /** Parked under it. */
  key?: string;
  /** Parked in the order of the requests. */
  inOrder?: boolean;
}

class RetryBench {
  private readonly outcomes: TimedPublisher;
  private readonly decisions: PostgresDecisions;
  private run = 0;

  constructor(
    private readonly pool: Pool,
    publisher: Publisher,
    private readonly messages: number,
  ) {
    this.outcomes = new TimedPublisher(publisher, logger);
    this.decisions = new PostgresDecisions(pool);
  }

  async warmUp(): Promise<void> {
    await this.insert(2_000, () => new Date().toISOString());
    await this.release(2_000);
  }

  async insertPerS(): Promise<number> {
    await this.empty();
    const from = performance.now();
    await this.insert(this.messages, () => '2040-01-01T00:00:00.000Z');
    return this.messages / ((performance.now() - from) / 1_000);
  }

  /** @param beside makes what else is in the table */
  async releasePerS(beside: () => Promise<void>): Promise<number> {
    await this.empty();
    await beside();
    await this.fill({ rows: this.messages, dueAt: '-1 hour' });
    await this.pool.query('VACUUM ANALYZE retry.schedule');
    const from = performance.now();
    await this.release(this.messages);
    return this.messages / ((performance.now() - from) / 1_000);
  }

  /** While a transaction somewhere in the database sees what was there before: nothing that dies is cleared away. */
  async withHeldXmin<T>(work: () => Promise<T>): Promise<T> {
    await this.empty();
    const holder = await this.pool.connect();
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await holder.query('SELECT pg_current_xact_id()');
    try {
      return await work();
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  }

  /** How late one plan is: alone, beside many that an operator has paused, and while these leave again. */
  async latenesses(): Promise<object> {
    await this.empty();
    const alone = await this.lateness();
    await this.fillPaused(MANY);
    const beside = await this.lateness();
    await this.pool.query('UPDATE retry.control SET in_force = false WHERE key = $1', [PAUSE]);
    const leaving = await this.lateness();
    const of = (late: readonly number[]) => ({
      p50: rounded(percentile(late, 0.5)),
      p99: rounded(percentile(late, 0.99)),
    });
    return { latenessMs: of(alone), latenessPaused1mMs: of(beside), latenessResumed1mMs: of(leaving) };
  }

  /** Milliseconds between when a plan is due and when Kafka has it, while retry does all that it always does. */
  private async lateness(): Promise<number[]> {
    const stop = new AbortController();
    const jobs = new Jobs({ logger, stopping: stop.signal });
    this.releaser(jobs);
    new BringForwardService(new PostgresParkedPlans(this.pool), jobs);
    jobs.start();
    const late: number[] = [];
    for (let index = 0; index < SINGLE_PLANS; index += 1) {
      const dueAt = Date.now() + 100 + Math.random() * 300;
      const published = this.outcomes.next(this.nextId());
      await this.insert(1, () => new Date(dueAt).toISOString());
      late.push((await published) - dueAt);
    }
    stop.abort();
    await jobs.ended();
    return late;
  }

  /** What an operator has paused, as the decisions store parks it. */
  private async fillPaused(rows: number): Promise<void> {
    const key = pausedKey([PAUSE]);
    await this.pool.query(
      `INSERT INTO retry.control (key, seq, kind, in_force, value, reported)
       VALUES ($1, 1, 'pause', true, '{}', true) ON CONFLICT (key) DO UPDATE SET in_force = true`,
      [PAUSE],
    );
    await this.pool.query('INSERT INTO retry.condition (id, key, rate) VALUES (md5($1)::uuid, $1, 10)', [key]);
    await this.fill({ rows, dueAt: '1 day', key, inOrder: true });
    await this.pool.query('VACUUM ANALYZE retry.schedule');
  }

  /** Rows as the decisions store writes them. */
  async fill({ rows, dueAt, key, inOrder = false }: Filling): Promise<void> {
    const deferred = aDeferredMessage(1, `fill-${(this.run += 1)}`);
    const payload = JSON.stringify(dueOf(deferred, aPlan(new Date().toISOString())));
    await this.pool.query(`SET statement_timeout = 0`);
    const PORTION = 100_000;
    for (let done = 0; done < rows; done += PORTION)
      await this.pool.query({
        text: `INSERT INTO retry.schedule
                 (id, hop, channel, tenant, message_id, lane, mode, kind, due_at, bytes, payload, trace, waits_for,
                  not_before, requested_at, position)
               SELECT gen_random_uuid(), 2, 'email', 'default', 'bench',
                      (ARRAY['urgent','transactional','bulk'])[1 + n % 3],
                      'send', 'waiting', now() + $2::interval + n * interval '1 ms', $3::int, $4::json, '{}',
                      md5($5::text)::uuid, CASE WHEN $5::text IS NOT NULL THEN now() END,
                      CASE WHEN $6 THEN now() - interval '1 hour' END, CASE WHEN $6 THEN n END
                 FROM generate_series(1, $1::int) AS n`,
        values: [Math.min(PORTION, rows - done), dueAt, Buffer.byteLength(payload), payload, key ?? null, inOrder],
      });
  }

  private async empty(): Promise<void> {
    await this.pool.query('TRUNCATE retry.schedule, retry.progress, retry.condition, retry.came_back, retry.control');
  }

  /** The message that `insert` makes next. */
  private nextId(): string {
    return aDeferredMessage(0, String(this.run + 1)).messageId;
  }

  private async insert(count: number, dueAt: () => string): Promise<void> {
    const run = String((this.run += 1));
    const one = (index: number) => {
      const deferred = aDeferredMessage(index, run);
      const decision = { outcome: 'planned' as const, at: deferred.at, facts: [], plan: aPlan(dueAt()) };
      return this.decisions.decideOnce({ deferred, trace: {}, decide: () => decision });
    };
    const IN_FLIGHT = 1_000;
    for (let from = 0; from < count; from += IN_FLIGHT)
      await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count - from) }, (_, index) => one(from + index)));
  }

  private async release(count: number): Promise<void> {
    const before = this.outcomes.published;
    const releaser = this.releaser({ add: () => undefined });
    while (this.outcomes.published - before < count)
      if (!(await releaser.releaseDue()).more) await delay(config.RETRY_POLL_MS);
  }

  private releaser(jobs: Pick<Jobs, 'add'>): ReleaserService {
    const noEvidence = { upTo: () => Promise.resolve({}) };
    const noEnds = { endPlan: (_due: SendDue, error: unknown) => Promise.reject(error as Error) };
    return new ReleaserService(
      new PostgresDuePlans(this.pool, config),
      noEvidence,
      this.outcomes,
      noEnds,
      config,
      jobs,
      logger,
    );
  }
}

const aPlan = (dueAt: string): Plan => ({
  mode: 'send',
  kind: 'waiting',
  dueAt,
  why: 'The time it waited for has come.',
});

/** Notes when Kafka has acknowledged. */
class TimedPublisher extends KafkaOutcomePublisher {
  published = 0;
  private waiting: { messageId: string; tell: (at: number) => void } | undefined;

  /** When Kafka has this message; ms since 1970. */
  next(messageId: string): Promise<number> {
    return new Promise((resolve) => (this.waiting = { messageId, tell: resolve }));
  }

  override async due(due: SendDue): Promise<void> {
    await super.due(due);
    this.published += 1;
    if (this.waiting?.messageId === due.messageId) this.waiting.tell(Date.now());
  }
}
