import { UnreadableRecord } from '#libs/contracts';
import { aDeferred, aFailure, anEmailRequest, anSmsRequest, aStatus } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { factOfEmail, factOfSms, factOfStatus, givenUp } from './translate.ts';

const arrival = { lane: 'urgent', timestamp: Date.UTC(2030, 0, 31, 12), traceId: 'abc', hashKey: 'a key for hashes' } as const;

describe('a request', () => {
  it('is kept without address and content', () => {
    const request = anEmailRequest({ subject: 'Your order', text: 'It works', cc: [{ email: 'bob@inbox.test' }], metadata: { note: 'private' } });
    const { fact } = factOfEmail(request, arrival);
    expect(fact.recipients?.map(({ mask }) => mask)).toEqual(['a***@inbox.test', 'b***@inbox.test']);
    expect(JSON.stringify(fact)).not.toMatch(/ada@|bob@|It works|Your order|private/);
    expect(fact).toMatchObject({ status: 'accepted', source: 'request', at: '2030-01-31T12:00:00.000Z', lane: 'urgent', traceId: 'abc' });
  });

  it('is one fact however often it is published', () => {
    const first = factOfSms(anSmsRequest({ messageId: 'm-1', body: 'one' }), arrival);
    const again = factOfSms(anSmsRequest({ messageId: 'm-1', body: 'two' }), { ...arrival, timestamp: arrival.timestamp + 1 });
    expect(again.fact.eventId).toBe(first.fact.eventId);
  });

  it('under the same id on the other channel is another message', () => {
    const email = factOfEmail(anEmailRequest({ messageId: 'm-1' }), arrival);
    expect(factOfSms(anSmsRequest({ messageId: 'm-1' }), arrival).fact.eventId).not.toBe(email.fact.eventId);
  });
});

describe('a status', () => {
  it('is kept in UTC, field by field', () => {
    const changed = { ...aStatus({ at: '2030-01-31T14:00:00+02:00', failure: aFailure({ help: 'docs/errors/network-econnrefused.md' }) }), to: 'ada@inbox.test' };
    const { fact } = factOfStatus(changed, undefined);
    expect(fact.at).toBe('2030-01-31T12:00:00.000Z');
    expect(fact.failure).toMatchObject({ kind: 'transient', help: 'docs/errors/network-econnrefused.md' });
    expect(JSON.stringify(fact)).not.toContain('ada@');
  });

  it('keeps its event id where that is a UUID, and gets one made from it otherwise', () => {
    const uuid = '0b3ac63a-9b1e-4b4e-8f1e-6d0a3a4a5b6c';
    const idOf = (eventId: string) => factOfStatus(aStatus({ eventId }), undefined).fact.eventId;
    expect(idOf(uuid)).toBe(uuid);
    expect(idOf('evt_1')).toMatch(/^[0-9a-f-]{36}$/);
    expect(idOf('evt_1')).toBe(idOf('evt_1'));
    expect(idOf('evt_1')).not.toBe(idOf('evt_2'));
  });

  it('that names neither our message nor the provider’s is set aside', () => {
    const nobodys = aStatus({ messageId: undefined, providerMessageId: undefined });
    expect(() => factOfStatus(nobodys, undefined)).toThrow(UnreadableRecord);
  });
});

describe('a dead letter', () => {
  it('is kept without what was asked', () => {
    const letter = { ...aDeferred(), reason: 'exhausted', failure: aFailure() } as const;
    const kept = givenUp(letter);
    expect(kept).toMatchObject({ reason: 'exhausted', attempts: 1, hop: 1 });
    expect(JSON.stringify(kept)).not.toMatch(/ada@|It works/);
  });
});
