import { randomUUID } from 'node:crypto';
import type { DeadLetter, ProviderChanged, SendDeferred, SendDue, StatusChanged } from '#libs/contracts';
import { topics } from '#libs/contracts';
import { deliveryMigrations } from '#libs/delivery-tables';
import { migrate, type Pool } from '#libs/persistence';
import { Provider, type ProviderCall, type ProviderCheck, type SendResult } from '#libs/providers';
import { aDatabase, aDeferred, aFailure, MovedClock, silentLogger, type TestDatabase } from '#libs/testing';
import type { Outgoing, Publisher } from '#libs/transport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { PostgresAnswers } from '../../../apps/retry/src/answer/answers.store.ts';
import { PostgresRetention } from '../../../apps/retry/src/cleanup/retention.store.ts';
import { PostgresHolds as RetryHolds } from '../../../apps/retry/src/holds/holds.store.ts';
import { BringForwardService } from '../../../apps/retry/src/park/bring-forward.service.ts';
import { PostgresParkedPlans } from '../../../apps/retry/src/park/parked-plans.store.ts';
import { PostgresDecisions } from '../../../apps/retry/src/plan/decisions.store.ts';
import { EndingService } from '../../../apps/retry/src/plan/ending.service.ts';
import { PostgresLetters } from '../../../apps/retry/src/letters/letters.store.ts';
import { PlanService } from '../../../apps/retry/src/plan/plan.service.ts';
import { standardPolicy } from '../../../apps/retry/src/policy/standard-policy.ts';
import { KafkaOutcomePublisher } from '../../../apps/retry/src/publish/outcome-publisher.adapter.ts';
import { PostgresDuePlans } from '../../../apps/retry/src/release/due-plans.store.ts';
import type { ReadUpTo } from '../../../apps/retry/src/release/evidence-reader.port.ts';
import { ReleaserService } from '../../../apps/retry/src/release/releaser.service.ts';
import { RetryConfig } from '../../../apps/retry/src/retry.config.ts';
import { migrations as retryMigrations } from '../../../apps/retry/src/retry.migrations.ts';
import { PostgresStops } from '../../../apps/retry/src/stop/stops.store.ts';
import { anOrder, aRunner, jobOf, runThrough } from '../../../apps/retry/test/letters.fixtures.ts';
import { DeliveryService } from '../src/delivery.service.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import { breakerLimitsOf, healthSettings } from '../src/route/health/health.config.ts';
import { ProviderHealth } from '../src/route/health/provider-health.ts';
import { HeldProviders } from '../src/route/holds/held-providers.ts';
import { HoldReports } from '../src/route/holds/hold-reports.service.ts';
import { holdLimitsOf, holdSettings } from '../src/route/holds/holds.config.ts';
import { PostgresHolds } from '../src/route/holds/holds.store.ts';
import { Permits } from '../src/route/permits/permits.service.ts';
import { RoutingService } from '../src/route/routing.service.ts';
import { aDelivery, type TestMessage } from './builders/a-delivery.ts';
import { aPublisher } from './builders/a-publisher.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Each round writes the whole message: shorter steps would take minutes. */
const STEP = 2 * HOUR;

/** Answers 429 to every call, and asks to be left alone for a day. */
class Throttling extends Provider<TestMessage> {
  readonly name = 'sendgrid';
  calls = 0;
  /** Given instead, where it is set. */
  answer: SendResult | undefined;

  send(_: ProviderCall<TestMessage>): Promise<SendResult> {
    this.calls += 1;
    if (this.answer) return Promise.resolve(this.answer);
    const failure = aFailure({
      kind: 'throttled',
      code: 'http_429',
      holds: 'all',
      retryAfterMs: 24 * HOUR,
      httpStatus: 429,
    });
    return Promise.resolve({ sent: false, failure });
  }

  lookup = () => Promise.resolve({ found: 'absent' } as const);
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

describe('Days that pass by a moved clock', () => {
  let database: TestDatabase;
  let pool: Pool;
  let clock: MovedClock;

  beforeAll(async () => {
    database = await aDatabase();
    clock = await MovedClock.in(database.url, () => (pool = database.pool()));
    await migrate(pool, 'email', deliveryMigrations);
    await migrate(pool, 'retry', retryMigrations);
    await clock.adopt('email');
    await clock.adopt('retry');
  });
  afterAll(() => database.drop());

  /** A channel and retry, with their own services and tables; what they publish goes to the other at once. */
  function aSystem() {
    const published: Outgoing[] = [];
    /** The largest record, in bytes. */
    const size = { largest: 0 };
    const provider = new Throttling();
    const logger = silentLogger();
    const stopping = new AbortController().signal;
    const publisher = aPublisher((record) => {
      published.push(record);
      size.largest = Math.max(size.largest, Buffer.byteLength(JSON.stringify(record.value)));
      return Promise.resolve();
    });
    const accounts = new Map([['sendgrid', 'key']]);
    const holds = new PostgresHolds(pool, 'email');
    const limits = holdLimitsOf(z.object(holdSettings).parse({}));
    const held = new HeldProviders({ accounts, holds, limits, clock });
    const reports = new HoldReports({
      channel: 'email',
      holds,
      held,
      publisher,
      logger,
      inUse: [{ provider: 'sendgrid', account: 'key' }],
    });
    const routing = new RoutingService<TestMessage>({
      providers: [provider],
      accounts,
      health: new ProviderHealth({
        providers: ['sendgrid'],
        limits: breakerLimitsOf(z.object(healthSettings).parse({})),
        calls: 100,
        stopping,
        now: clock.steady,
      }),
      holds: held,
      permits: new Permits({
        providerRates: new Map(),
        tenantRatePerS: undefined,
        senderRates: new Map(),
        reservations: { reserve: () => Promise.reject(new Error('no sender is slow here')) },
        reservationMs: 1_000,
        burstMs: 1_000,
        stopping,
        now: clock.steady,
      }),
      waitMs: { urgent: 0, transactional: 0, bulk: 0 },
      senderOf: () => undefined,
      clock,
    });
    const dispatcher = new DeliveryService<TestMessage>({
      providers: [provider],
      routing,
      ledger: new PostgresLedger({
        pool,
        schema: 'email',
        leaseMs: 13_000,
        retentionDays: 14,
        onHolds: (rows) => held.take(rows),
      }),
      outcomes: new OutcomePublisher(publisher),
      logger,
      stopping,
      leaseMs: 13_000,
      guardMs: 3_000,
      retentionDays: 14,
      batchLingerMs: 0,
      clock,
    });
    const config = RetryConfig.parse({ DATABASE_URL: database.url });
    const jobs = { add: () => undefined };
    const outcomes = new KafkaOutcomePublisher(publisher as Publisher, logger);
    const answers = new PostgresAnswers(pool, config);
    const moment = () => ({ now: clock.now(), jitter: 0.5 });
    const policies = { current: standardPolicy };
    const planning = new PlanService(new PostgresDecisions(pool), outcomes, answers, policies, logger, moment);
    const parked = new PostgresParkedPlans(pool);
    const bringing = new BringForwardService(parked, jobs);
    const endings = new EndingService(planning, outcomes, new PostgresLetters(pool), answers, logger);
    /** Up to when evidence is said to have been read. */
    const read: { upTo: ReadUpTo } = { upTo: {} };
    const evidences = { upTo: () => Promise.resolve(read.upTo) };
    const plans = new PostgresDuePlans(pool, config);
    const releasing = new ReleaserService(plans, evidences, outcomes, endings, config, jobs, logger);
    const retryHolds = new RetryHolds(pool);

    /** Brings everything that is published to whoever reads it, until nothing more comes of it. */
    let delivered = 0;
    const deliver = async () => {
      for (; delivered < published.length; delivered += 1) {
        const { topic, value } = published[delivered]!;
        if (topic.name === topics.sendDeferred.name) await planning.plan(value as SendDeferred);
        else if (topic.name === topics.providerChanged.name) await retryHolds.apply(value as ProviderChanged);
        else if (topic.name === topics.emailDue.name) await dispatcher.dispatch(hopOf(value as SendDue, delivered));
        // It has been read: only what it says beside the request is looked at later.
        published[delivered] = { ...published[delivered]!, value: { ...value, request: {} } };
      }
    };
    const [holdRounds] = reports.jobs();
    const round = async () => {
      await holdRounds!.round();
      await deliver();
      await bringing.round();
      await parked.bringLongest();
      await releasing.releaseDue();
      await deliver();
    };
    const of = <T>(topic: { name: string }) =>
      published.filter((record) => record.topic.name === topic.name).map(({ value }) => value as T);
    /** Redrives everything that is open, and plays on. */
    const redrive = async (more: object = {}) => {
      const expiresAt = new Date(clock.now() + 10 * 24 * HOUR).toISOString();
      const order = anOrder('redrive', { filter: { all: true }, expiresAt, ...more });
      const runner = aRunner(pool, clock.now);
      await runner.onRequested(order);
      await runThrough(pool, runner);
      await round();
      return (await jobOf(pool, order.operationId)).counts;
    };
    const retention = new PostgresRetention(pool, config, jobs);
    return { provider, dispatcher, deliver, round, size, of, read, redrive, retention, planning };
  }

  const hopOf = (due: SendDue, offset: number) =>
    aDelivery({
      ...due,
      source: `email.due/0/${offset}`,
      requestedAt: new Date(due.requestedAt),
      rememberedAt: new Date(due.dueAt ?? due.requestedAt),
      expiresAt: new Date(due.expiresAt),
      digest: undefined,
      attemptCount: due.attemptCount ?? due.attempts.length,
      rests: due.rests ?? 0,
      again: due.again !== undefined,
      message: { text: 'Hello' },
      unconfirmedCall: undefined,
      unconfirmedSince: undefined,
    });

  it('pass in SQL as in the code, for functions and defaults too, and indexes by time still serve', async () => {
    const before = clock.now();
    await clock.pass(HOUR);
    const { rows } = await pool.query<{ now: number; clock: number }>(
      `SELECT (extract(epoch FROM now()) * 1000)::float8 AS now,
              (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock`,
    );
    for (const seen of [rows[0]!.now, rows[0]!.clock, clock.now()]) {
      expect(seen - before).toBeGreaterThanOrEqual(HOUR - 1_000);
      expect(seen - before).toBeLessThan(HOUR + 60_000);
    }
    await pool.query(`INSERT INTO retry.progress (id) VALUES ('${randomUUID()}')`);
    const made = await pool.query<{ at: number }>(
      'SELECT (extract(epoch FROM updated_at) * 1000)::float8 AS at FROM retry.progress',
    );
    expect(made.rows[0]!.at - before).toBeGreaterThanOrEqual(HOUR - 1_000);
    const plan = await pool.query<{ 'QUERY PLAN': string }>(
      'SET enable_seqscan = off; EXPLAIN SELECT 1 FROM retry.progress WHERE updated_at < now()',
    );
    expect(JSON.stringify(plan)).toContain('progress_updated');
  });

  it('bring a throttled message to its end after 72 hours: no dead letter before, no record above 2 MiB', async () => {
    const { provider, dispatcher, deliver, round, size, of } = aSystem();
    const requestedAt = new Date(clock.now());
    const expiresAt = new Date(requestedAt.getTime() + 72 * HOUR);
    // As large as a request may be.
    const text = 'x'.repeat(1024 * 1024 - 200);
    const messageId = `m-${randomUUID()}`;
    await dispatcher.dispatch(
      aDelivery({ messageId, lane: 'bulk', requestedAt, expiresAt, request: { messageId, text } }),
    );
    await deliver();
    const ends = () => of<StatusChanged>(topics.statusChanged).filter(({ final }) => final);
    while (clock.now() < expiresAt.getTime() - STEP) {
      await clock.pass(STEP);
      await round();
      expect([of<DeadLetter>(topics.deadLetters), ends()]).toEqual([[], []]);
    }
    for (let more = 0; more < 6; more += 1) {
      await clock.pass(STEP / 4);
      await round();
    }
    expect(ends()).toEqual([expect.objectContaining({ status: 'expired' })]);
    expect(Date.parse(ends()[0]!.at)).toBeGreaterThanOrEqual(expiresAt.getTime());
    // Probed in nearly every step, and never forgotten.
    expect(provider.calls).toBeGreaterThan(25);
    expect(size.largest).toBeGreaterThan(1024 * 1024);
    expect(size.largest).toBeLessThan(2 * 1024 * 1024);
    const hops = Math.max(...of<SendDue>(topics.emailDue).map(({ hop }) => hop));
    expect(hops).toBeLessThan(5_000);
  }, 120_000);

  describe('with a dead letter', () => {
    const refused: SendResult = { sent: false, failure: aFailure({ kind: 'bad-content', retry: 'never' }) };
    const taken: SendResult = { sent: true, providerMessageId: 'p-1' };
    beforeEach(() => pool.query('TRUNCATE retry.letter, retry.schedule, retry.progress, retry.operation_job'));

    /** A message that is given up on day 0. */
    async function givesUp(answer: SendResult) {
      const system = aSystem();
      system.provider.answer = answer;
      const requestedAt = new Date(clock.now());
      const expiresAt = new Date(clock.now() + 2 * HOUR);
      const messageId = `m-${randomUUID()}`;
      const request = { messageId, text: 'Hello', onUnknown: 'leave' };
      await system.dispatcher.dispatch(aDelivery({ messageId, lane: 'urgent', requestedAt, expiresAt, request }));
      await system.deliver();
      return { ...system, messageId };
    }
    const pass = async (days: number, { retention }: { retention: PostgresRetention }) => {
      await clock.pass(days * 24 * HOUR);
      await retention.deleteSome();
    };

    it('send it once by redrives on days 1 and 16, without any receipt, though the ledger has forgotten', async () => {
      const system = await givesUp(refused);
      await pass(1, system);
      expect(await system.redrive()).toEqual({ redriven: 1 });
      const letters = system.of<DeadLetter>(topics.deadLetters);
      // By way of the channel: a policy's deadline counts from there.
      expect(letters.map(({ redrivenAt }) => redrivenAt !== undefined)).toEqual([false, true]);
      await pass(15, system);
      system.provider.answer = taken;
      expect(await system.redrive()).toEqual({ redriven: 1 });
      const sent = () => system.of<StatusChanged>(topics.statusChanged).filter(({ status }) => status === 'sent');
      expect([system.provider.calls, sent().length]).toEqual([3, 1]);
      await pass(1, system);
      expect(await system.redrive({ includeUnconfirmed: true })).toEqual({});
      expect(system.provider.calls).toBe(3);
    }, 30_000);

    it('send nothing again while proof lies unread, nor once it is read', async () => {
      const lost = aFailure({ kind: 'unknown', retry: 'never' });
      const system = await givesUp({ sent: false, failure: lost });
      const stops = new PostgresStops(pool);
      // Its look finds nothing.
      const at = new Date(clock.now() - HOUR).toISOString();
      await system.planning.plan(
        aDeferred({
          messageId: system.messageId,
          lane: 'urgent',
          hop: 2,
          why: 'unknown',
          at,
          expiresAt: new Date(clock.now() + HOUR).toISOString(),
          request: { messageId: system.messageId, text: 'Hello', onUnknown: 'leave' },
          attempts: [{ attempt: 1, hop: 1, provider: 'sendgrid', at, failure: lost }],
          unconfirmedCall: { hop: 1, callId: randomUUID(), at },
          unconfirmedSince: at,
        }),
      );
      // What was planned before is done with.
      await pool.query("UPDATE retry.schedule SET state = 'answered', ended_at = now()");
      const { calls } = system.provider;
      await pass(1, system);
      system.provider.answer = taken;
      expect(await system.redrive()).toEqual({ leftUnconfirmed: 1 });
      expect(await system.redrive({ includeUnconfirmed: true })).toEqual({ redriven: 1 });
      expect(system.provider.calls).toBe(calls);
      await stops.markAccepted({ tenant: 'default', channel: 'email', messageId: system.messageId }, 1);
      system.read.upTo = { email: new Date(clock.now() + HOUR) };
      await system.round();
      expect(system.provider.calls).toBe(calls);
      expect(await system.redrive({ includeUnconfirmed: true })).toEqual({});
    }, 30_000);
  });
});
