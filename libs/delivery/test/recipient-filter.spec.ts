import { ownFailure, type Provider } from '#libs/providers';
import { type SendDeferred, SendDeferred as Deferred, type StatusChanged } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import { type Claim, type ClaimRequest, Ledger, type Outcome, type Settlement } from '../src/delivery.ts';
import { DeliveryService, type DeliveryOptions } from '../src/delivery.service.ts';
import type { ResendPlan } from '../src/template-resend/resend-plan.policy.ts';
import { describe, expect, it } from '@jest/globals';
import { aPublisher } from './builders/a-publisher.ts';
import { anOpenRoute } from './builders/an-open-route.ts';
import { aChannel, aDelivery, type TestMessage } from './builders/a-delivery.ts';

const failure = ownFailure('MSG_COUNTRY_NOT_ALLOWED', 'bad-recipient', 'never', 'Not there.');

/** Grants every claim and records its settlement. */
class OpenLedger extends Ledger {
  settled: Outcome | undefined;
  claim(requests: readonly ClaimRequest[]): Promise<Claim[]> {
    return Promise.resolve(requests.map(({ token }) => ({ verdict: 'mine', token })));
  }
  settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    this.settled = settlements.at(-1)!.outcome;
    return Promise.resolve(settlements.map(() => true));
  }
  markAccepted(): Promise<void> {
    return Promise.resolve();
  }
  siblingCalls(): Promise<never[]> {
    return Promise.resolve([]);
  }
}

async function dispatched(channel: NonNullable<DeliveryOptions<TestMessage>['channel']>) {
  const ledger = new OpenLedger();
  const [facts, deferred, sent, places] = [
    [] as StatusChanged[],
    [] as SendDeferred[],
    [] as TestMessage[],
    { left: 0 },
  ];
  const outcomes = new OutcomePublisher(
    aPublisher(({ topic, value }) =>
      Promise.resolve(
        void (topic.name === 'send.deferred'
          ? deferred.push(value as SendDeferred)
          : facts.push(value as StatusChanged)),
      ),
    ),
  );
  const provider = {
    name: 'twilio',
    batchKey: () => undefined,
    send: ({ message }: { message: TestMessage }) => {
      sent.push(message);
      return Promise.resolve({
        sent: true as const,
        providerMessageId: 'SM1',
        size: { segments: 2, encoding: 'UCS-2' as const },
      });
    },
  };
  const dispatcher = new DeliveryService<TestMessage>({
    providers: [],
    channel,
    ledger,
    routing: anOpenRoute([provider as unknown as Provider<TestMessage>], () => void (places.left += 1)),
    outcomes,
    logger: createLogger('test', 'silent'),
    stopping: new AbortController().signal,
    leaseMs: 10_000,
    guardMs: 1_000,
    retentionDays: 14,
  });
  await dispatcher.dispatch(aDelivery());
  return { facts, deferred, sent, left: places.left, settled: ledger.settled };
}

describe('a message that its own channel refuses', () => {
  it('fails before any provider is asked, which is not an attempt, and is handed over to retry', async () => {
    const { facts, deferred, sent, settled } = await dispatched(aChannel({ refuse: () => failure }));
    expect(sent).toEqual([]);
    expect(facts).toMatchObject([
      { status: 'failed', final: true, attempt: 0, failure: { code: 'MSG_COUNTRY_NOT_ALLOWED' } },
    ]);
    expect(Deferred.parse(deferred[0])).toMatchObject({
      why: 'failed',
      attempts: [],
      failure: { code: 'MSG_COUNTRY_NOT_ALLOWED' },
    });
    expect(settled).toMatchObject({ kind: 'failed', attempt: 0 });
  });

  it('releases its slot when the last check stops it', async () => {
    const { facts, sent, left } = await dispatched(
      aChannel({
        screen: () =>
          Promise.resolve({
            pass: false,
            failure: { ...failure, retry: 'backoff', kind: 'throttled', retryAfterMs: 5_000 },
          }),
      }),
    );
    expect([sent, left]).toEqual([[], 1]);
    expect(facts).toMatchObject([{ status: 'retrying', final: false, failure: { retryAfterMs: 5_000 } }]);
  });

  it('is sent as the last check returns it, and its size is reported', async () => {
    const { facts, sent, left } = await dispatched(
      aChannel({
        screen: (message) => Promise.resolve({ pass: true, message: { ...message, text: 'as a template' } }),
      }),
    );
    expect([sent, left]).toEqual([[{ text: 'as a template' }], 1]);
    expect(facts).toMatchObject([{ status: 'sent', segments: 2, encoding: 'UCS-2' }]);
  });

  it('is stored before the call where its acceptance may be revoked, and only there', async () => {
    const kept: ResendPlan[] = [];
    const screen = (message: TestMessage) =>
      Promise.resolve({ pass: true as const, resendPlan: true as const, message });
    const keepResendPlan = (_: string, resendPlan: ResendPlan) => Promise.resolve(void kept.push(resendPlan));
    const { deferred } = await dispatched(aChannel({ screen, keepResendPlan }));
    expect(Deferred.parse(kept[0]!.deferred)).toMatchObject({
      hop: 1,
      why: 'failed',
      acceptanceRevoked: true,
      attempts: [],
      request: { text: 'Hello' },
    });
    expect(kept[0]).toMatchObject({ attempt: 1, provider: 'twilio' });
    expect(deferred).toEqual([]);
    await dispatched(aChannel({ keepResendPlan }));
    expect(kept).toHaveLength(1);

    const broken = dispatched(aChannel({ screen, keepResendPlan: () => Promise.reject(new Error('a bug')) }));
    await expect(broken).rejects.toThrow('a bug');
  });
});
