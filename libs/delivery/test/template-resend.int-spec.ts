import { randomUUID } from 'node:crypto';
import { StatusChanged } from '#libs/contracts';
import { migrate } from '#libs/persistence';
import { aDatabase, aFailure, aStatus, type TestDatabase } from '#libs/testing';
import { deliveryMigrations } from '#libs/delivery-tables';
import type { OutcomeEvents } from '../src/publish/events.policy.ts';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import type { Delivery } from '../src/delivery.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { resendPlanOf } from '../src/template-resend/resend-plan.policy.ts';
import { revokeAcceptance } from '../src/template-resend/revoke-acceptance.store.ts';
import { TemplateResendService } from '../src/template-resend/template-resend.service.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDelivery, type TestMessage } from './builders/a-delivery.ts';
import { aPublisher } from './builders/a-publisher.ts';
import { Callers } from './builders/callers.ts';

class Heard extends OutcomePublisher {
  readonly reported: (OutcomeEvents | StatusChanged)[] = [];

  constructor() {
    super(aPublisher(() => Promise.resolve()));
  }

  override publish(eventsFor: OutcomeEvents): Promise<void> {
    this.reported.push(eventsFor);
    return Promise.resolve();
  }

  override publishFact(fact: StatusChanged): Promise<void> {
    this.reported.push(fact);
    return Promise.resolve();
  }
}

describe('a message whose acceptance the provider revokes', () => {
  let database: TestDatabase;
  let ledger: Callers;
  beforeAll(async () => {
    database = await aDatabase();
    await migrate(database.pool(), 'email', deliveryMigrations);
    ledger = new Callers(
      new PostgresLedger({ pool: database.pool(), schema: 'email', leaseMs: 30_000, retentionDays: 14 }),
    );
  });
  afterAll(() => database.drop());

  const outcomes = {
    sent: {
      kind: 'sent',
      at: '2030-01-31T12:00:00Z',
      provider: 'twilio',
      providerMessageId: 'SM1',
      callId: 'c',
      attempt: 1,
    },
    unknown: {
      kind: 'unknown',
      at: '2030-01-31T12:00:00Z',
      provider: 'twilio',
      callId: 'c',
      attempt: 1,
      failure: aFailure({ kind: 'unknown' }),
    },
  } as const;
  const settled = async (outcome: keyof typeof outcomes) => {
    const delivery = aDelivery();
    const token = randomUUID();
    await ledger.claim(delivery, token);
    await ledger.settle(delivery, token, outcomes[outcome]);
    return delivery;
  };
  const next = (delivery: Delivery<TestMessage>, hop = 2) =>
    ledger.claim({ ...delivery, hop, digest: undefined, source: `messaging.email.due/0/${hop}` }, randomUUID());
  /** The provider's receipt about the first hop of a message, and its result. */
  const givenBack = async (delivery: Delivery<TestMessage>, { kept = true } = {}) => {
    const heard = new Heard();
    const service = new TemplateResendService(
      (id, hop) => revokeAcceptance({ pool: database.pool(), schema: 'email' }, id, hop),
      heard,
      new AbortController().signal,
    );
    const failure = aFailure({ code: '63016', kind: 'bad-content', retry: 'failover', provider: 'twilio' });
    const fact = aStatus({
      messageId: delivery.messageId,
      status: 'retrying',
      source: 'receipt',
      hop: 1,
      failure,
      provider: 'twilio',
      at: '2030-01-31T12:00:05Z',
    });
    await service.resendAsTemplate(fact, kept ? resendPlanOf(delivery, 'twilio', 0) : undefined);
    return heard.reported;
  };

  it('is handed over to retry with the attempt and its failure, and its next hop may be sent', async () => {
    const delivery = await settled('sent');
    const reported = await givenBack(delivery);
    expect(reported).toEqual([
      {
        facts: [],
        deferred: expect.objectContaining({
          messageId: delivery.messageId,
          hop: 1,
          why: 'failed',
          acceptanceRevoked: true,
          at: '2030-01-31T12:00:05Z',
          request: delivery.request,
        }),
      },
    ]);
    const { deferred } = reported[0] as OutcomeEvents;
    expect(deferred!.attempts).toEqual([
      { attempt: 1, hop: 1, at: '2030-01-31T12:00:05Z', provider: 'twilio', failure: deferred!.failure },
    ]);
    expect(await next(delivery)).toMatchObject({ verdict: 'mine' });
    // Once more, as callbacks are repeated: the same under the same id.
    expect(await givenBack(delivery)).toEqual(reported);
  });

  it('stays revoked, whatever late receipts of the first hop say; the next accepted hop ends it', async () => {
    const delivery = await settled('sent');
    await givenBack(delivery);
    await ledger.markAccepted(delivery.id, 1, 'SM1');
    const token = randomUUID();
    const second = { ...delivery, hop: 2, digest: undefined, source: 'messaging.email.due/0/2' };
    expect(await ledger.claim(second, token)).toMatchObject({ verdict: 'mine' });
    await ledger.settle(second, token, { ...outcomes.sent, providerMessageId: 'SM2' });
    expect(await next(delivery, 3)).toEqual({
      verdict: 'settled',
      outcome: { kind: 'superseded', at: expect.any(String), by: 2 },
    });
  });

  it('waits while its own call is still in flight', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await ledger.claim(delivery, token);
    const early = givenBack(delivery);
    await ledger.settle(delivery, token, outcomes.sent);
    expect(await early).toMatchObject([{ deferred: { acceptanceRevoked: true } }]);
  });

  it.each<[string, () => Promise<StatusChanged[]>]>([
    [
      'was unconfirmed: its look-up goes its own way',
      async () => (await givenBack(await settled('unknown'))) as StatusChanged[],
    ],
    ['is not kept any more', async () => (await givenBack(await settled('sent'), { kept: false })) as StatusChanged[]],
  ])('ends with the provider’s refusal where it %s', async (_, reported) => {
    const [fact] = await reported();
    expect(StatusChanged.parse(fact)).toMatchObject({
      status: 'failed',
      final: true,
      source: 'receipt',
      hop: 1,
      failure: { code: '63016' },
      reason: expect.stringContaining('It is not sent again'),
    });
  });
});
