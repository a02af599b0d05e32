import { ownFailure, type Provider, type SendResult, type Receipt } from '#libs/providers';
import { createLogger } from '#libs/telemetry';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import { type Claim, type ClaimRequest, Ledger, type Settlement } from '../src/delivery.ts';
import { DeliveryService } from '../src/delivery.service.ts';
import { ReceiptsService } from '../src/receipts/receipts.service.ts';
import type { SuppressionsService } from '../src/suppressions/suppressions.service.ts';
import { describe, expect, it } from '@jest/globals';
import { CountedEvents } from '../../../test/conformance/telemetry.ts';
import { aPublisher } from './builders/a-publisher.ts';
import { anOpenRoute } from './builders/an-open-route.ts';
import { aChannel, aDelivery, type TestMessage } from './builders/a-delivery.ts';

class OpenLedger extends Ledger {
  claim(requests: readonly ClaimRequest[]): Promise<Claim[]> {
    return Promise.resolve(requests.map(({ token }) => ({ verdict: 'mine', token })));
  }
  settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    return Promise.resolve(settlements.map(() => true));
  }
  markAccepted(): Promise<void> {
    return Promise.resolve();
  }
  siblingCalls(): Promise<never[]> {
    return Promise.resolve([]);
  }
}

const outcomes = new OutcomePublisher(aPublisher(() => Promise.resolve()));
const counts = new CountedEvents();

async function attempt(result: SendResult): Promise<void> {
  const provider = {
    name: 'twilio',
    batchKey: () => undefined,
    send: () => Promise.resolve(result),
  } as unknown as Provider<TestMessage>;
  const rest = {
    logger: createLogger('test', 'silent'),
    stopping: new AbortController().signal,
    leaseMs: 10_000,
    guardMs: 1_000,
    retentionDays: 14,
  };
  await new DeliveryService<TestMessage>({
    providers: [],
    channel: aChannel(),
    ledger: new OpenLedger(),
    routing: anOpenRoute([provider]),
    outcomes,
    ...rest,
  }).dispatch(aDelivery());
}

describe('the counters', () => {
  it('count each attempt, by its provider and its outcome', async () => {
    await attempt({ sent: true, providerMessageId: 'SM1' });
    await attempt({ sent: true, providerMessageId: 'SM2' });
    await attempt({
      sent: false,
      failure: ownFailure('MSG_COUNTRY_NOT_ALLOWED', 'bad-recipient', 'never', 'Not there.'),
    });
    const of = (outcome: string, kind?: string) =>
      counts.of('mi.attempts', {
        'mi.channel': 'email',
        'mi.provider': 'twilio',
        'mi.outcome': outcome,
        'mi.failure.kind': kind,
      });
    expect([of('sent'), of('failed', 'bad-recipient'), of('failed')]).toEqual([2, 1, 0]);
  });

  it('count each event of a webhook, by its provider and type', async () => {
    const receipts = new ReceiptsService(outcomes, {
      record: () => Promise.resolve(),
    } as unknown as SuppressionsService);
    const receipt: Receipt = {
      provider: 'resend',
      providerMessageId: 'e-1',
      event: 'email.delivered',
      channel: 'email',
      status: 'delivered',
      final: true,
      at: new Date(),
      reference: { messageId: 'm-1', tenant: 'default' },
    };
    await receipts.record([receipt, receipt, { ...receipt, event: 'email.opened' }]);
    const of = (event: string) => counts.of('mi.webhook.events', { 'mi.provider': 'resend', 'mi.event': event });
    expect([of('email.delivered'), of('email.opened')]).toEqual([2, 1]);
  });
});
