import { Refused } from '#libs/batching';
import type { Provider, SendResult } from '#libs/providers';
import { contextOf, createLogger } from '#libs/telemetry';
import { eventually } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { Claim, ClaimRequest, Delivery, Settlement } from '../src/delivery.ts';
import { Ledger } from '../src/delivery.ts';
import { DeliveryService } from '../src/delivery.service.ts';
import type { ReportedOutcome } from '../src/publish/outcome-publisher.service.ts';
import { aDelivery, type TestMessage } from './builders/a-delivery.ts';
import { anOpenRoute } from './builders/an-open-route.ts';

/** Returns what the test defines, and records which messages shared a batch. */
class ScriptedLedger extends Ledger {
  readonly claims: string[][] = [];
  readonly settlements: string[][] = [];
  claimOf: (request: ClaimRequest) => Claim | Refused = ({ token }) => ({ verdict: 'mine', token });
  settleOf: (settlement: Settlement) => boolean | Refused = () => true;

  claim(requests: readonly ClaimRequest[]): Promise<(Claim | Refused)[]> {
    this.claims.push(namesOf(requests));
    return Promise.resolve(requests.map((request) => this.claimOf(request)));
  }
  settle(settlements: readonly Settlement[]): Promise<(boolean | Refused)[]> {
    this.settlements.push(namesOf(settlements));
    return Promise.resolve(settlements.map((settlement) => this.settleOf(settlement)));
  }
  markAccepted = (): Promise<void> => Promise.resolve();
  siblingCalls = (): Promise<never[]> => Promise.resolve([]);
}

const namesOf = (requests: readonly ClaimRequest[]) => requests.map(({ delivery }) => delivery.messageId);

function aSystem({ coalesceLingerMs = 0 } = {}) {
  const ledger = new ScriptedLedger();
  const sent: string[] = [];
  const published: string[][] = [];
  const gate = { open: Promise.resolve() };
  const answer = { given: Promise.resolve() };
  const provider = {
    name: 'sendgrid',
    batchKey: () => 'one content',
    batchLimit: 3,
    sendBatch: async (calls: readonly { reference: { messageId: string } }[]): Promise<SendResult[]> => {
      sent.push(calls.map(({ reference }) => reference.messageId).join('+'));
      await answer.given;
      return calls.map(() => ({ sent: true, providerMessageId: 'of-all' }));
    },
    send: ({ reference }: { reference: { messageId: string } }): Promise<SendResult> => {
      sent.push(reference.messageId);
      return Promise.resolve({ sent: true, providerMessageId: `of-${reference.messageId}` });
    },
  } as unknown as Provider<TestMessage>;
  const publishAll = async (outcomes: readonly ReportedOutcome[]) => {
    published.push(
      outcomes.flatMap(({ events }) => events.facts.map(({ messageId, status }) => `${messageId} ${status}`)),
    );
    await gate.open;
    return outcomes.map(() => undefined);
  };
  const service = new DeliveryService<TestMessage>({
    providers: [provider],
    ledger,
    routing: anOpenRoute([provider]),
    outcomes: { publishAll },
    logger: createLogger('test', 'silent'),
    stopping: new AbortController().signal,
    leaseMs: 10_000,
    guardMs: 1_000,
    retentionDays: 14,
    coalesceLingerMs,
  });
  const ends = new Map<string, Error | undefined>();
  const free: string[] = [];
  const take = (...deliveries: Delivery<TestMessage>[]) =>
    deliveries.forEach((delivery) =>
      service.take(delivery, contextOf(delivery.id), {
        freeSlot: () => free.push(delivery.messageId),
        done: (error) => ends.set(delivery.messageId, error),
      }),
    );
  const untilEnded = (count: number) => eventually(() => ends.size === count, { what: `${count} ends` });
  return { ledger, sent, published, gate, answer, take, ends, free, untilEnded };
}

const named = (messageId: string) => aDelivery({ messageId });

describe('messages that arrive at one moment', () => {
  it('are claimed, settled and published together, and each has its own call', async () => {
    const { ledger, sent, published, take, ends, untilEnded } = aSystem();
    take(named('a'), named('b'), named('c'));
    await untilEnded(3);
    expect(ledger.claims).toEqual([['a', 'b', 'c']]);
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(ledger.settlements).toEqual([['a', 'b', 'c']]);
    expect(published).toEqual([['a sent', 'b sent', 'c sent']]);
    expect([...ends.values()]).toEqual([undefined, undefined, undefined]);
  });

  it('are not affected by one whose claim the database refuses', async () => {
    const { ledger, sent, take, ends, untilEnded } = aSystem();
    const refusal = new RangeError('22P05');
    ledger.claimOf = ({ delivery, token }) =>
      delivery.messageId === 'b' ? new Refused(refusal) : { verdict: 'mine', token };
    take(named('a'), named('b'), named('c'));
    await untilEnded(3);
    expect(sent).toEqual(['a', 'c']);
    expect(ends.get('b')).toBe(refusal);
    expect([ends.get('a'), ends.get('c')]).toEqual([undefined, undefined]);
  });

  it.each<[string, keyof Delivery<unknown>, string[]]>([
    ['as it is admitted', 'expiresAt', ['a', 'b', 'c']],
    ['so that not even its end can be written', 'mode', ['a', 'c']],
  ])('are not affected by one that triggers a bug of ours, %s', async (_, broken, settled) => {
    const { ledger, published, take, ends, untilEnded } = aSystem();
    const faulty = Object.defineProperty(named('b'), broken, {
      get: () => {
        throw new TypeError(`${broken} cannot be read`);
      },
    });
    take(named('a'), faulty, named('c'));
    await untilEnded(3);
    expect(ends.get('b')).toBeInstanceOf(TypeError);
    expect(published.flat()).toEqual(['a sent', 'c sent']);
    expect(ledger.settlements.flat().sort()).toEqual(settled);
  });
});

describe('a message that another replica has taken over meanwhile', () => {
  it('is claimed again, and the outcome in the ledger is published', async () => {
    const { ledger, sent, published, take, untilEnded } = aSystem();
    ledger.settleOf = () => false;
    ledger.claimOf = ({ token }) =>
      ledger.claims.length === 1
        ? { verdict: 'mine', token }
        : { verdict: 'settled', outcome: { kind: 'cancelled', at: '2030-01-31T12:00:00.000Z' } };
    take(named('a'));
    await untilEnded(1);
    expect(ledger.claims).toEqual([['a'], ['a']]);
    expect(sent).toEqual(['a']);
    expect(published).toEqual([['a cancelled']]);
  });
});

describe('the slot of a message', () => {
  it('is free once its call is over, and the message ends when everything is published', async () => {
    const { gate, published, take, ends, free, untilEnded } = aSystem();
    const opened = Promise.withResolvers<void>();
    gate.open = opened.promise;
    take(named('a'));
    await eventually(() => published.length === 1);
    expect([free, ends.size]).toEqual([['a'], 0]);
    opened.resolve();
    await untilEnded(1);
    expect(free).toEqual(['a']);
  });

  it('is free as soon as it joins the call of others, which counts as one', async () => {
    const { answer, sent, take, free, untilEnded } = aSystem({ coalesceLingerMs: 20 });
    const answered = Promise.withResolvers<void>();
    answer.given = answered.promise;
    take(...['a', 'b', 'c', 'd', 'e'].map((messageId) => aDelivery({ messageId, lane: 'bulk' })));
    await eventually(() => sent.length === 2);
    expect(sent).toEqual(['a+b+c', 'd+e']);
    expect(free).toEqual(['b', 'c', 'e']);
    answered.resolve();
    await untilEnded(5);
    expect([...free].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
