import { randomUUID } from 'node:crypto';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, aFailure, type TestDatabase } from '#libs/testing';
import { ledgerMigrations } from '#libs/delivery-tables';
import type { SiblingCall, Claim, Delivery, Outcome } from '../../src/delivery.ts';
import { keepPartitions } from '../../src/ledger/ledger.partitions.ts';
import { PostgresLedger } from '../../src/ledger/ledger.store.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aDelivery, type TestMessage } from '../builders/a-delivery.ts';
import { Callers } from '../builders/callers.ts';
import { LedgerTable } from './ledger-table.ts';

const hour = 3_600_000;
const kinds = ['sent', 'failed', 'unknown', 'waiting', 'expired', 'found', 'unresolved'] as const;

interface Copy {
  hop: number;
  source: number;
  copy: number;
}

type Step =
  | ({ do: 'claim'; token: number } & Copy)
  | { do: 'settle'; token: number; kind: (typeof kinds)[number] }
  | { do: 'prove'; hop: number; named: boolean }
  | { do: 'look beside'; hop: number }
  | { do: 'the lease passes' };

// Few hops, records and tokens, so that they interact.
const of = { hop: fc.integer({ min: 1, max: 3 }), source: fc.nat(1), copy: fc.nat(2), token: fc.nat(3) };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const), ...of }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('settle' as const), token: of.token, kind: fc.constantFrom(...kinds) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('prove' as const), hop: of.hop, named: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('look beside' as const), hop: of.hop }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('the lease passes' as const) }) },
  ),
  { minLength: 4, maxLength: 20, size: 'max' },
);

/** One message in both ledgers; copies differ in content or in the time of their record. */
class Pair {
  private readonly table = new LedgerTable(hour, 14, Date.now());
  private readonly messageId = `m-${randomUUID()}`;
  private readonly tokens = [0, 1, 2, 3].map(() => randomUUID());
  private readonly first = aDelivery({
    messageId: this.messageId,
    fingerprint: { participants: randomUUID(), contentHash: randomUUID() },
  });
  private readonly won = new Map<string, Delivery<TestMessage>>();
  private isNew = true;
  private now = Date.now();
  private readonly pool: Pool;
  private readonly ledger: Callers;

  constructor(pool: Pool, ledger: PostgresLedger) {
    this.pool = pool;
    this.ledger = new Callers(ledger);
  }

  /** The results of both for a step. */
  async take(step: Step): Promise<[unknown, unknown]> {
    const token = 'token' in step ? this.tokens[step.token]! : '';
    switch (step.do) {
      case 'claim':
        return this.claim(this.deliveryOf(step), token);
      case 'settle': {
        // As the engine uses it: only what was claimed under this token, or what the ledger does not know.
        const delivery = this.won.get(token) ?? (this.isNew ? this.first : undefined);
        if (!delivery) return [undefined, undefined];
        this.isNew = false;
        const outcome = outcomeOf(step.kind, token);
        return [
          await this.ledger.settle(delivery, token, outcome),
          this.table.settle(delivery, token, outcome, this.now),
        ];
      }
      case 'prove': {
        const name = step.named ? `p-${step.hop}` : undefined;
        return [
          await this.ledger.markAccepted(this.first.id, step.hop, name),
          this.table.markAccepted(this.first.id, step.hop, name),
        ];
      }
      case 'look beside':
        return [
          seen(await this.ledger.siblingCalls(this.first.id, step.hop, 100 * hour)),
          seen(this.table.siblingCalls(this.first.id, step.hop, 100 * hour)),
        ];
      case 'the lease passes':
        return this.pass();
    }
  }

  private async claim(delivery: Delivery<TestMessage>, token: string): Promise<[unknown, unknown]> {
    const real = await this.ledger.claim(delivery, token);
    if (real.verdict === 'mine') this.won.set(token, delivery);
    this.isNew = false;
    return [reported(real), reported(this.table.claim(delivery, token, this.now))];
  }

  private async pass(): Promise<[unknown, unknown]> {
    this.now += 2 * hour;
    await this.pool.query(`UPDATE email.ledger SET lease_until = lease_until - interval '2 hours' WHERE id = $1`, [
      this.first.id,
    ]);
    return [undefined, undefined];
  }

  private deliveryOf({ hop, source, copy }: Copy): Delivery<TestMessage> {
    const rememberedAt = new Date(this.first.requestedAt.getTime() - (copy === 1 ? 8 * 24 * hour : 0));
    const digest = hop > 1 ? undefined : copy === 2 ? this.tokens[0] : this.first.digest;
    // The second hop has other content, the third looks up the call of the first.
    const fingerprint =
      hop === 2 ? { ...this.first.fingerprint!, contentHash: this.tokens[3]! } : this.first.fingerprint;
    return {
      ...this.first,
      hop,
      digest,
      rememberedAt,
      fingerprint,
      mode: hop === 3 ? 'reconcile' : 'send',
      source: `record/0/${source}`,
    };
  }
}

const reported = (claim: Claim): unknown =>
  claim.verdict === 'running'
    ? claim.verdict
    : claim.verdict === 'settled'
      ? [claim.verdict, { ...claim.outcome, at: '' }]
      : claim;

const seen = (calls: SiblingCall[]) =>
  calls.map(({ own, providerMessageId, alike }) => [own, providerMessageId, alike].join()).toSorted();

function outcomeOf(kind: (typeof kinds)[number], callId: string): Outcome {
  const more = {
    provider: 'sendgrid',
    providerMessageId: 'p-1',
    callId,
    attempt: 1,
    failure: aFailure(),
    until: 'later',
    reason: 'why',
  };
  return { kind, at: '', ...more };
}

describe('the ledger in memory that the protocol is played with', () => {
  let database: TestDatabase;
  let ledger: PostgresLedger;

  beforeAll(async () => {
    database = await aDatabase();
    await migrate(database.pool(), 'email', ledgerMigrations);
    ledger = new PostgresLedger({ pool: database.pool(), schema: 'email', leaseMs: hour, retentionDays: 14 });
    await keepPartitions(database.pool(), 'email', new Date(), { retentionDays: 14 });
  });
  afterAll(() => database.drop());

  it('returns for every claim, settlement and evidence the same as the one in Postgres', async () => {
    const same = fc.asyncProperty(steps, async (taken) => {
      const pair = new Pair(database.pool(), ledger);
      for (const step of taken) {
        const [real, inMemory] = await pair.take(step);
        expect({ said: inMemory }).toMatchObject({ said: real });
      }
    });
    await fc.assert(same, { numRuns: 200 });
  }, 120_000);
});
