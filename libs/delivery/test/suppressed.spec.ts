import { ownFailure, type Provider, type SendResult } from '#libs/providers';
import { recipientRef, type StatusChanged, type SuppressionChanged } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { eventsFor } from '../src/publish/events.policy.ts';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import {
  type Claim,
  type ClaimRequest,
  type Delivery,
  Ledger,
  type Outcome,
  type Settlement,
  type SuppressionFound,
} from '../src/delivery.ts';
import { DeliveryService } from '../src/delivery.service.ts';
import { describe, expect, it } from '@jest/globals';
import { aPublisher } from './builders/a-publisher.ts';
import { anOpenRoute } from './builders/an-open-route.ts';
import { aChannel, aDelivery, type TestMessage } from './builders/a-delivery.ts';

const [ada, bob] = [recipientRef('key', 'ada@inbox.test'), recipientRef('key', 'bob@inbox.test')];
const against = (recipient: { hash: string }, more: Partial<SuppressionFound> = {}): SuppressionFound => ({
  recipient: recipient.hash,
  scope: 'all',
  tenant: null,
  reason: 'hard-bounce',
  since: '2026-11-01T00:00:00Z',
  ...more,
});
const taken: SendResult = { sent: true, providerMessageId: 'id-1' };

/** Grants every claim with the suppressions of its recipients. */
class KnowingLedger extends Ledger {
  settled: Outcome | undefined;
  private readonly found: SuppressionFound[];
  constructor(found: SuppressionFound[]) {
    super();
    this.found = found;
  }
  claim = (requests: readonly ClaimRequest[]): Promise<Claim[]> =>
    Promise.resolve(requests.map(({ token }) => ({ verdict: 'mine', token, suppressions: this.found })));
  settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    this.settled = settlements.at(-1)!.outcome;
    return Promise.resolve(settlements.map(() => true));
  }
  markAccepted = (): Promise<void> => Promise.resolve();
  siblingCalls = (): Promise<never[]> => Promise.resolve([]);
}

async function dispatched(
  found: SuppressionFound[],
  of: Partial<Delivery<TestMessage>> = {},
  answer: SendResult = taken,
  past: string[] = [],
) {
  const ledger = new KnowingLedger(found);
  const reported: Record<string, unknown[]> = {};
  const outcomes = new OutcomePublisher(
    aPublisher(({ topic, value }) => Promise.resolve(void (reported[topic.name] ??= []).push(value))),
  );
  const sent: TestMessage[] = [];
  const provider = {
    name: 'sendgrid',
    batchKey: () => undefined,
    send: ({ message }: { message: TestMessage }) => {
      sent.push(message);
      return Promise.resolve(answer);
    },
  };
  const channel = aChannel({ suppressionScopesOf: () => ({ scopes: ['marketing', 'topic:news'], past }) });
  const delivery = aDelivery({ recipients: [ada], ...of });
  await new DeliveryService<TestMessage>({
    providers: [],
    channel,
    ledger,
    routing: anOpenRoute([provider as unknown as Provider<TestMessage>]),
    outcomes,
    logger: createLogger('test', 'silent'),
    stopping: new AbortController().signal,
    leaseMs: 10_000,
    guardMs: 1_000,
    retentionDays: 14,
  }).dispatch(delivery);
  const facts = (reported['status.changed'] ?? []) as StatusChanged[];
  return {
    facts,
    sent,
    deferred: reported['send.deferred'],
    suppresses: reported['suppression.changed'] as SuppressionChanged[] | undefined,
    settled: ledger.settled!,
    delivery,
  };
}

describe('a message to a suppressed recipient', () => {
  it.each<[string, Partial<SuppressionFound>, string | undefined, string[]]>([
    ['at all', {}, 'MSG_SUPPRESSED_UNDELIVERABLE', []],
    ['about marketing', { scope: 'marketing', reason: 'unsubscribe' }, 'MSG_SUPPRESSED_OPT_OUT', []],
    ['about its topic', { scope: 'topic:news', reason: 'unsubscribe' }, 'MSG_SUPPRESSED_OPT_OUT', []],
    ['about another topic', { scope: 'topic:other', reason: 'unsubscribe' }, undefined, []],
    ['by its own tenant', { tenant: 'default', reason: 'complaint' }, 'MSG_SUPPRESSED_COMPLAINT', []],
    ['by another tenant', { tenant: 'acme', reason: 'complaint' }, undefined, []],
    ['by an operator', { reason: 'manual' }, 'MSG_SUPPRESSED_MANUALLY', []],
    ['for a reason that is new to us', { reason: 'moved-to-mars' }, 'MSG_SUPPRESSED_MANUALLY', []],
    ['for a reason that the request goes past', { reason: 'hard-bounce' }, undefined, ['hard-bounce']],
    [
      'by an operator, though the request goes past bounces',
      { reason: 'manual' },
      'MSG_SUPPRESSED_MANUALLY',
      ['hard-bounce'],
    ],
  ])('%s', async (_, more, code, past) => {
    const { facts, sent, deferred, settled } = await dispatched([against(ada, more)], {}, taken, past);
    expect(sent).toHaveLength(code === undefined ? 1 : 0);
    if (code === undefined) return expect(facts).toMatchObject([{ status: 'sent' }]);
    expect(facts).toMatchObject([
      {
        status: 'suppressed',
        final: true,
        attempt: 0,
        failure: { code, retry: 'never' },
        reason: expect.stringMatching(/^Suppressed \(.+\): .+, since 2026-11-01\.$/),
      },
    ]);
    expect([deferred, settled.kind]).toEqual([undefined, 'suppressed']);
  });

  it('reports the most serious of several reasons', async () => {
    const { facts } = await dispatched([
      against(ada, { reason: 'manual' }),
      against(ada, { reason: 'hard-bounce' }),
      against(ada, { reason: 'complaint' }),
      against(ada, { reason: 'stop' }),
    ]);
    expect(facts[0]!.failure!.code).toBe('MSG_SUPPRESSED_COMPLAINT');
  });

  it('expires like any other, and is not checked any more', async () => {
    const { facts, deferred } = await dispatched([against(ada)], { expiresAt: new Date(0) });
    expect(facts).toMatchObject([{ status: 'expired' }]);
    expect(deferred).toMatchObject([{ why: 'failed', failure: { code: 'MSG_EXPIRED', retry: 'never' } }]);
  });
});

describe('a message to several recipients, one of whom is suppressed', () => {
  const recipients = [ada, bob];

  it('is sent to the others, and each has a status of their own', async () => {
    const { facts, sent, settled, delivery } = await dispatched([against(ada)], { recipients });
    expect(sent).toMatchObject([{ goes: [false, true] }]);
    expect(facts).toMatchObject([
      { status: 'sent', recipients: [bob] },
      {
        status: 'suppressed',
        final: true,
        recipient: ada,
        recipientCount: 2,
        failure: { code: 'MSG_SUPPRESSED_UNDELIVERABLE' },
      },
    ]);
    expect(eventsFor(delivery, settled).facts).toEqual(facts);
    expect(new Set(facts.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it('ends where all of them are suppressed', async () => {
    const { facts, sent } = await dispatched([against(ada), against(bob, { reason: 'stop' })], { recipients });
    expect(sent).toEqual([]);
    expect(facts.map(({ status, recipient }) => [status, recipient?.mask])).toEqual([
      ['suppressed', undefined],
      ['suppressed', ada.mask],
      ['suppressed', bob.mask],
    ]);
  });

  it('reports nothing about the suppressed one while it will be retried', async () => {
    const failure = ownFailure('ECONNREFUSED', 'transient', 'backoff', 'Refused.');
    const { facts, deferred } = await dispatched([against(ada)], { recipients }, { sent: false, failure });
    expect(facts).toMatchObject([{ status: 'retrying' }]);
    expect(deferred).toHaveLength(1);
  });

  it('is looked up for the recipients of its call when the response is lost', async () => {
    const failure = ownFailure('MSG_RESPONSE_INCOMPLETE', 'unknown', 'backoff', 'Lost.');
    const { deferred } = await dispatched([against(ada)], { recipients }, { sent: false, failure });
    expect(deferred).toMatchObject([{ unconfirmedCall: { suppressedRecipients: [ada.hash] } }]);
  });
});

describe('a provider’s refusal that suppresses its recipient', () => {
  const refusal = (more: object) => ({
    sent: false as const,
    failure: { ...ownFailure('21610', 'opted-out', 'never', 'STOP.'), suppress: true, ...more },
  });

  it('is published with its scope', async () => {
    const { suppresses, settled, delivery } = await dispatched([], {}, refusal({ suppressScope: 'sender' }));
    expect(suppresses).toMatchObject([
      {
        channel: 'email',
        recipient: ada.hash,
        mask: ada.mask,
        scope: 'sender:+15005550006',
        reason: 'unsubscribe',
        provider: 'sendgrid',
        source: 'refusal',
        at: settled.at,
      },
    ]);
    expect(eventsFor(delivery, settled).suppresses).toEqual(suppresses![0]);
  });

  it('covers everything, as an invalid address, where the table says no more', async () => {
    expect((await dispatched([], {}, refusal({ kind: 'bad-recipient' }))).suppresses).toMatchObject([
      { scope: 'all', reason: 'invalid' },
    ]);
  });

  it('suppresses nobody where any of several may be meant', async () => {
    expect((await dispatched([], { recipients: [ada, bob] }, refusal({}))).suppresses).toBeUndefined();
  });
});
