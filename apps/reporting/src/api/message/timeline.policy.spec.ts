import { Engagement, Notice, Status } from '#libs/contracts';
import { aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { DeadLetterFact, KeptFact } from '../../projection/fact.ts';
import { timelineOf } from './timeline.policy.ts';
import { describeFact } from './wording.policy.ts';

let count = 0;
const aFact = (more: Partial<KeptFact>): KeptFact => ({
  eventId: `00000000-0000-0000-0000-${String((count += 1)).padStart(12, '0')}`,
  status: 'sent',
  final: false,
  at: '2030-01-31T12:00:00.000Z',
  source: 'email',
  hop: 1,
  provider: 'sendgrid',
  ...more,
});
const request = aFact({
  status: 'accepted',
  source: 'request',
  hop: undefined,
  provider: undefined,
  at: '2030-01-31T12:00:00.500Z',
});
const statuses = (facts: KeptFact[]) => timelineOf(facts, undefined).map(({ status }) => status);

describe('a timeline', () => {
  it('begins with the request, though Kafka’s clock may be ahead of the service’s', () => {
    expect(statuses([aFact({ at: '2030-01-31T12:00:00.400Z' }), request])).toEqual(['accepted', 'sent']);
  });

  it('shows a receipt after its send, though the provider’s times have whole seconds only', () => {
    const sent = aFact({ at: '2030-01-31T12:00:01.700Z' });
    const delivered = aFact({ status: 'delivered', final: true, source: 'receipt', at: '2030-01-31T12:00:01.000Z' });
    const opened = aFact({ status: 'opened', final: true, source: 'receipt', at: '2030-01-31T12:00:01.000Z' });
    expect(statuses([opened, delivered, sent, request])).toEqual(['accepted', 'sent', 'delivered', 'opened']);
  });

  it('shows the hops one after another', () => {
    const retrying = aFact({
      status: 'retrying',
      source: 'retry',
      nextAt: '2030-01-31T12:05:00.000Z',
      at: '2030-01-31T12:00:02.000Z',
    });
    const sent = aFact({ hop: 2, at: '2030-01-31T12:05:00.100Z' });
    const delivered = aFact({
      hop: 2,
      status: 'delivered',
      final: true,
      source: 'receipt',
      at: '2030-01-31T12:05:01.000Z',
    });
    expect(statuses([delivered, sent, retrying, request])).toEqual(['accepted', 'retrying', 'sent', 'delivered']);
  });

  it('shows recipients by their masks only', () => {
    const delivered = aFact({
      status: 'delivered',
      source: 'receipt',
      recipient: { hash: 'secret-hash', mask: 'a***@inbox.test' },
    });
    expect(timelineOf([delivered], undefined)[0]?.recipient).toBe('a***@inbox.test');
    expect(JSON.stringify(timelineOf([delivered], undefined))).not.toContain('secret-hash');
  });

  it('explains in its last entry why a message was given up', () => {
    const failure = aFailure();
    const failed = aFact({
      hop: 3,
      status: 'failed',
      final: true,
      source: 'retry',
      failure,
      at: '2030-01-31T12:30:00.000Z',
    });
    const deadLetter = { hop: 3, reason: 'exhausted', attempts: 3, failure } as DeadLetterFact;
    const end = timelineOf([request, failed], deadLetter).at(-1);
    expect(end?.reason).toBe('exhausted');
    expect(end?.description).toBe(
      'It could not be sent. The provider refused the connection. Given up after 3 attempts: it was tried as ' +
        'often as is allowed.',
    );
    expect(end?.failure).toEqual({
      kind: 'transient',
      code: 'ECONNREFUSED',
      meaning: failure.meaning,
      remedy: failure.remedy,
    });
  });

  it('links a failure to the page about its code, where that is published', () => {
    const failed = aFact({
      status: 'failed',
      final: true,
      failure: aFailure({ help: 'docs/errors/network.md#econnrefused' }),
    });
    expect(timelineOf([failed], undefined)[0]?.failure?.help).toBe('docs/errors/network.md#econnrefused');
    expect(timelineOf([failed], undefined, 'https://docs.example.org/errors/')[0]?.failure?.help).toBe(
      'https://docs.example.org/errors/network.md#econnrefused',
    );
  });

  it('has a text for every kind of fact', () => {
    for (const status of [...Status.options, ...Engagement.options, ...Notice.options]) {
      for (const final of [true, false]) {
        expect(describeFact(aFact({ status, final, provider: undefined }))).toMatch(/^[A-Z].+\.$/);
      }
    }
  });
});
