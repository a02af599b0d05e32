import { UnreadableRecord } from '#libs/contracts';
import { aDeferred, aFailure, anEmailRequest, anSmsRequest, aStatus } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factOfRequest, factOfStatus, deadLetter } from './translate.ts';

const arrival = {
  lane: 'urgent',
  timestamp: Date.UTC(2030, 0, 31, 12),
  traceId: 'abc',
  hashKey: 'a key for hashes',
} as const;

describe('a request', () => {
  it('is kept without address and content', () => {
    const request = anEmailRequest({
      subject: 'Your order',
      text: 'It works',
      cc: [{ email: 'bob@inbox.test' }],
      metadata: { note: 'private' },
    });
    const { fact } = factOfRequest('email', request, arrival);
    expect(fact.recipients?.map(({ mask }) => mask)).toEqual(['a***@inbox.test', 'b***@inbox.test']);
    expect(JSON.stringify(fact)).not.toMatch(/ada@|bob@|It works|Your order|private/);
    expect(fact).toMatchObject({
      status: 'accepted',
      source: 'request',
      at: '2030-01-31T12:00:00.000Z',
      lane: 'urgent',
      traceId: 'abc',
    });
  });

  it('is one fact however often it is published', () => {
    const first = factOfRequest('sms', anSmsRequest({ messageId: 'm-1', body: 'one' }), arrival);
    const again = factOfRequest('sms', anSmsRequest({ messageId: 'm-1', body: 'two' }), {
      ...arrival,
      timestamp: arrival.timestamp + 1,
    });
    expect(again.fact.eventId).toBe(first.fact.eventId);
  });

  it('under the same id on the other channel is another message', () => {
    const email = factOfRequest('email', anEmailRequest({ messageId: 'm-1' }), arrival);
    expect(factOfRequest('sms', anSmsRequest({ messageId: 'm-1' }), arrival).fact.eventId).not.toBe(email.fact.eventId);
  });
});

describe('a status', () => {
  it('is kept in UTC, field by field', () => {
    const changed = {
      ...aStatus({
        at: '2030-01-31T14:00:00+02:00',
        failure: aFailure({ help: 'docs/errors/network.md#econnrefused' }),
      }),
      to: 'ada@inbox.test',
    };
    const { fact } = factOfStatus(changed, undefined);
    expect(fact.at).toBe('2030-01-31T12:00:00.000Z');
    expect(fact.failure).toMatchObject({ kind: 'transient', help: 'docs/errors/network.md#econnrefused' });
    expect(JSON.stringify(fact)).not.toContain('ada@');
  });

  it('keeps its event id where that is a UUID, and gets one derived from it otherwise', () => {
    const uuid = '0b3ac63a-9b1e-4b4e-8f1e-6d0a3a4a5b6c';
    const idOf = (eventId: string) => factOfStatus(aStatus({ eventId }), undefined).fact.eventId;
    expect(idOf(uuid)).toBe(uuid);
    expect(idOf('evt_1')).toMatch(/^[0-9a-f-]{36}$/);
    expect(idOf('evt_1')).toBe(idOf('evt_1'));
    expect(idOf('evt_1')).not.toBe(idOf('evt_2'));
  });

  it('that names neither our message nor the provider’s is quarantined', () => {
    const nobodys = aStatus({ messageId: undefined, providerMessageId: undefined });
    expect(() => factOfStatus(nobodys, undefined)).toThrow(UnreadableRecord);
  });
});

describe('a status with a field that cannot be stored', () => {
  const half = '\ud83d';

  it.each([
    [
      'a correlationId that is no Unicode',
      { correlationId: `c${half}` },
      { correlationId: undefined },
      ['correlationId'],
    ],
    ['a reason with NUL', { reason: 'a\0b' }, { reason: undefined }, ['reason']],
    ['tags of which one is no Unicode', { tags: ['spring', half] }, { tags: ['spring'] }, ['tags']],
    [
      'a counter beyond all numbers of PostgreSQL',
      { hop: 3_000_000_000, attempt: 1 },
      { hop: undefined, attempt: 1 },
      ['hop'],
    ],
    [
      'a failure whose words are no Unicode',
      { failure: aFailure({ meaning: `No${half}.` }) },
      { failure: expect.objectContaining({ meaning: 'No\ufffd.', code: 'ECONNREFUSED' }) },
      ['failure'],
    ],
    [
      'a recipient whose mask holds NUL',
      { recipients: [{ hash: 'ada', mask: 'a\0***@inbox.test' }] },
      { recipients: [{ hash: 'ada', mask: 'a***@inbox.test' }] },
      ['recipients'],
    ],
    [
      'two of them',
      { correlationId: '\0', reason: half },
      { correlationId: undefined, reason: undefined },
      ['reason', 'correlationId'],
    ],
  ])('is kept without it, and names it: %s', (_, more, rest, lacks) => {
    const { of, fact } = factOfStatus(aStatus({ messageId: 'm-1', status: 'failed', final: true, ...more }), undefined);
    expect(of?.messageId).toBe('m-1');
    expect(fact).toMatchObject({ status: 'failed', final: true, provider: 'sendgrid', lacks });
    for (const [name, value] of Object.entries(rest)) expect(fact[name as keyof typeof fact]).toEqual(value);
  });

  it('can always be stored, whatever its texts and numbers are', () => {
    const unstorable = /\\u0000|\\ud[89a-f]/;
    const text = fc.string({ unit: fc.constantFrom('a', '\0', '\ud83d', '\ude00', 'é') });
    const odd = fc.record({
      correlationId: text,
      reason: text,
      provider: text,
      tags: fc.array(text),
      hop: fc.integer({ min: 1, max: 2 ** 40 }),
      segments: fc.integer({ min: 1, max: 2 ** 40 }),
    });
    fc.assert(
      fc.property(odd, text, (more, meaning) => {
        const { fact } = factOfStatus(aStatus({ ...more, failure: aFailure({ meaning }) }), undefined);
        expect(JSON.stringify(fact)).not.toMatch(unstorable);
        expect(fact.hop ?? 1).toBeLessThan(2 ** 31);
        expect(fact.lacks === undefined).toBe(
          !unstorable.test(JSON.stringify([more, meaning])) && more.hop < 2 ** 31 && more.segments < 2 ** 31,
        );
      }),
    );
  });
});

describe('a dead letter', () => {
  it('is kept without what was asked', () => {
    const letter = { ...aDeferred(), reason: 'exhausted', failure: aFailure() } as const;
    const kept = deadLetter(letter);
    expect(kept).toMatchObject({ reason: 'exhausted', attempts: 1, hop: 1 });
    expect(JSON.stringify(kept)).not.toMatch(/ada@|It works/);
  });

  it('whose texts are not Unicode is kept with these repaired, and names them', () => {
    const letter = {
      ...aDeferred(),
      reason: 'exhausted',
      failure: aFailure({ remedy: 'Ask\ud83d.' }),
      hop: 3_000_000_000,
    } as const;
    expect(deadLetter(letter)).toMatchObject({
      failure: { remedy: 'Ask\ufffd.' },
      hop: 2_147_483_647,
      lacks: ['failure'],
    });
  });
});
