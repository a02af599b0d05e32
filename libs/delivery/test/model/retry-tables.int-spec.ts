import { randomUUID } from 'node:crypto';
import { aDeferred, aFailure } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../../apps/retry/src/plan/decision.ts';
import type { DueBatch } from '../../../../apps/retry/src/release/due-plans.port.ts';
import type { Cancellation } from '../../../../apps/retry/src/stop/stops.port.ts';
import {
  asking,
  aSchedule,
  future,
  past,
  planned,
  type Schedule,
} from '../../../../apps/retry/test/schedule.fixtures.ts';
import { RetryTables } from './retry-tables.ts';

const decisions: Decision[] = [
  planned(past),
  planned(past),
  planned(future),
  planned(past, { kind: 'unknown' }),
  planned(past, { mode: 'reconcile', kind: 'unknown' }),
  planned(future, { mode: 'reconcile', kind: 'unknown' }),
  { outcome: 'dead-lettered', at: past, facts: [], burial: { reason: 'expired', failure: aFailure() } },
  { outcome: 'dead-lettered', at: past, facts: [], burial: { reason: 'unconfirmed', failure: aFailure() } },
];

type Step =
  | { do: 'decide'; message: number; hop: number; fact: number; decision: number; acceptanceRevoked: boolean }
  | { do: 'take'; allRead: boolean }
  | { do: 'mark'; taking: number }
  | { do: 'prove'; message: number; hop: number }
  | { do: 'cancel'; message: number }
  | { do: 'note'; message: number; hop: number }
  | { do: 'ask again' }
  | { do: 'a minute passes' };

const message = fc.nat(1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('decide' as const),
        message,
        hop: fc.integer({ min: 1, max: 4 }),
        fact: fc.nat(1),
        decision: fc.nat(decisions.length - 1),
        acceptanceRevoked: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), allRead: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('mark' as const), taking: fc.nat(3) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('prove' as const), message, hop: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), message }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('note' as const), message, hop: fc.integer({ min: 1, max: 5 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('ask again' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('a minute passes' as const) }) },
  ),
  { minLength: 4, maxLength: 24, size: 'max' },
);

/** Two messages in both schedules. */
class Pair {
  private readonly tables = new RetryTables(30_000, 30_000);
  private readonly ids = [`m-${randomUUID()}`, `m-${randomUUID()}`];
  private readonly takings: [DueBatch, DueBatch][] = [];
  private readonly schedule: Schedule;
  private now = Date.now();

  constructor(schedule: Schedule) {
    this.schedule = schedule;
  }

  /** The results of both for a step. */
  async take(step: Step): Promise<[unknown, unknown]> {
    const { decisions: deciding, stops, answers, pool } = this.schedule;
    switch (step.do) {
      case 'decide': {
        const deferred = aDeferred({
          messageId: this.ids[step.message]!,
          hop: step.hop,
          eventId: `fact-${step.hop}-${step.fact}`,
          ...(step.acceptanceRevoked && { acceptanceRevoked: true }),
        });
        const accepted: Decision = { outcome: 'accepted', at: past, facts: [] };
        const question = asking(deferred, (known) => (known.accepted ? accepted : decisions[step.decision]!));
        return [await deciding.decideOnce(question), this.tables.decideOnce(question, this.now)];
      }
      case 'take': {
        const replica = this.schedule.aReplica();
        const waiting = [await replica.waitingResends(), this.tables.waitingResends(this.now)].map(
          ({ channels }) => channels,
        );
        const read = { email: new Date(step.allRead ? future : past) };
        const batches: [DueBatch, DueBatch] = [await replica.take(read), this.tables.take(read, this.now)];
        this.takings.push(batches);
        return [
          [waiting[0], ...taken(batches[0])],
          [waiting[1], ...taken(batches[1])],
        ];
      }
      case 'mark': {
        const [real, inMemory] = this.takings[step.taking] ?? [];
        if (!real || !inMemory) return [undefined, undefined];
        return [
          await this.schedule.aReplica().markPublished(real.token, real.plans),
          this.tables.markPublished(inMemory.token, inMemory.plans, this.now),
        ];
      }
      case 'prove':
        return [
          await stops.markAccepted(this.identity(step.message), step.hop),
          this.tables.markAccepted(this.identity(step.message), step.hop, this.now),
        ];
      case 'cancel':
        return [
          reported(await stops.cancel(this.identity(step.message))),
          reported(this.tables.cancel(this.identity(step.message), this.now)),
        ];
      case 'note':
        return [
          await answers.note(this.identity(step.message), step.hop),
          this.tables.note(this.identity(step.message), step.hop, this.now),
        ];
      case 'ask again': {
        const overdue = [await answers.overdue(), this.tables.overdue(this.now)] as const;
        return [
          [overdue[0].channels, await answers.releaseAgain('email', overdue[0].now)],
          [overdue[1].channels, this.tables.releaseAgain('email', overdue[1].now, this.now)],
        ];
      }
      case 'a minute passes': {
        // A little more than one: no wait ends just now.
        this.now += 61_000;
        return [
          void (await pool.query(
            "UPDATE retry.schedule SET lease_until = lease_until - interval '61 seconds', ended_at = ended_at - " +
              "interval '61 seconds'",
          )),
          undefined,
        ];
      }
    }
  }

  /** The plans in each. */
  async states(): Promise<[unknown, unknown]> {
    const real = (await this.schedule.rows()).map(({ message_id, hop, state, mode }) =>
      [message_id, hop, state, mode].join(),
    );
    const inMemory = [...this.tables.schedule.values()].map(({ due: { messageId, hop, mode }, state }) =>
      [messageId, hop, state, mode].join(),
    );
    return [real.sort(), inMemory.sort()];
  }

  private identity(index: number) {
    return { tenant: 'default', channel: 'email' as const, messageId: this.ids[index]! };
  }
}

const taken = ({ plans }: DueBatch) => plans.map(({ due }) => `${due.messageId}/${due.hop}/${due.again}`).sort();
const reported = (result: Cancellation) =>
  result.cancelled
    ? [true, result.due.hop]
    : [false, result.because, ...(result.because === 'ended' ? [result.refusal] : [])];

describe('the schedule in memory that the protocol is played with', () => {
  let schedule: Schedule;
  beforeAll(async () => (schedule = await aSchedule()));
  afterAll(() => schedule.drop());

  it('returns for every decision, release, evidence and cancellation the same as the one in Postgres', async () => {
    const same = fc.asyncProperty(steps, async (all) => {
      await schedule.pool.query('TRUNCATE retry.schedule, retry.progress');
      const pair = new Pair(schedule);
      for (const step of all) {
        const [real, inMemory] = await pair.take(step);
        expect({ step, said: inMemory }).toEqual({ step, said: real });
        const [stands, standsInMemory] = await pair.states();
        expect({ step, stands: standsInMemory }).toEqual({ step, stands });
      }
    });
    await fc.assert(same, { numRuns: 60 });
  }, 120_000);
});
